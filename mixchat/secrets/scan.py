"""Credentials in a text: where they are, what they are, and the text without them."""

import asyncio
import base64
import binascii
import math
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Final

from msgspec import Struct

from mixchat.secrets.patterns import (
    ASSIGNED,
    CHPASSWD,
    COMMAND_LINE,
    COMMANDS,
    HARMLESS_NAME,
    HARMLESS_SUFFIX,
    KEY_LINES,
    NAMED,
    PRIVATE_KEY,
    PRIVATE_WORDS,
    TOKENS,
    NamedKind,
    TokenKind,
)

_STAND_IN: Final = re.compile(
    r"x{4,}|0{8,}|\*{3,}|\.{3,}|…|•{3,}|_{4,}|-{4,}|\byour|your[_-]|placeholder|redacted|change.?me|<|>|\$\{|\{\{|example"
)
_UNLIKELY: Final = (
    "sample", "dummy", "fake", "test", "secret", "passw", "user", "admin", "hunter2", "john.doe", "johndoe", "12345", "abcde",
    "qwerty", "foobar", "localhost",
)  # fmt: skip
_CODE: Final = re.compile(
    r"[$%!&@#]?[\w.-]*+[(\[{]|\$\w+\Z|%\w+%\Z|[a-zA-Z_]\w*(?:\.[a-zA-Z_]\w*)+\Z|[a-z]+(?:[_-][a-z]+)+\Z"
    r"|[A-Z]+(?:_[A-Z]+)+\Z|(?:https?:)?//|/|[A-Za-z]:\\|!\w+\Z|ENC\["
)
"""Values that are code, a variable, a path or an address."""
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
_MANY: Final = 1000
"""Places of a mark from which on it is quicker to look for a longer one by itself."""
_TAIL: Final = re.compile(r"[\w+/=~-]*+(?:\.[\w+/=~-]++)*+")
_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]+"
)
_LIKELY_INVISIBLE: Final = (
    "\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\ufe0f\u202a\u202c\u2066\u2069\u034f\u180e"
)
_LENGTHENED: Final = "\u0130"
"""The one letter whose small form has two characters."""
_HAS_DIGIT: Final = re.compile(r"[0-9]")
_HAS_LOWER: Final = re.compile(r"[a-zß-öø-ÿ]")
_IDENTIFIER: Final = 60
"""Characters around a name that may belong to its identifier."""
_BLOB: Final = 2000
"""Characters of a word that may be encoded data, such as a picture."""
_SHORTEST: Final = 6
"""Characters of a password."""
_WORD: Final = 12
"""Characters before a mark that are looked at for what must stand there."""
_NEXT_FIELD: Final = re.compile(r"&\w+=")
_CUT: Final = 300
"""Characters after which a value is looked at no further; it is extended to its end if it is one."""
_BEFORE: Final = re.compile(r"(?<![\w.-])[\w.-]++\Z")
_AFTER: Final = re.compile(r"[\w.-]*")
_LONGEST_REPEATED: Final = 400
AT_ONCE: Final = 50_000
"""Characters that are searched without a thread: a few milliseconds."""
_REPEATED: Final = 64
"""Different values whose repetitions elsewhere in the text are looked for, too."""


class SecretMatch(Struct, frozen=True):
    """A credential: what it is and where, never what it says."""

    kind: str
    line: int
    """Counts from 1."""
    mark: int
    """Tells credentials apart within this process; nothing can be read from it."""


class _Hit(Struct, frozen=True, order=True):
    start: int
    end: int
    rank: int
    """The lower one names what two found."""
    kind: str


Allows = Callable[[str], bool]
"""Whether the person lets a credential pass, given what it says."""


def nothing(_: str) -> bool:
    """Let no credential pass."""
    return False


def find(text: str, allows: Allows = nothing) -> list[SecretMatch]:
    """Return the credentials in `text` that are not allowed, in the order of their lines."""
    found: dict[SecretMatch, None] = {}
    line, counted = 1, 0
    for hit in _hits(text, allows):
        line += text.count("\n", counted, hit.start)
        counted = hit.start
        found[SecretMatch(hit.kind, line, hash(_value(text, hit)))] = None
    return list(found)


