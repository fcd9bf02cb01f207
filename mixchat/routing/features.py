"""What the linear model sees of a prompt: hashed words, word pairs, word parts, concepts and marks.

A prompt is cut into blocks - how it opens, its front, the rest, how it closes - and every block has the same say
whatever its length. So a request of ten words is not drowned by the thousand words pasted below it.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import sqrt
from typing import Final
from zlib import crc32

from msgspec import Struct

from mixchat.routing.concepts import lexicon
from mixchat.routing.marks import marks
from mixchat.routing.tokens import Passage, passage

BUCKETS: Final = 1 << 15
OPENING: Final = 16
"""Tokens that open a prompt."""
FRONT: Final = 60
"""Tokens from the start that are looked at closely."""
CLOSING: Final = 16
"""Tokens that close a prompt of more than `_LONG` tokens."""
_LONG: Final = 24
_OPENING_SAYS: Final = 0.5
_FRONT_SAYS: Final = 1.0
_REST_SAYS: Final = 0.5
_CLOSING_SAYS: Final = 0.7
_MARK_SAYS: Final = 0.2

Hits = list[tuple[str, str]]
"""Concepts in order, each with the phrase that stands for it."""


class Features(Struct):
    """A prompt as bucket numbers with weights, and what the telling buckets stand for."""

    weights: dict[int, float]
    """Of length 1 together, or empty."""
    names: dict[int, str]
    """In words, for the buckets that make good evidence."""
    opening: Hits
    """Concepts of the first tokens."""
    closing: Hits
    """Concepts of the last tokens of a longer prompt."""


class _Block:
    """Buckets of one part of a prompt, counted."""

    def __init__(self, says: float) -> None:
        self.counts: dict[int, float] = {}
        self.says = says

    def put(self, keys: Iterable[str], weight: float = 1.0) -> None:
        """Count the buckets of `keys`."""
        counts = self.counts
        for key in keys:
            bucket = crc32(key.encode()) & (BUCKETS - 1)
            counts[bucket] = counts.get(bucket, 0.0) + weight

    def pour(self, into: dict[int, float]) -> None:
        """Add the block's roots, brought to its length, to `into`."""
        total = sum(self.counts.values())
        if total:
            unit = self.says / sqrt(total)
            for bucket, count in self.counts.items():
                into[bucket] = into.get(bucket, 0.0) + unit * sqrt(count)


def bucket_of(key: str) -> int:
    """Return the bucket that `key` falls into."""
    return crc32(key.encode()) & (BUCKETS - 1)


def _plain(words: Sequence[str]) -> list[str]:
    return ["0" if word.isdigit() else word for word in words]


def _parts(words: Sequence[str]) -> list[str]:
    return [f"^{word[:4]}" for word in words if len(word) > 4] + [
        f"{word[-3:]}$" for word in words if len(word) > 5
    ]


def _runs(words: Sequence[str]) -> list[str]:
    return [" ".join(words[at : at + 3]) for at in range(len(words) - 2)]


def _words(block: _Block, words: Sequence[str], *, closely: bool) -> None:
    block.put(words)
    block.put([f"{left} {right}" for left, right in pairwise(words)])
    if closely:
        block.put(_runs(words))
        block.put(_parts(words), 0.5)


def _concepts(block: _Block, hits: Hits, place: str) -> None:
    found = [concept for concept, _ in hits]
    chain = [concept for at, concept in enumerate(found) if not at or found[at - 1] != concept]
    block.put([f"{place}C:{concept}" for concept in dict.fromkeys(found)])
    block.put([f"{place}C2:{left}>{right}" for left, right in pairwise(chain)])
    block.put([f"{place}C2:{left}>{right}" for left, right in zip(chain, chain[2:], strict=False)], 0.5)
    block.put([f"{place}C1:{concept}" for concept in chain[:1]])
    block.put([f"{place}C12:{'>'.join(chain[:2])}"] if len(chain) > 1 else [])


def _names(front: Sequence[str], opening: Hits, closing: Hits, seen: Sequence[str]) -> dict[int, str]:
    """Return what buckets stand for, single words and concepts first."""
    names = {bucket_of(f"M:{mark}"): mark for mark in seen}
    for place, hits, where in (("", opening, ""), ("T", closing, " at the end")):
        for concept, phrase in reversed(hits):
            names[bucket_of(f"{place}C:{concept}")] = f"'{phrase}'{where}"
    for word in front:
        names.setdefault(bucket_of(word), f"'{word}'")
    for left, right in pairwise(front):
        names.setdefault(bucket_of(f"{left} {right}"), f"'{left} {right}'")
    return names


def _close(seen: Passage) -> Sequence[str]:
    if seen.tail:
        return seen.tail[-CLOSING:]
    return seen.head[-CLOSING:] if len(seen.head) > _LONG else ()


def features(text: str) -> Features:
    """Return what the model sees of `text`; the time does not grow with very long texts."""
    seen, shapes = passage(text), marks(text)
    first, front, close = seen.head[:OPENING], seen.head[:FRONT], _close(seen)
    words = _plain(front)
    opening, facing, closing = (lexicon().find(part) for part in (first, front, close))
    blocks = (_Block(_OPENING_SAYS), _Block(_FRONT_SAYS), _Block(_REST_SAYS), _Block(_CLOSING_SAYS))
    _words(blocks[0], words[:OPENING], closely=True)
    blocks[0].put([f"{at}={word}" for at, word in enumerate(words[:3])])
    _concepts(blocks[0], opening, "")
    _words(blocks[1], words, closely=True)
    _concepts(blocks[1], facing, "F")
    _words(blocks[2], _plain(seen.head[FRONT:]), closely=False)
    closely = _plain(close)
    _words(blocks[3], closely, closely=False)
    blocks[3].put(_runs(closely))
    _concepts(blocks[3], closing, "T")
    weights: dict[int, float] = {}
    for block in blocks:
        block.pour(weights)
    for shape in shapes:
        bucket = bucket_of(f"M:{shape}")
        weights[bucket] = weights.get(bucket, 0.0) + _MARK_SAYS
    length = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    for bucket in weights:
        weights[bucket] /= length
    return Features(weights, _names(words, opening, closing, shapes), opening, closing)
