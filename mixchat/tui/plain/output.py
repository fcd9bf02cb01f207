"""What the plain app writes: always at the end, and nothing foreign in it moves the cursor."""

import sys

from mixchat.domain.plain_text import sanitize


def write(text: str) -> None:
    """Write a piece of a line."""
    sys.stdout.write(sanitize(text))
    sys.stdout.flush()


def say(sentence: str) -> None:
    """Write a whole line."""
    write(f"{sentence}\n")
