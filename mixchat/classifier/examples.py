"""Example prompts of the user's roles: a prompt that is much like them takes their role."""

from collections.abc import Iterable, Sequence
from math import sqrt
from typing import Final

from mixchat.classifier.features import features
from mixchat.classifier.linear_model import RARITY_UNIT, Linear
from mixchat.classifier.probabilities import as_classification, normalise
from mixchat.domain.decision import Classification, Evidence
from mixchat.domain.role import FALLBACK
from mixchat.domain.stack import Stack

_COMMON: Final = int(1.5 * RARITY_UNIT)
"""Buckets that are not rarer than this say nothing about likeness."""
_FIRST_SAYS: Final = 0.6
_SECOND_SAYS: Final = 0.4

Vector = dict[int, float]


def similarity_vector(text: str, model: Linear) -> Vector:
    """Return what counts for likeness in `text`, of length 1, or empty."""
    rarity = model.rarity
    weighed = {
        bucket: weight * rarity[bucket]
        for bucket, weight in features(text).weights.items()
        if rarity[bucket] > _COMMON
    }
    length = sqrt(sum(weight * weight for weight in weighed.values())) or 1.0
    return {bucket: weight / length for bucket, weight in weighed.items()}


def combine(alike: Iterable[float]) -> float:
    """Return one figure for several likenesses: mostly the best, partly the second."""
    best = sorted(alike, reverse=True)[:2]
    return _FIRST_SAYS * best[0] + _SECOND_SAYS * (best[1] if len(best) > 1 else 0.0) if best else 0.0


class ExampleIndex:
    """Examples, each with what it stands for, found again by likeness."""

    def __init__(self, examples: Sequence[tuple[str, str]], model: Linear) -> None:
        self.examples = examples
        self._model = model
        self._postings: dict[int, list[tuple[int, float]]] = {}
        for at, (text, _) in enumerate(examples):
            for bucket, weight in similarity_vector(text, model).items():
                self._postings.setdefault(bucket, []).append((at, weight))

    def nearest(self, text: str) -> list[tuple[float, str, str]]:
        """Return (likeness, what it stands for, the nearest example) for each target, the likest first."""
        alike: dict[int, float] = {}
        for bucket, weight in similarity_vector(text, self._model).items():
            for at, other in self._postings.get(bucket, ()):
                alike[at] = alike.get(at, 0.0) + weight * other
        grouped: dict[str, list[tuple[float, int]]] = {}
        for at, likeness in alike.items():
            grouped.setdefault(self.examples[at][1], []).append((likeness, at))
        ranked = [
            (combine(likeness for likeness, _ in group), target, self.examples[max(group)[1]][0])
            for target, group in grouped.items()
        ]
        return sorted(ranked, reverse=True)


_ALIKE: Final = 0.07
"""Likeness from which a prompt is taken for one of the examples' kind; one in a hundred others reaches it."""

Pairs = tuple[tuple[str, str], ...]


def examples_of(stack: Stack) -> Pairs:
    """Return the stack's (example, role) pairs; a role's description counts as one of its examples."""
    return tuple(
        (text, role_config.role)
        for role_config in stack.roles.values()
        if role_config.role != FALLBACK and role_config.examples
        for text in (*role_config.examples, *((role_config.description,) if role_config.description else ()))
    )


class Examples:
    """Matches prompts with the examples in a stack by local features."""

    def __init__(self, model: Linear) -> None:
        self._model = model
        self._index: tuple[Pairs, ExampleIndex] = ((), ExampleIndex((), model))

    def match(self, prompt: str, stack: Stack) -> Classification | None:
        """Return the verdict of the nearest examples, or nothing when none is near."""
        pairs = examples_of(stack)
        if not pairs:
            return None
        if self._index[0] != pairs:
            self._index = (pairs, ExampleIndex(pairs, self._model))
        return classification_of(self._index[1].nearest(prompt), _ALIKE)


def classification_of(ranked: list[tuple[float, str, str]], least: float) -> Classification | None:
    """Return the verdict for the likest role when its likeness reaches `least`."""
    if not ranked or ranked[0][0] < least:
        return None
    likeness, _, example = ranked[0]
    said = Evidence(f"like the example '{_short(example)}'", likeness)
    return as_classification(normalise([(role, score) for score, role, _ in ranked], least), "local", (said,))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:39]}…"
