"""Credentials that are told by their own shape: tokens, web tokens and private keys."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

from mixchat.secrets.patterns import KEY_LINES, PRIVATE_KEY, PRIVATE_WORDS, TOKENS, TokenKind, compiled
from mixchat.secrets.span import (
    CUT,
    HAS_DIGIT,
    HAS_LOWER,
    IDENTIFIER,
    STAND_IN,
    TAIL,
    SecretSpan,
    is_flat,
    is_web_token,
)

_BLOB: Final = 2000
"""Characters of a word that may be encoded data, such as a picture."""
_SEPARATORS: Final = ".:/~-"
"""What stands in a word and may have the beginning of a token behind it."""


def _marks_words(inner: str) -> bytes:
    """Return what the characters of a word, and all others, are replaced by, to find words with `inner` in them."""
    return bytes(
        ord("w") if chr(code).isascii() and (chr(code).isalnum() or chr(code) in inner) else ord(" ")
        for code in range(256)
    )


_IN_WORDS: Final = _marks_words("_" + _SEPARATORS)
_IN_TOKENS: Final = _marks_words("_" + _SEPARATORS.replace(":", ""))
"""Of a token, so much stands together at least; of most times and most names with a colon, less does."""
_LONG: Final = b"w" * 16
_SPACE: Final = ord(" ")


def private_keys(text: str) -> Iterator[SecretSpan]:
    """Yield the private keys in PEM form, each with all its lines."""
    end = 0
    for head in compiled(PRIVATE_KEY).finditer(text) if any(word in text for word in PRIVATE_WORDS) else ():
        if head.start() >= end and (lines := compiled(KEY_LINES).match(text, head.end())):
            end = lines.start() + len(lines[0].rstrip())
            yield SecretSpan(lines.start(), end, 0, "a private key")


def inner_tokens(text: str) -> Iterator[SecretSpan]:
    """Yield the tokens that are told by what stands in their middle."""
    for kind in TOKENS:
        at = text.find(kind.inner) if kind.inner else -1
        while at >= 0:
            for before in kind.before:
                if at >= before and (hit := _token(text, at - before, (kind,))):
                    yield hit
            at = text.find(kind.inner, at + 1)


def tokens(text: str) -> Iterator[SecretSpan]:
    """Yield the tokens that begin in the long words of the text, each to the end of its word."""
    for first, last in _long_words(text):
        begin, later = _start().match(text, first, last), _later_start().search(text, first, last)
        if (begin is None and later is None) or not HAS_DIGIT.search(text, first, last):
            continue
        done = first
        for start, known in _starts_in(text, begin, later, last):
            if start < done:
                continue
            if last - first > _BLOB and _in_data(text[max(0, start - IDENTIFIER) : start]):
                continue
            found = _token(text, start, _by_start().get(known, _SHAPELESS))
            if found is not None:
                done = found.end
                yield found


def _starts_in(
    text: str, begin: re.Match[str] | None, later: re.Match[str] | None, last: int
) -> Iterator[tuple[int, str]]:
    """Yield where a token may begin in a word, and how it does: at its begin, and from the first place that is later."""
    if begin is not None:
        yield begin.start(), begin[0]
    if later is not None:
        for place in _later_start().finditer(text, later.start(), last):
            yield place.end(), place[1]


def _long_words(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each word begins and ends that is long enough for a token.

    Found in bytes with one byte a character, which takes a twentieth of the time of a pattern: most words are short.
    """
    signs = text.encode("latin-1", "replace")
    words, tokens = signs.translate(_IN_WORDS), signs.translate(_IN_TOKENS)
    last = 0
    first = tokens.find(_LONG)
    while first >= 0:
        begin = first
        if first and words[first - 1] != _SPACE:
            begin = max(last, words.rfind(b" ", last, first) + 1)
        end = words.find(b" ", first)
        last = end if end >= 0 else len(signs)
        yield begin, last
        first = tokens.find(_LONG, last)


def _in_data(before: str) -> bool:
    """Whether what stands before a token is encoded data, in which any beginning occurs by chance."""
    if before[-1:] not in ("-", "_", "/"):
        return False
    return before.lower() != before and bool(HAS_LOWER.search(before) and HAS_DIGIT.search(before))


def _token(text: str, start: int, kinds: Iterable[TokenKind]) -> SecretSpan | None:
    for kind in kinds:
        found = compiled(kind.pattern).match(text, start)
        if found is None or STAND_IN.search(found[0][:CUT].lower()) or is_flat(found[0]):
            continue
        if kind.name == "a signed web token" and not is_web_token(found[0]):
            continue
        end = TAIL.match(text, found.end())
        return SecretSpan(found.start(), end.end() if end else found.end(), 1, kind.name)
    return None


@cache
def _by_start() -> dict[str, tuple[TokenKind, ...]]:
    """Return for each beginning the kinds that begin so, those with the longest beginning first."""
    kinds: dict[str, list[TokenKind]] = {}
    for kind in TOKENS:
        for start in kind.starts:
            kinds.setdefault(start, []).append(kind)
    return {
        start: tuple(kind for length in range(len(start), 0, -1) for kind in kinds.get(start[:length], ()))
        for start in kinds
    }


@cache
def _start() -> re.Pattern[str]:
    """Return what finds whether a word begins like a token."""
    return re.compile(_starts())


@cache
def _later_start() -> re.Pattern[str]:
    """Return what finds such a beginning further on in a word."""
    return re.compile(f"[{_SEPARATORS}](?=({_starts()}))")


def _starts() -> str:
    """Return a pattern for all beginnings, by their first letter, so that most words are told at once."""
    by_letter: dict[str, list[str]] = {}
    for start in sorted(_by_start(), key=len, reverse=True):
        by_letter.setdefault(start[0], []).append(re.escape(start[1:]))
    known = [f"{re.escape(letter)}(?:{'|'.join(rest)})" for letter, rest in sorted(by_letter.items())]
    shapes = [f"(?={kind.pattern})" for kind in _SHAPELESS]
    return f"(?=[A-Za-z0-9])(?:{'|'.join([*known, *shapes])})"


_SHAPELESS: Final = tuple(kind for kind in TOKENS if not kind.starts and not kind.inner)
