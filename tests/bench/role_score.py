"""The routing score: mean of recall over (source, role) cells, with a bootstrap over rows."""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence

from tests.classifier.prompt_sets import Labelled

ROLES = ("coding", "heavy", "creative", "summarization", "extraction", "daily")
_FOUR = {"coding", "heavy", "creative", "daily"}
_LEAST = 8
"""Rows that a cell needs to count."""

Judged = tuple[Labelled, str]
"""A prompt, and the role it was given."""


def _wanted(role: str) -> str:
    return "heavy" if role == "planning" else role


def _counted(judged: Sequence[Judged], *, four: bool) -> list[tuple[str, str, bool]]:
    rows = [(row.source, row.role, given) for row, given in judged if not four or row.role in _FOUR]
    if four:
        rows = [(source, role, given if given in _FOUR else "daily") for source, role, given in rows]
    return [(source, role, given == _wanted(role)) for source, role, given in rows]


def cells(judged: Sequence[Judged], *, four: bool = False) -> dict[tuple[str, str], tuple[float, int]]:
    """Return recall and size of every (source, role) cell."""
    hits: defaultdict[tuple[str, str], list[bool]] = defaultdict(list)
    for source, role, hit in _counted(judged, four=four):
        hits[source, role].append(hit)
    return {cell: (sum(found) / len(found), len(found)) for cell, found in sorted(hits.items())}


def score(judged: Sequence[Judged], *, four: bool = False) -> float:
    """Return the mean over the cells with enough rows."""
    counted = [recall for recall, size in cells(judged, four=four).values() if size >= _LEAST]
    return sum(counted) / len(counted) if counted else float("nan")


def interval(judged: Sequence[Judged], *, four: bool = False, times: int = 300) -> tuple[float, float]:
    """Return the middle 95 % of the score when rows are drawn again, cell by cell."""
    dice = random.Random(11)
    hits: defaultdict[tuple[str, str], list[bool]] = defaultdict(list)
    for source, role, hit in _counted(judged, four=four):
        hits[source, role].append(hit)
    counted = [found for found in hits.values() if len(found) >= _LEAST]
    if not counted:
        return float("nan"), float("nan")
    drawn = sorted(
        sum(sum(dice.choices(found, k=len(found))) / len(found) for found in counted) / len(counted)
        for _ in range(times)
    )
    return drawn[int(0.025 * times)], drawn[int(0.975 * times) - 1]


def confusion(judged: Sequence[Judged]) -> str:
    """Return a table: rows are what was wanted, columns what was given."""
    counts = Counter((row.role, given) for row, given in judged)
    wanted = [*ROLES[:2], "planning", *ROLES[2:]]
    lines = [" " * 14 + "".join(f"{role[:9]:>10}" for role in ROLES)]
    lines += [f"{role:<14}" + "".join(f"{counts[role, given]:>10}" for given in ROLES) for role in wanted]
    return "\n".join(lines)
