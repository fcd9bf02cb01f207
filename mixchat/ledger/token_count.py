"""How many tokens a text is, without a tokenizer: the pieces that tokenizers are made of, each at its mean."""

import re
from functools import cache
from typing import Final

_WORD: Final = re.compile("[A-Za-z]+")
_LONG: Final = re.compile("[A-Za-z]{7,}")
_HUMP: Final = re.compile("[a-z][A-Z]")
_NUMBER: Final = re.compile("[0-9]{1,3}")
_MARKS: Final = re.compile(r"[!-/:-@\[-`{-~]+")
_LINE: Final = re.compile("\n+")
_INDENT: Final = re.compile("[ \t]{2,}")

_WORD_WEIGHT: Final = 1.004
_LETTER_OVER_SIX: Final = 0.085
_HUMP_WEIGHT: Final = 0.408
_DIGITS_WEIGHT: Final = 1.37
_MARKS_WEIGHT: Final = 0.45
_LINE_WEIGHT: Final = 1.816
_INDENT_WEIGHT: Final = 1.127
_LATIN_WEIGHT: Final = 1.15
_CJK_WEIGHT: Final = 0.76
_HIGH_WEIGHT: Final = 1.5
_OTHER_WEIGHT: Final = 0.418


def count_tokens(text: str) -> float:
    """Return about how many tokens a tokenizer with 200,000 words makes of `text`.

    The weights are a least squares fit to what o200k_base makes of some 800 passages of prose, Markdown, Python,
    C, JSON and messages in 196 languages.
    """
    long = _LONG.findall(text)
    total = (
        _WORD_WEIGHT * len(_WORD.findall(text))
        + _LETTER_OVER_SIX * (sum(map(len, long)) - 6 * len(long))
        + _HUMP_WEIGHT * len(_HUMP.findall(text))
        + _DIGITS_WEIGHT * len(_NUMBER.findall(text))
        + _MARKS_WEIGHT * len(_MARKS.findall(text))
        + _LINE_WEIGHT * len(_LINE.findall(text))
        + _INDENT_WEIGHT * len(_INDENT.findall(text))
    )
    return total if text.isascii() else total + _beyond_ascii(text)


def is_foreign(text: str) -> bool:
    """Whether a fifth of `text` or more is written in another script than the Latin one."""
    return not text.isascii() and sum(character > "\u024f" for character in text[:4_000]) * 5 >= len(
        text[:4_000]
    )


@cache
def _scripts() -> tuple[re.Pattern[str], ...]:
    """Return what finds Latin letters, CJK signs, pictures, and all three and everything else beyond ASCII."""
    kinds = (
        "\u0080-\u024f",
        "\u2e80-\ud7af\uf900-\ufaff\uff00-\uffef",
        "\U0001f000-\U0010ffff",
        "\u0080-\U0010ffff",
    )
    return tuple(
        re.compile(f"[{kind}]") for kind in kinds
    )  # late: their compiling is most of this module's import


def _beyond_ascii(text: str) -> float:
    latin, cjk, high, all_of_them = (len(kind.findall(text)) for kind in _scripts())
    rest = all_of_them - latin - cjk - high
    return _LATIN_WEIGHT * latin + _CJK_WEIGHT * cjk + _HIGH_WEIGHT * high + _OTHER_WEIGHT * rest
