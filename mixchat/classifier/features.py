"""What the linear model sees of a prompt: hashed words, word pairs, word parts, concepts and marks.

A prompt is cut into blocks - how it opens, its front, the rest, how it closes - and every block has the same say
whatever its length. So a request of ten words is not drowned by the thousand words pasted below it. Where a long prompt
does not open with a request but closes with one, the close says more and what stands before it less.
"""

from collections.abc import Iterable, Sequence
from itertools import chain, pairwise
from math import sqrt
from typing import Final
from zlib import crc32

from msgspec import Struct

from mixchat.classifier.lexicon import lexicon
from mixchat.classifier.patterns import LONG, closing_request, structure_marks
from mixchat.classifier.tokenize import HEAD, Passage, passage

BUCKETS: Final = 1 << 17
OPENING: Final = 16
"""Tokens that open a prompt."""
FRONT: Final = 60
"""Tokens from the start that are looked at closely."""
CLOSING: Final = 16
"""Tokens that close a prompt of more than `LONG` tokens."""
_OPENING_SAYS: Final = 0.5
_FRONT_SAYS: Final = 1.0
_REST_SAYS: Final = 0.5
_CLOSING_SAYS: Final = 0.7
_REQUEST_SAYS: Final = 1.0
"""What the close says where it is what the prompt asks for."""
_ASKED_LATER: Final = 0.5
"""What is left of the opening and the front then."""
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


def bucket_of(key: str) -> int:
    """Return the bucket that `key` falls into."""
    return crc32(key.encode("utf-8", "surrogatepass")) & (BUCKETS - 1)


class _Words(Struct):
    """The buckets of a row of words, each list in the words' order."""

    words: list[str]
    single: list[int]
    pairs: list[int]
    runs: list[int]
    """Three in a row; empty where nobody looks so closely."""
    parts: list[list[int]]
    """For each word the buckets of its beginning and its end."""


class _Block:
    """Buckets of one part of a prompt, counted."""

    def __init__(self, says: float) -> None:
        self.counts: dict[int, float] = {}
        self.says = says

    def put(self, buckets: Iterable[int], weight: float = 1.0) -> None:
        """Count buckets."""
        counts = self.counts
        for bucket in buckets:
            counts[bucket] = counts.get(bucket, 0.0) + weight

    def put_words(self, seen: _Words, upto: int) -> None:
        """Count the first `upto` words with all that belongs to them."""
        self.put(seen.single[:upto])
        self.put(seen.pairs[: max(upto - 1, 0)])
        self.put(seen.runs[: max(upto - 2, 0)])
        self.put(chain.from_iterable(seen.parts[:upto]), 0.5)

    def pour(self, into: dict[int, float]) -> None:
        """Add the block's roots, brought to its length, to `into`."""
        total = sum(self.counts.values())
        if total:
            unit = self.says / sqrt(total)
            for bucket, count in self.counts.items():
                into[bucket] = into.get(bucket, 0.0) + unit * sqrt(count)


def _hashed(keys: Iterable[str]) -> list[int]:
    most = BUCKETS - 1
    return [crc32(key.encode("utf-8", "surrogatepass")) & most for key in keys]


def _look(words: Sequence[str], *, runs: bool, parts: bool) -> _Words:
    plain = ["0" if word.isdigit() else word for word in words]
    threes = [f"{plain[at]} {plain[at + 1]} {plain[at + 2]}" for at in range(len(plain) - 2)] if runs else []
    return _Words(
        plain,
        _hashed(plain),
        _hashed([f"{left} {right}" for left, right in pairwise(plain)]),
        _hashed(threes),
        [_hashed(_parts(word)) for word in plain] if parts else [],
    )


def _parts(word: str) -> list[str]:
    if len(word) <= 4:
        return []
    return [f"^{word[:4]}", f"{word[-3:]}$"] if len(word) > 5 else [f"^{word[:4]}"]


def _concepts(block: _Block, hits: Hits, place: str) -> None:
    found = [concept for concept, _ in hits]
    row = [concept for at, concept in enumerate(found) if not at or found[at - 1] != concept]
    block.put(_hashed([f"{place}C:{concept}" for concept in dict.fromkeys(found)]))
    block.put(_hashed([f"{place}C2:{left}>{right}" for left, right in pairwise(row)]))
    block.put(_hashed([f"{place}C2:{left}>{right}" for left, right in zip(row, row[2:], strict=False)]), 0.5)
    block.put(_hashed([f"{place}C1:{concept}" for concept in row[:1]]))
    block.put(_hashed([f"{place}C12:{'>'.join(row[:2])}"] if len(row) > 1 else []))


def _names(front: _Words, opening: Hits, closing: Hits, seen: Sequence[str]) -> dict[int, str]:
    """Return what buckets stand for, marks and concepts first."""
    names = dict(
        zip(front.pairs, (f"'{left} {right}'" for left, right in pairwise(front.words)), strict=True)
    )
    names.update(zip(front.single, (f"'{word}'" for word in front.words), strict=True))
    for place, hits, where in (("T", closing, " at the end"), ("", opening, "")):
        for concept, phrase in reversed(hits):
            names[bucket_of(f"{place}C:{concept}")] = f"'{phrase}'{where}"
    names.update({bucket_of(f"M:{mark}"): mark for mark in seen})
    return names


def _close(seen: Passage) -> Sequence[str]:
    if seen.tail:
        return seen.tail[-CLOSING:]
    return seen.head[-CLOSING:] if len(seen.head) > LONG else ()


def features(text: str) -> Features:
    """Return what the model sees of `text`; the time does not grow with very long texts."""
    seen, shapes = passage(text), structure_marks(text)
    asked = closing_request(text, seen)
    close = asked or _close(seen)
    front = _look(seen.head[:FRONT], runs=True, parts=True)
    opening, facing, closing = (
        lexicon().find(part) for part in (seen.head[:OPENING], seen.head[:FRONT], close)
    )
    share = _ASKED_LATER if asked else 1.0
    says = (share * _OPENING_SAYS, share * _FRONT_SAYS, _REST_SAYS, _REQUEST_SAYS if asked else _CLOSING_SAYS)
    blocks = tuple(_Block(say) for say in says)
    blocks[0].put_words(front, OPENING)
    blocks[0].put(_hashed([f"{at}={word}" for at, word in enumerate(front.words[:3])]))
    _concepts(blocks[0], opening, "")
    blocks[1].put_words(front, FRONT)
    _concepts(blocks[1], facing, "F")
    blocks[2].put_words(_look(seen.head[FRONT:], runs=False, parts=False), HEAD)
    blocks[3].put_words(_look(close, runs=True, parts=bool(asked)), len(close))
    _concepts(blocks[3], closing, "T")
    if asked:
        _concepts(blocks[3], closing, "")
    weights: dict[int, float] = {}
    for block in blocks:
        block.pour(weights)
    for bucket in _hashed([f"M:{shape}" for shape in shapes]):
        weights[bucket] = weights.get(bucket, 0.0) + _MARK_SAYS
    length = sqrt(sum([weight * weight for weight in weights.values()])) or 1.0
    return Features(
        {bucket: weight / length for bucket, weight in weights.items()},
        _names(front, opening, closing, shapes),
        opening,
        closing,
    )
