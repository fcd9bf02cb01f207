"""Words and signs of a prompt: where it is looked at, and what it is cut into."""

import re
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

HEAD: Final = 1200
"""Characters looked at from the start; people mostly say there what they want."""
TAIL: Final = 400
"""Characters looked at from the end, where the question stands below a long paste."""

_LETTERS: Final = r"[^\W\d_\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]"
_MARKS: Final = r"[\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0d63]"
"""Vowel signs that follow a letter, as in Hindi; for Python they are no letters."""
_TOKEN: Final = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]"
    rf"|{_LETTERS}+(?:{_MARKS}+{_LETTERS}*)*(?:['’][^\W\d_]+)?"
    r"|\d+|[^\w\s]"
)
_BETWEEN_SIGNS: Final = re.compile(r"(?<=[\u3040-\u30ff\u3400-\u9fff]) (?=[\u3040-\u30ff\u3400-\u9fff])")
_ACCENTS: Final = str.maketrans(
    "áàâäãåéèêëíìîïóòôöõúùûüñçÁÀÂÄÃÉÈÊËÍÎÏÓÔÖÕÚÛÜÑÇİ’ё",
    "aaaaaaeeeeiiiiooooouuuuncAAAAAEEEEIIIOOOOUUUNCI'е",
    "".join(map(chr, (*range(0x300, 0x370), *range(0x64B, 0x653)))),
)
"""Accented letters and what is read for them; accents that stand alone, and Arabic vowel signs, are passed over."""


class Passage(Struct, frozen=True):
    """The parts of a prompt that are looked at, as lower-case tokens."""

    head: tuple[str, ...]
    tail: tuple[str, ...]
    """Empty when the head already holds everything."""
    whole: bool
    """Whether head and tail together are the whole prompt."""


def tokens(text: str) -> list[str]:
    """Return the words and signs of `text` in lower case and without accents; a CJK sign is a word."""
    return _TOKEN.findall(text.translate(_ACCENTS).lower())


def joined(words: Iterable[str]) -> str:
    """Return words as one text to be searched; Chinese and Japanese is written without spaces."""
    return _BETWEEN_SIGNS.sub("", " ".join(words))


def passage(text: str) -> Passage:
    """Return what is looked at of `text`, however long it is."""
    head = text[:HEAD]
    tail = text[max(HEAD, len(text) - TAIL) :]
    return Passage(tuple(tokens(head)), tuple(tokens(tail)), len(text) <= HEAD + TAIL)
