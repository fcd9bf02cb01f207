"""What the linear model sees of a prompt: hashed words, word pairs, word parts, concepts and marks."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final
from zlib import crc32

from msgspec import Struct

from mixchat.routing.concepts import lexicon
from mixchat.routing.marks import marks
from mixchat.routing.tokens import passage

BUCKETS: Final = 1 << 15
_FRONT: Final = 60
"""Tokens from the start that count in full: the request mostly stands there."""
_END: Final = 40
"""Tokens from the end that are looked at again, for the question below a paste."""
_FULL: Final = 4
_HALF: Final = 2


class Features(Struct):
    """A prompt as bucket numbers with counts, and what the telling buckets stand for."""

    counts: dict[int, int]
    names: dict[int, str]
    """In words, for the buckets that make good evidence."""
    concepts: list[str]
    """Concepts of the first sentences, in order."""


class _Sack:
    """Collects keys under their hashes."""

    def __init__(self) -> None:
        self.counts: dict[int, int] = {}
        self.names: dict[int, str] = {}

    def put(self, keys: Sequence[str], weight: int) -> None:
        """Count every key with `weight`."""
        counts = self.counts
        for key in keys:
            bucket = crc32(key.encode()) & (BUCKETS - 1)
            counts[bucket] = counts.get(bucket, 0) + weight

    def name(self, key: str, weight: int, shown: str) -> None:
        """Count `key` and remember how to show it."""
        bucket = crc32(key.encode()) & (BUCKETS - 1)
        self.counts[bucket] = self.counts.get(bucket, 0) + weight
        self.names.setdefault(bucket, shown)


def _plain(words: Sequence[str]) -> list[str]:
    return ["0" if word.isdigit() else word for word in words]


def _words(sack: _Sack, front: list[str]) -> None:
    for word in front:
        sack.name(word, _FULL, f"'{word}'")
    for left, right in pairwise(front):
        sack.name(f"{left} {right}", _FULL, f"'{left} {right}'")
    sack.put([" ".join(front[at : at + 3]) for at in range(len(front) - 2)], _FULL)
    sack.put([f"^{word[:4]}" for word in front if len(word) > 4], _HALF)
    sack.put([f"{word[-3:]}$" for word in front if len(word) > 5], _HALF)
    sack.put([f"{at}={word}" for at, word in enumerate(front[:3])], _FULL)


def _concepts(sack: _Sack, front: Sequence[str], end: Sequence[str]) -> list[str]:
    found = lexicon().find(front)
    for concept, phrase in dict(found).items():
        sack.name(f"C:{concept}", _FULL, f"'{phrase}'")
    chain = [concept for at, (concept, _) in enumerate(found) if not at or found[at - 1][0] != concept]
    sack.put([f"C2:{left}>{right}" for left, right in pairwise(chain)], _FULL)
    sack.put([f"C2:{left}>{right}" for left, right in zip(chain, chain[2:], strict=False)], _HALF)
    sack.put([f"C1:{concept}" for concept in chain[:1]], _FULL)
    sack.put([f"C12:{'>'.join(chain[:2])}"] if len(chain) > 1 else [], _FULL)
    for concept, phrase in dict(lexicon().find(end)).items():
        sack.name(f"CT:{concept}", _HALF, f"'{phrase}' at the end")
    return chain


def features(text: str) -> Features:
    """Return what the model sees of `text`; the time does not grow with very long texts."""
    seen = passage(text)
    front, rest = seen.head[:_FRONT], seen.head[_FRONT:]
    end = seen.tail[-60:] or (seen.head[-_END:] if len(seen.head) > _FRONT + _END else ())
    sack = _Sack()
    _words(sack, _plain(front))
    sack.put(_plain(rest), 1)
    last = _plain(end)
    sack.put(last, _HALF)
    sack.put([f"{left} {right}" for left, right in pairwise(last)], _HALF)
    chain = _concepts(sack, front, end[-_END:])
    for mark in marks(text):
        sack.name(f"M:{mark}", _FULL, mark)
    return Features(sack.counts, sack.names, chain)
