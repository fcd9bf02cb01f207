"""What a chat is called before anybody gives it a title: the first words of what was asked first."""

from collections.abc import Iterator, Sequence
from typing import Final

from mixchat.domain.turn import Turn

TITLE_LENGTH: Final = 60
"""Characters of a title at most."""
_GREETINGS: Final = 4
"""Turns among which the first one is looked for that does more than greet."""


def first_words(prompt: str) -> str:
    """Return a prompt as a title."""
    return " ".join(prompt.split())[:TITLE_LENGTH]


def has_own_title(title: str, turns: Sequence[Turn]) -> bool:
    """Return whether a chat of these turns is called something else than their first words."""
    return not turns or title not in {first_words(turns[0].prompt), first_words(next(_asked(turns), ""))}


def title_after_greeting(title: str, turns: Sequence[Turn], prompt: str) -> str:
    """Return the title of a chat once `prompt` follows these turns: another one where they did no more than greet."""
    if not 0 < len(turns) < _GREETINGS or has_own_title(title, turns) or _is_small_talk(prompt):
        return title
    return title if next(_asked(turns), None) is not None else first_words(prompt)


def _asked(turns: Sequence[Turn]) -> Iterator[str]:
    """Yield the first prompts that do more than greet."""
    return (turn.prompt for turn in turns[:_GREETINGS] if not _is_small_talk(turn.prompt))


def _is_small_talk(prompt: str) -> bool:
    from mixchat.classifier.heuristics import is_small_talk  # a first message has no use for it

    return is_small_talk(prompt)
