"""Shares: how likely each role is, in one sum, whoever has a say in it."""

from collections.abc import Sequence

from mixchat.domain.decision import Classification, Classifier, Evidence
from mixchat.domain.role import DAILY_DRIVER

Ranking = tuple[tuple[str, float], ...]
"""Roles with their probabilities, the likeliest first; together at most 1."""


def blend(role: str, sure: float, ranking: Ranking) -> Ranking:
    """Return `ranking` after someone named `role` who is right as often as `sure` says, from one half to 1.

    What is left of the certainty is split as `ranking` has it, so `role` comes first.
    """
    shares = {role: sure}
    for name, share in ranking:
        shares[name] = shares.get(name, 0.0) + (1.0 - sure) * share
    return tuple(sorted(shares.items(), key=lambda item: -item[1]))


def normalise(scores: Sequence[tuple[str, float]], least: float) -> Ranking:
    """Return each role's share of all scores; one that nobody names has the score `least`.

    The first role alone has one half at that score, and near 1 at many times as much.
    """
    total = sum(score for _, score in scores) + least
    return tuple((role, score / total) for role, score in scores)


def fold_into_daily_driver(ranking: Ranking) -> Ranking:
    """Return `ranking` with the first role's share taken by daily-driver, which stands in for it."""
    share = ranking[0][1] + dict(ranking[1:]).get(DAILY_DRIVER, 0.0)
    return ((DAILY_DRIVER, share), *(item for item in ranking[1:] if item[0] != DAILY_DRIVER))


def as_classification(
    ranking: Ranking, classifier: Classifier, evidence: tuple[Evidence, ...]
) -> Classification:
    """Return the verdict for the first role, with the others as its alternatives."""
    (role, share), *others = ranking
    margin = share - (others[0][1] if others else 0.0)
    return Classification(role, share, classifier, evidence, tuple(others), margin)


def ranking_of(said: Classification) -> Ranking:
    """Return the shares that a verdict holds."""
    return ((said.role, said.confidence), *said.alternatives)
