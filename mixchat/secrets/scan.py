"""Finds credentials in a text, and masks them."""

import asyncio
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from msgspec import Struct

from mixchat.secrets.patterns import KINDS, Kind

_BEFORE, _STEP, _AFTER = 200, 300, 600
"""Characters around a mark that are searched: more than any credential with its name. Marks within a
step of one that was searched around are covered by it."""
_MOST_MARKS = 2000
"""Occurrences of a mark that are looked at in one text."""
_STAND_IN = re.compile(
    r"(?i)x{4,}|0{8,}|\*{3,}|\.{3,}|…|•{3,}|_{4,}|-{4,}|your|placeholder|redacted|change.?me|<|>|\$\{|\{\{"
)
_UNLIKELY = re.compile(
    r"(?i)example|sample|dummy|fake|test|secret|passw|user|admin|hunter2|john.?doe|12345|abcde|qwerty|foobar|localhost"
)
_CODE = re.compile(
    r"[()\[\]{}<>$%]|::|->|\w\.\w+\.?\w*$|^[a-z]+(?:[_-][a-z]+)+$|^[A-Z]+(?:_[A-Z]+)+$|^(?:https?:)?//|^/"
)

_KEY_BODY = re.compile(
    r"(?s)(?<=PRIVATE KEY-----).*?(?=-----END|\Z)|(?<=PRIVATE KEY BLOCK-----).*?(?=-----END|\Z)"
)
"""What stands between the first and the last line of a private key."""


class SecretMatch(Struct, frozen=True):
    """A credential: what it is and where, never what it says."""

    kind: str
    line: int
    """Counts from 1."""
    mark: int
    """Tells credentials apart within this process; nothing can be read from it."""


def find(text: str) -> list[SecretMatch]:
    """Return the credentials in `text`, in the order of their lines."""
    small = _small(text)
    hits = sorted(
        {(start, rank, value) for rank, kind in enumerate(KINDS) for start, value in _hits(text, small, kind)}
    )
    found = {
        SecretMatch(KINDS[rank].name, text.count("\n", 0, start) + 1, hash(value))
        for start, rank, value in _once(hits)
    }
    return sorted(found, key=lambda hit: (hit.line, hit.kind, hit.mark))


def _once(hits: Iterable[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    """Yield of the hits that lie over one another, which are one credential, the one of the first kind."""
    end, best = 0, None
    for hit in hits:
        if best is not None and hit[0] >= end:
            yield best
            best = None
        if best is None or hit[1] < best[1]:
            best = hit
        end = max(end, hit[0] + len(hit[2]))
    if best is not None:
        yield best


async def mask(text: str) -> str:
    """Return `text` with a word for its kind in place of each credential."""
    return await asyncio.to_thread(_masked, text) if may_hold(text) else text


def _masked(text: str) -> str:
    small = _small(text)
    found = {value: kind.name for kind in reversed(KINDS) for _, value in _hits(text, small, kind)}
    for value in sorted(found, key=len, reverse=True):
        if found[value] == "a private key":
            text = _KEY_BODY.sub(f"[{found[value]}]", text)
        text = text.replace(value, f"[{found[value]}]")
    return text


def _small(text: str) -> str:
    """Return the text in small letters, or as it is where that would move its characters."""
    small = text.lower()
    return small if len(small) == len(text) else text


def may_hold(text: str) -> bool:
    """Return whether `text` has anything that a credential begins with; without it, there is none."""
    small = text.lower()
    return any(mark in small for kind in KINDS for mark in kind.marks)


def _hits(text: str, small: str, kind: Kind) -> Iterator[tuple[int, str]]:
    """Yield where credentials of one kind are, and what they say, searching only around where they may be."""
    done = 0
    for start in sorted(start for mark in kind.marks for start in _occurrences(small, mark)):
        if start < done:
            continue
        begin, done = max(0, start - _BEFORE), start + _STEP
        piece = text[begin : start + _AFTER]
        for value in kind.search(piece):
            if _real(value, kind):
                yield begin + max(0, piece.find(value)), value


def _occurrences(text: str, mark: str) -> Iterator[int]:
    start = -1
    for _ in range(_MOST_MARKS):
        start = text.find(mark, start + 1)
        if start < 0:
            return
        yield start


def _real(value: str, kind: Kind) -> bool:
    """Whether a value is more than a stand-in; without a telling format it must look random as well."""
    if _STAND_IN.search(value):
        return False
    if kind.exact:
        return True
    return not _UNLIKELY.search(value) and not _CODE.search(value) and _random(value)


def _random(value: str) -> bool:
    """Whether a value has the mixture of signs that made-up names do not have."""
    counts = Counter(value)
    entropy = -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())
    kinds = sum(any(map(test, value)) for test in (str.isdigit, str.islower, str.isupper))
    return kinds >= 2 and any(map(str.isdigit, value)) and entropy >= min(3.2, 0.85 * math.log2(len(value)))