def values(text: str) -> dict[str, str]:
    """Return what the credentials in `text` say, each with its kind: for whoever has to tell them again."""
    return {_value(text, hit): hit.kind for hit in _hits(text)}


async def mask(text: str, allows: Allows = nothing) -> str:
    """Return `text` with a word for its kind in place of each credential; a long one is searched in a thread."""
    return masked(text, allows) if len(text) < AT_ONCE else await asyncio.to_thread(masked, text, allows)


def masked(text: str, allows: Allows = nothing) -> str:
    """Return `text` with a word for its kind in place of each credential, wherever it says it again."""
    hits = _hits(text, allows)
    if not hits:
        return text
    parts: list[str] = []
    done = 0
    for hit in hits:
        parts += text[done : hit.start], f"[{hit.kind}]"
        done = hit.end
    left = "".join([*parts, text[done:]])
    values = {text[hit.start : hit.end]: hit.kind for hit in hits if hit.end - hit.start < _LONGEST_REPEATED}
    for value in sorted(values, key=len, reverse=True)[:_REPEATED]:
        left = left.replace(value, f"[{values[value]}]")
    return left


def _value(text: str, hit: _Hit) -> str:
    return _INVISIBLE.sub("", text[hit.start : hit.end])


def _hits(text: str, allows: Allows = nothing) -> list[_Hit]:
    """Return the credentials that are not allowed in their order; what lies over one another is one."""
    plain, place = _visible(text)
    small = plain.replace(_LENGTHENED, "i").lower()
    hits: list[_Hit] = []
    for hit in sorted(
        [
            *_private_keys(plain),
            *_tokens(plain),
            *_inner_tokens(plain),
            *_named(plain, small),
            *_commands(plain),
        ]
    ):
        if hits and hit.start < hits[-1].end:
            last = hits.pop()
            best = min(last, hit, key=lambda each: each.rank)
            hits.append(_Hit(last.start, max(last.end, hit.end), best.rank, best.kind))
        else:
            hits.append(hit)
    placed = [_Hit(place(hit.start), place(hit.end - 1) + 1, hit.rank, hit.kind) for hit in hits]
    return [hit for hit in placed if not allows(_value(text, hit))]


def _visible(text: str) -> tuple[str, Callable[[int], int]]:
    """Return the text without the signs that nobody sees, and what tells where its characters were before."""
    if text.isascii() or not any(sign in text for sign in _LIKELY_INVISIBLE):
        return text, lambda index: index
    starts, shifts, removed = [0], [0], 0
    for found in _INVISIBLE.finditer(text):
        starts.append(found.start() - removed)
        removed += len(found[0])
        shifts.append(removed)
    return _INVISIBLE.sub("", text), lambda index: index + shifts[bisect_right(starts, index) - 1]


def _private_keys(text: str) -> Iterator[_Hit]:
    end = 0
    for head in PRIVATE_KEY.finditer(text) if any(word in text for word in PRIVATE_WORDS) else ():
        if head.start() >= end and (lines := KEY_LINES.match(text, head.end())):
            end = lines.start() + len(lines[0].rstrip())
            yield _Hit(lines.start(), end, 0, "a private key")


def _inner_tokens(text: str) -> Iterator[_Hit]:
    """Yield the tokens that are told by what stands in their middle."""
    for kind in TOKENS:
        at = text.find(kind.inner) if kind.inner else -1
        while at >= 0:
            for before in kind.before:
                if at >= before and (hit := _token(text, at - before, (kind,))):
                    yield hit
            at = text.find(kind.inner, at + 1)


