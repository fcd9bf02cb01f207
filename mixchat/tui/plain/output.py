"""What the plain app writes: always at the end, and nothing foreign in it moves the cursor."""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from mixchat.domain.plain_text import one_line, sanitize
from mixchat.tui.terminal.control_sequence import ControlSequence, literal, osc

_WITHOUT_TITLE: Final = ("", "dumb", "linux")
"""Terminals that have no title, or would print it."""


def write(text: str) -> None:
    """Write a piece of a line."""
    sys.stdout.write(sanitize(text))
    sys.stdout.flush()


def say(sentence: str) -> None:
    """Write a whole line."""
    write(f"{sentence}\n")


def has_title() -> bool:
    """Whether there is a terminal with a title, which no text that is copied or read out contains."""
    if sys.platform == "win32" or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    return os.environ.get("TERM", "") not in _WITHOUT_TITLE


def set_title(title: str) -> None:
    """Let the terminal's title say this."""
    _control(osc(2, one_line(title)))


@contextmanager
def own_title() -> Generator[None]:
    """Give the terminal back the title that it had."""
    if not has_title():
        yield
        return
    _control(literal("\x1b[22;2t"))
    try:
        yield
    finally:
        _control(literal("\x1b[23;2t"))


def _control(sequence: ControlSequence) -> None:
    """Write a sequence of our own, past the stream that lets none through."""
    if sys.__stdout__ is not None:
        sys.__stdout__.write(sequence)
        sys.__stdout__.flush()
