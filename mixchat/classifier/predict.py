"""What the trained model makes of one prompt, taken by itself."""

from collections.abc import Mapping, Sequence
from heapq import nlargest
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from mixchat.classifier.features import Features, features
from mixchat.classifier.heuristics import asks_the_web, is_simple_sum, is_small_talk, split_everyday
from mixchat.classifier.linear_model import Linear, softmax
from mixchat.classifier.probabilities import Ranking, blend
from mixchat.classifier.tokenize import HEAD, joined, tokens
from mixchat.domain.decision import Evidence
from mixchat.domain.role import (
    CODING,
    CREATIVE,
    DAILY_DRIVER,
    EXTRACTION,
    HEAVY_LIFTING,
    QUICK,
    RESEARCH,
    SUMMARIZATION,
)

ROLE_OF: Final = {
    "coding": CODING,
    "heavy": HEAVY_LIFTING,
    "planning": HEAVY_LIFTING,
    "creative": CREATIVE,
    "summarization": SUMMARIZATION,
    "extraction": EXTRACTION,
    "daily": DAILY_DRIVER,
}
"""The model's classes and the roles they stand for."""

_MOST_EVIDENCE: Final = 5
_SAYS_NOTHING: Final = frozenset(
    [
        "the",
        "and",
        "for",
        "this",
        "that",
        "with",
        "from",
        "you",
        "your",
        "are",
        "was",
        "were",
        "has",
        "have",
        "not",
        "but",
        "all",
        "can",
        "its",
        "into",
        "about",
        "than",
        "then",
    ]
)
"""Words that weigh something beside others and tell a person nothing."""
_OPERATORS: Final = frozenset("+*/=^%√∑∫")
NOTHING: Final[Mapping[str, float]] = MappingProxyType({})
_PLAIN_JOB: Final = 0.8
"""How likely a job must be to be plainly named."""
_BESIDE_A_JOB: Final = 0.3
"""What is left then of what the attached files say."""
_START: Final = 600
"""Characters in which the everyday roles are told apart."""
_MORE_LIKELY_THAN_NOT: Final = 0.5
_PLAIN: Final = 0.95
"""How often what is nothing but a pleasantry, or a small sum, asks for no work."""


class Prediction(Struct, frozen=True):
    """Roles with their probabilities, the likeliest first, and what spoke for the first."""

    ranking: Ranking
    evidence: tuple[Evidence, ...]
    readable: bool
    """Whether there is a word to read: a lone number says nothing."""

    @property
    def role(self) -> str:
        """The likeliest role."""
        return self.ranking[0][0]

    @property
    def confidence(self) -> float:
        """The first role's probability."""
        return self.ranking[0][1]


def predict(text: str, model: Linear, lean: Mapping[str, float] = NOTHING) -> Prediction:
    """Return what `model` makes of `text`. Takes about a millisecond however long the text is.

    Args:
        text: the prompt.
        model: the weights.
        lean: what is attached adds this to the scores of classes; it says little against words that name a job plainly.
    """
    seen = features(text)
    scores = model.scores(seen.weights)
    shares = softmax(scores)
    if lean:
        shares = softmax(_leaning(model, scores, shares, lean))
    summed: dict[str, float] = {}
    for label, share in zip(model.roles, shares, strict=True):
        role = ROLE_OF.get(label, label)
        summed[role] = summed.get(role, 0.0) + share
    ranking = sorted(summed.items(), key=lambda item: -item[1])
    readable = any(sign.isalpha() or sign in _OPERATORS for sign in text[:HEAD])
    if is_small_talk(text):
        return Prediction(blend(QUICK, _PLAIN, tuple(ranking)), (Evidence("a pleasantry", 1.0),), readable)
    if is_simple_sum(text):
        return Prediction(blend(QUICK, _PLAIN, tuple(ranking)), (Evidence("a small sum", 1.0),), readable)
    evidence = _evidence(seen, model, shares)
    if ranking[0][0] == DAILY_DRIVER:
        role, said = split_everyday(text[:_START], ranking[0][1])
        ranking[0] = (role, ranking[0][1])
        evidence = (said, *evidence) if said else evidence
    elif ranking[0][1] < _MORE_LIKELY_THAN_NOT and (said := asks_the_web(text[:_START])):
        return Prediction(blend(RESEARCH, _MORE_LIKELY_THAN_NOT, tuple(ranking)), (said, *evidence), readable)
    return Prediction(tuple(ranking), evidence, readable)


def _leaning(
    model: Linear, scores: Sequence[float], shares: Sequence[float], lean: Mapping[str, float]
) -> list[float]:
    first = max(range(len(shares)), key=shares.__getitem__)
    plain = shares[first] >= _PLAIN_JOB and model.roles[first] != "daily"
    weight = _BESIDE_A_JOB if plain else 1.0
    return [score + weight * lean.get(label, 0.0) for label, score in zip(model.roles, scores, strict=True)]


def _evidence(seen: Features, model: Linear, shares: list[float]) -> tuple[Evidence, ...]:
    """Return what spoke most for the likeliest class and against its strongest rival of another role."""
    order = sorted(range(len(shares)), key=lambda at: -shares[at])
    first = order[0]
    rival = next(at for at in order if ROLE_OF.get(model.roles[at]) != ROLE_OF.get(model.roles[first]))
    weighed = model.contrast(seen.weights, seen.names, first, rival)
    told: dict[str, float] = {}
    for weight, bucket in nlargest(3 * _MOST_EVIDENCE, weighed):
        shown = joined((seen.names[bucket],))
        if weight > 0 and _tells(shown):
            told[shown] = told.get(shown, 0.0) + weight
    best = nlargest(_MOST_EVIDENCE, told.items(), key=lambda item: item[1])
    return tuple(Evidence(shown, round(weight, 3)) for shown, weight in best)


def _tells(shown: str) -> bool:
    """Whether a person would take it for a reason: a word or a mark, not a lone sign or a word that says nothing."""
    words = [token for token in tokens(shown) if token.isalpha()]
    if words and _SAYS_NOTHING.issuperset(words):
        return False
    return sum(sign.isalpha() for sign in shown) > 2 or any(sign >= "\u3040" for sign in shown)