def _commands(text: str) -> Iterator[_Hit]:
    """Yield the passwords that programs are told on their command lines."""
    done = 0
    for option in COMMAND_LINE.finditer(text):
        if option.start() < done:
            continue
        begin = text.rfind("\n", done, option.start()) + 1 or done
        done = end if (end := text.find("\n", option.start())) >= 0 else len(text)
        for programs, password in COMMANDS:
            program = programs.search(text, begin, done)
            for found in password.finditer(text, program.end(), done) if program else ():
                if hit := _hit(found, _PASSWORD, len(NAMED) + 2):
                    yield hit
    for found in CHPASSWD.finditer(text) if "chpasswd" in text else ():
        if hit := _hit(found, _PASSWORD, len(NAMED) + 2):
            yield hit


def _tokens(text: str) -> Iterator[_Hit]:
    """Yield the tokens that begin in the long words of the text, each to the end of its word."""
    for first, last in _long_words(text):
        begin, later = _START.match(text, first, last), _LATER_START.search(text, first, last)
        if (begin is None and later is None) or not _HAS_DIGIT.search(text, first, last):
            continue
        done = first
        for start, known in _starts_in(text, begin, later, last):
            if start < done:
                continue
            if last - first > _BLOB and _in_data(text[max(0, start - _IDENTIFIER) : start]):
                continue
            found = _token(text, start, _BY_START.get(known, _SHAPELESS))
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
        for place in _LATER_START.finditer(text, later.start(), last):
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
    return before.lower() != before and bool(_HAS_LOWER.search(before) and _HAS_DIGIT.search(before))


def _token(text: str, start: int, kinds: Iterable[TokenKind]) -> _Hit | None:
    for kind in kinds:
        found = kind.pattern.match(text, start)
        if found is None or _STAND_IN.search(found[0][:_CUT].lower()) or _is_flat(found[0]):
            continue
        if kind.name == "a signed web token" and not _is_web_token(found[0]):
            continue
        end = _TAIL.match(text, found.end())
        return _Hit(found.start(), end.end() if end else found.end(), 1, kind.name)
    return None


def _named(text: str, small: str) -> Iterator[_Hit]:
    ascii_only = text.isascii()
    known: dict[str, list[int]] = {}
    for rank, kind in enumerate(NAMED, 2):
        for mark in kind.marks:
            if ascii_only and not mark.isascii():
                break
            done, length, match = 0, len(mark), kind.pattern.match
            for at in _likely_places(small, mark, kind, known):
                if at < done:
                    continue
                done = at + length
                found = match(text, done)
                if found is not None and (hit := _value_behind(found, at, kind, rank)):
                    yield hit
                    done = hit.end


def _likely_places(small: str, mark: str, kind: NamedKind, known: dict[str, list[int]]) -> list[int]:
    """Return where a mark stands; of one that is in every line, only where something like a value follows."""
    if kind.told and small.count(mark) >= _MANY:
        return [found.start() for found in _assigned(mark).finditer(small)]
    return _places(small, mark, known)


@lru_cache
def _assigned(mark: str) -> re.Pattern[str]:
    return re.compile(re.escape(mark) + ASSIGNED)


def _places(small: str, mark: str, known: dict[str, list[int]]) -> list[int]:
    """Return where a mark stands; one that holds another is only looked for where that one stands."""
    if mark not in known:
        root, before = _ROOTS.get(mark, ("", 0))
        if root and len(places := _places(small, root, known)) < _MANY:
            starts = (at - before for at in places)
            known[mark] = [start for start in starts if start >= 0 and small.startswith(mark, start)]
        else:
            found: list[int] = []
            known[mark] = found
            at = small.find(mark)
            while at >= 0:
                found.append(at)
                at = small.find(mark, at + 1)
    return known[mark]


def _roots() -> dict[str, tuple[str, int]]:
    """Return for each mark that holds another one the shortest of them, and where it stands in it."""
    marks = {mark for kind in NAMED for mark in kind.marks}
    roots: dict[str, tuple[str, int]] = {}
    for mark in marks:
        inner = sorted((other for other in (marks | {"auth"}) - {mark} if other in mark), key=len)
        if inner:
            roots[mark] = inner[0], mark.index(inner[0])
    return roots


