"""How much prompts are alike: the cosine of what the linear model sees of them, rare things weighing more."""

from collections.abc import Iterable, Sequence
from math import sqrt
from typing import Final

from mixchat.routing.features import features
from mixchat.routing.linear import RARITY_UNIT, Linear

_COMMON: Final = int(1.5 * RARITY_UNIT)
"""Buckets that are not rarer than this say nothing about likeness."""
_FIRST_SAYS: Final = 0.6
_SECOND_SAYS: Final = 0.4

Vector = dict[int, float]


def vector(text: str, model: Linear) -> Vector:
    """Return what counts for likeness in `text`, of length 1, or empty."""
    rarity = model.rarity
    weighed = {
        bucket: weight * rarity[bucket]
        for bucket, weight in features(text).weights.items()
        if rarity[bucket] > _COMMON
    }
    length = sqrt(sum(weight * weight for weight in weighed.values())) or 1.0
    return {bucket: weight / length for bucket, weight in weighed.items()}


def together(alike: Iterable[float]) -> float:
    """Return one figure for several likenesses: mostly the best, partly the second."""
    best = sorted(alike, reverse=True)[:2]
    return _FIRST_SAYS * best[0] + _SECOND_SAYS * (best[1] if len(best) > 1 else 0.0) if best else 0.0


class Shelf:
    """Examples, each with what it stands for, found again by likeness."""

    def __init__(self, examples: Sequence[tuple[str, str]], model: Linear) -> None:
        self.examples = examples
        self._model = model
        self._postings: dict[int, list[tuple[int, float]]] = {}
        for at, (text, _) in enumerate(examples):
            for bucket, weight in vector(text, model).items():
                self._postings.setdefault(bucket, []).append((at, weight))

    def nearest(self, text: str) -> list[tuple[float, str, str]]:
        """Return (likeness, what it stands for, the nearest example) for each target, the likest first."""
        alike: dict[int, float] = {}
        for bucket, weight in vector(text, self._model).items():
            for at, other in self._postings.get(bucket, ()):
                alike[at] = alike.get(at, 0.0) + weight * other
        grouped: dict[str, list[tuple[float, int]]] = {}
        for at, likeness in alike.items():
            grouped.setdefault(self.examples[at][1], []).append((likeness, at))
        ranked = [
            (together(likeness for likeness, _ in group), target, self.examples[max(group)[1]][0])
            for target, group in grouped.items()
        ]
        return sorted(ranked, reverse=True)
