"""Whether the terminal is light or dark, as it says itself: OSC 11, else the variable COLORFGBG."""

import re
from collections.abc import Mapping
from typing import Final

from textual.message import Message

from mixchat.tui.terminal.control_sequence import literal

QUESTION: Final = literal("\x1b]11;?\x1b\\")
"""Asks for the background's colour (xterm, and nearly every terminal since); the answer comes among the keys."""
_ANSWER: Final = re.compile(
    r"\x1b\]11;(?:rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})[^\x07\x1b]*"
    r"|#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2}))(?:\x07|\x1b\\)"
)
_WEIGHTS: Final = (0.299, 0.587, 0.114)
_LIGHT: Final = frozenset({"7", *map(str, range(9, 16))})
"""The numbers of colours that are light, as COLORFGBG names a background."""


class BackgroundTold(Message):
    """The terminal has said whether it is light."""

    def __init__(self, *, light: bool) -> None:
        super().__init__()
        self.light = light


def light_in(answer: str) -> bool | None:
    """Return whether an answer tells of a light background, or None if it is no such answer."""
    match = _ANSWER.search(answer)
    if match is None:
        return None
    parts = [part for part in match.groups() if part is not None]
    shares = [int(part, 16) / (16 ** len(part) - 1) for part in parts]
    return sum(weight * share for weight, share in zip(_WEIGHTS, shares, strict=True)) > 0.5


def light_by_variable(environment: Mapping[str, str]) -> bool | None:
    """Return what COLORFGBG says, such as `15;0` for white on black, or None."""
    background = environment.get("COLORFGBG", "").rpartition(";")[2]
    return background in _LIGHT if background.isdigit() else None