def _value_behind(found: re.Match[str], start: int, kind: NamedKind, rank: int) -> _Hit | None:
    """Return the credential that was found behind the mark that stands at `start`."""
    text = found.string
    if kind.behind and not text[max(0, start - _WORD) : start].lower().rstrip("_- ").endswith(kind.behind):
        return None
    if kind.alone and text[start - 1 : start].isalpha():
        return None
    if not (kind.sure or _HAS_DIGIT.search(found[1])):
        return None
    if kind.identifier and _harmless(text, start):
        return None
    return _hit(found, kind, rank)


def _hit(found: re.Match[str], kind: NamedKind, rank: int) -> _Hit | None:
    value = _NEXT_FIELD.split(found[1], maxsplit=1)[0].rstrip(".)]}|*_\\")
    if not kind.sure and (len(value) < _SHORTEST or not _is_real(value)):
        return None
    end = found.start(1) + len(value)
    if len(value) >= _CUT and (rest := _TAIL.match(found.string, end)):
        end = rest.end()
    return _Hit(found.start(1), end, rank, kind.name)


def _harmless(text: str, start: int) -> bool:
    """Whether an identifier that holds the name at `start` says that its value is nobody's secret."""
    before = _BEFORE.search(text, max(0, start - _IDENTIFIER), start)
    after = _AFTER.match(text, start, start + _IDENTIFIER)
    name = (before[0] if before else "") + (after[0].rstrip(".") if after else "")
    return bool(HARMLESS_NAME.search(name) or HARMLESS_SUFFIX.search(name))


@lru_cache(4096)
def _is_real(value: str) -> bool:
    """Whether a value is more than a stand-in, and looks random."""
    if (
        not _HAS_DIGIT.search(value)
        or _CODE.match(value)
        or "::" in value
        or "->" in value
        or value[-1] in ")]}"
    ):
        return False
    small = value.lower()
    if _STAND_IN.search(small) or any(word in small for word in _UNLIKELY):
        return False
    length = len(value)
    entropy = -sum(n / length * math.log2(n / length) for n in map(value.count, set(value)))
    kinds = sum((_HAS_LOWER.search(value) is not None, small != value, True))
    return kinds >= 2 and entropy >= min(3.2, 0.85 * math.log2(length))


def _is_flat(token: str) -> bool:
    """Whether a token repeats so few signs that it can only be a stand-in."""
    return len(set(token[-24:])) < 3


def _is_web_token(token: str) -> bool:
    """Whether the first part of a token is the JSON that it should be."""
    head = token.partition(".")[0]
    try:
        return base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)).lstrip().startswith(b'{"')
    except (binascii.Error, ValueError):
        return False


def _by_start() -> dict[str, tuple[TokenKind, ...]]:
    """Return for each beginning the kinds that begin so, those with the longest beginning first."""
    starts = {start for kind in TOKENS for start in kind.starts}
    return {
        start: tuple(
            kind for length in range(len(start), 0, -1) for kind in TOKENS if start[:length] in kind.starts
        )
        for start in starts
    }


def _starts() -> str:
    """Return a pattern for all beginnings, by their first letter, so that most words are told at once."""
    by_letter: dict[str, list[str]] = {}
    for start in sorted(_BY_START, key=len, reverse=True):
        by_letter.setdefault(start[0], []).append(re.escape(start[1:]))
    known = [f"{re.escape(letter)}(?:{'|'.join(rest)})" for letter, rest in sorted(by_letter.items())]
    shapes = [f"(?={kind.pattern.pattern})" for kind in _SHAPELESS]
    return f"(?=[A-Za-z0-9])(?:{'|'.join([*known, *shapes])})"


_ROOTS: Final = _roots()
_PASSWORD: Final = NamedKind("a password", (), re.compile(""))
_BY_START: Final = _by_start()
_SHAPELESS: Final = tuple(kind for kind in TOKENS if not kind.starts and not kind.inner)
_START: Final = re.compile(_starts())
_LATER_START: Final = re.compile(f"[{_SEPARATORS}](?=({_starts()}))")
