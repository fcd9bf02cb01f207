"""The linear model: one row of small integers a role, read from the weights file.

The file, little-endian: 8 bytes of magic, a 32-bit length, a JSON head (`roles`, `scale`, `bias`, `buckets`),
then for each role one signed byte a bucket, then one unsigned byte a bucket for its rarity. A weight is the square of
its byte, with its sign, times `scale`: small weights are many and are kept finely.
"""

import json
import struct
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from math import exp
from operator import itemgetter, mul
from pathlib import Path
from typing import Final

from msgspec import Struct

MAGIC: Final = b"MIXROLE1"
RARITY_UNIT: Final = 20


class Linear(Struct, frozen=True):
    """A multinomial logistic regression with weights of one byte."""

    roles: tuple[str, ...]
    rows: tuple[bytes, ...]
    """For each role one byte a bucket."""
    bias: tuple[float, ...]
    values: tuple[float, ...]
    """What each of the 256 bytes stands for."""
    rarity: bytes = b""
    """For each bucket how rare it is among prompts: the logarithm of the inverse frequency, times `RARITY_UNIT`."""

    def scores(self, weights: Mapping[int, float]) -> list[float]:
        """Return a score for each role, of buckets with their weights."""
        if len(weights) < 2:
            return list(self.bias)
        pick = itemgetter(*weights)
        strengths = tuple(weights.values())
        return [
            bias + sum(map(mul, strengths, itemgetter(*pick(row))(self.values)))
            for bias, row in zip(self.bias, self.rows, strict=True)
        ]

    def contrast(
        self, weights: Mapping[int, float], buckets: Iterable[int], role: int, other: int
    ) -> list[tuple[float, int]]:
        """Return (weight, bucket) pairs: how much each of `buckets` speaks for `role` rather than `other`."""
        ours, theirs, values = self.rows[role], self.rows[other], self.values
        return [
            ((values[ours[bucket]] - values[theirs[bucket]]) * weights[bucket], bucket)
            for bucket in buckets
            if bucket in weights
        ]


def softmax(scores: Sequence[float]) -> list[float]:
    """Return the scores as probabilities."""
    top = max(scores)
    powers = [exp(score - top) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


def pack(
    roles: Sequence[str], rows: Sequence[bytes], bias: Sequence[float], scale: float, rarity: bytes
) -> bytes:
    """Return the bytes of a weights file; the inverse of `unpack`."""
    head = json.dumps(
        {"roles": list(roles), "scale": scale, "bias": list(bias), "buckets": len(rows[0])}
    ).encode()
    return MAGIC + struct.pack("<I", len(head)) + head + b"".join(rows) + rarity


def _values(scale: float) -> tuple[float, ...]:
    signed = [byte if byte < 128 else byte - 256 for byte in range(256)]
    return tuple(scale * value * abs(value) for value in signed)


def unpack(data: bytes) -> Linear:
    """Return the model that a weights file holds.

    Raises:
        ValueError: when `data` is no weights file.
    """
    if data[: len(MAGIC)] != MAGIC:
        raise ValueError("this is not a weights file of mixchat")
    (length,) = struct.unpack_from("<I", data, len(MAGIC))
    start = len(MAGIC) + 4
    head = json.loads(data[start : start + length])
    size = head["buckets"]
    first = start + length
    rows = tuple(data[first + at * size : first + (at + 1) * size] for at in range(len(head["roles"])))
    rarity = data[first + len(rows) * size :]
    if len(rarity) != size:
        raise ValueError("the weights file is cut short")
    return Linear(tuple(head["roles"]), rows, tuple(head["bias"]), _values(head["scale"]), rarity)


@cache
def built_in() -> Linear:
    """Return the model that mixchat brings along."""
    return unpack(Path(__file__).with_name("weights.bin").read_bytes())


def load(path: Path) -> Linear:
    """Return the model in the file at `path`.

    Raises:
        ValueError: when it is no weights file.
        OSError: when it cannot be read.
    """
    return unpack(path.read_bytes())
