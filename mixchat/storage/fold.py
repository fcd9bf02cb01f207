"""Text as the search sees it: without capitals and accents, in every script."""

import re
import unicodedata
from typing import Final

_ACCENTS: Final = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670]+"
)
_LETTERS: Final = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "ħ": "h",
        "ŧ": "t",
        "ŀ": "l",
        "ς": "σ",
    }
)
"""Letters that Unicode takes for letters of their own, where a search takes them for one with an accent."""
_ATTACHED: Final = 500_000
"""Bytes of an attached file that can be found."""


def folded(text: str) -> str:
    """Return `text` so that what a reader takes for the same word is the same."""
    if text.isascii():
        return text.lower()
    small = unicodedata.normalize("NFKD", text.casefold())
    return _ACCENTS.sub("", small).translate(_LETTERS)


def folded_places(text: str) -> tuple[str, list[int]]:
    """Return the folded text, and for each of its characters the place in `text` that it came from."""
    signs: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        small = folded(sign)
        signs.append(small)
        places += [place] * len(small)
    return "".join(signs), places


def attached_text(data: bytes) -> str:
    """Return the beginning of an attached text file."""
    return data[:_ATTACHED].decode(errors="replace")
