"""What the trained model makes of one prompt, taken by itself."""

from heapq import nlargest
from typing import Final

from msgspec import Struct

from mixchat.classifier.features import Features, features
from mixchat.classifier.heuristics import Hint, hints, is_small_talk, split_everyday
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
_START: Final = 600
"""Characters in which the everyday roles are told apart."""
_PLEASANTRY: Final = 0.95
"""How often what is nothing but a pleasantry asks for no work."""


class Prediction(Struct, frozen=True):
    """Roles with their probabilities, the likeliest first, and what spoke for the first."""

    ranking: Ranking
    evidence: tuple[Evidence, ...]
    readable: bool
    """Whether there is a letter or a digit to read."""

    @property
    def role(self) -> str:
        """The likeliest role."""
        return self.ranking[0][0]

    @property
    def confidence(self) -> float:
        """The first role's probability."""
        return self.ranking[0][1]


def predict(text: str, model: Linear) -> Prediction:
    """Return what `model` makes of `text`. Takes about a millisecond however long the text is."""
    seen = features(text)
    plain = hints(seen.opening, seen.closing)
    shares = softmax(_hinted(model, model.scores(seen.weights), plain))
    summed: dict[str, float] = {}
    for label, share in zip(model.roles, shares, strict=True):
        role = ROLE_OF.get(label, label)
        summed[role] = summed.get(role, 0.0) + share
    ranking = sorted(summed.items(), key=lambda item: -item[1])
    readable = any(map(str.isalnum, text[:HEAD]))
    if is_small_talk(text):
        return Prediction(
            blend(QUICK, _PLEASANTRY, tuple(ranking)), (Evidence("a pleasantry", 1.0),), readable
        )
    evidence = _evidence(seen, model, shares, plain)
    if ranking[0][0] == DAILY_DRIVER:
        start = tokens(text[:_START])
        role, said = split_everyday(joined(start), len(start))
        ranking[0] = (role, ranking[0][1])
        evidence = (said, *evidence) if said else evidence
    return Prediction(tuple(ranking), evidence, readable)


def _hinted(model: Linear, scores: list[float], plain: list[Hint]) -> list[float]:
    for label, bonus, _ in plain:
        if label in model.roles:
            scores[model.roles.index(label)] += bonus
    return scores


def _evidence(seen: Features, model: Linear, shares: list[float], plain: list[Hint]) -> tuple[Evidence, ...]:
    """Return what spoke most for the likeliest class and against its strongest rival of another role."""
    order = sorted(range(len(shares)), key=lambda at: -shares[at])
    first = order[0]
    rival = next(at for at in order if ROLE_OF.get(model.roles[at]) != ROLE_OF.get(model.roles[first]))
    weighed = model.contrast(seen.weights, seen.names, first, rival)
    told = {said: bonus for label, bonus, said in plain if label == model.roles[first]}
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
