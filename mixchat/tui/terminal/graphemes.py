"""Text as a person counts it: what looks like one character is one, however many code points it has."""

from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from regex import Pattern

_FARTHEST: Final = 64
"""Code points that are looked at; a longer pile of marks is taken apart."""


@cache
def _cluster() -> "Pattern[str]":
    import regex  # takes a while to load, and most texts never need it

    return regex.compile(r"\X")


def before(text: str, at: int) -> int:
    """Return where the character before a place begins; 0 at the beginning."""
    at = min(at, len(text))
    near = text[max(0, at - 2) : at]
    if at < 2 or (near.isascii() and near != "\r\n"):
        return max(0, at - 1)
    start = max(0, at - _FARTHEST)
    *_, last = _cluster().finditer(text, start, at)
    return last.start()


def after(text: str, at: int) -> int:
    """Return where the character at a place ends; the text's end there."""
    near = text[at : at + 2]
    if len(near) < 2 or (near.isascii() and near != "\r\n"):
        return min(len(text), at + 1)
    found = _cluster().match(text, at, min(len(text), at + _FARTHEST))
    return found.end() if found is not None else at + 1


def beginning(text: str, at: int) -> int:
    """Return the place itself, or the beginning of the character that it is within."""
    if not 0 < at < len(text):
        return at
    start = before(text, at + 1)
    return start if after(text, start) > at else at
