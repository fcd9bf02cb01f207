"""What a turn costs with the providers' prompt caches counted, and whether to stay with a model or to switch.

A model that has read the conversation reads it again for a tenth or less; another has to read all of it at the full
price. So what counts is not the price of a token but of this turn, together with what the next turn will find warm.
Dollars are floats here: they are compared, never booked.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from mixchat.domain.decision import Economy
from mixchat.ledger.cache_book import GAPS
from mixchat.ledger.cache_rules import CacheRule

EASY, DAILY, HARD = 1, 2, 3
"""What a turn needs at least: the small model, the everyday one, the strong one."""

_USUAL_GAPS: Final = (0.40, 0.30, 0.09, 0.09, 0.04, 0.08)
_LAST_BUCKET: Final = 12 * 3600.0
_BELIEF: Final = 20.0
"""Turns after which a person's own gaps count as much as the usual ones."""
_NEXT_PROMPT: Final = 250
_NEXT_REPLY: Final = 450
"""Tokens of a usual turn, the one that comes after this one."""
_LIKE_THIS: Final = 0.65
"""How likely the next turn needs what this one does."""
_NEXT_COUNTS: Final = 0.5
"""What the turn after this one counts beside this one; looking further ahead did worse."""
_LONG_FROM: Final = 8_000
"""Tokens from which the hour's cache is thought about."""
_MOST_DEARER: Final = 0.05
"""Dollars that "balanced" spends at most on a stronger model for one turn."""
_MUCH_CHEAPER: Final = 0.5
"""Share of the first strong model's price below which "quality" asks the second one."""
_TIMES_DEARER: Final = 3.0
"""Nor more than this many times what the everyday model costs now."""


class Tariff(Struct, frozen=True):
    """Dollars a token."""

    input: float
    output: float
    read: float
    """From the cache."""
    write: float
    """Into the cache that lives for minutes."""
    write_long: float = 0.0
    """Into the one that lives for an hour; 0: there is none."""


class Warmth(Struct, frozen=True):
    """What a model was sent last in this conversation."""

    started: float
    """When its last request began; seconds since the epoch."""
    tokens: int
    """All that it has read and written since."""
    life: float
    """Seconds that it is kept."""


class Gaps:
    """How long it is until the next turn: what is usual, and more and more what this person does."""

    def __init__(self, counts: Sequence[float] = ()) -> None:
        own = (*counts, *(0.0 for _ in range(len(_USUAL_GAPS) - len(counts))))
        total = sum(own) + _BELIEF
        self._shares = [
            (mine + _BELIEF * usual) / total for mine, usual in zip(own, _USUAL_GAPS, strict=True)
        ]

    def within(self, seconds: float) -> float:
        """Return how likely the next turn begins within `seconds`."""
        if seconds <= 0:
            return 0.0
        edges = (0.0, *GAPS, _LAST_BUCKET)
        at = bisect_left(GAPS, seconds)
        low, high = edges[at], edges[at + 1]
        part = min((seconds - low) / (high - low), 1.0)
        return sum(self._shares[:at]) + self._shares[at] * part


class CostCandidate(Struct, frozen=True, kw_only=True):
    """A model as it would be asked: with its effort, search and system prompt, which its cache depends on."""

    variant: str
    tier: int
    """`EASY`, `DAILY` or `HARD`: the most that it is good for."""
    tariff: Callable[[int], Tariff]
    """Prices by the size of the prompt."""
    rule: CacheRule
    hit: float
    """The share of what should be warm that was found warm."""
    ratio: float = 1.0
    """Its tokens for one token of the rule of thumb."""
    longer: float = 1.0
    """How many times longer than usual it answers, thinking included."""
    warmth: Warmth | None = None
    able: bool = True
    """Whether it may answer this turn, or only what comes after it."""
    second: bool = False
    """Whether it stands in the role's second place: for "quality" it has to be much cheaper than the first."""


class Situation(Struct, frozen=True, kw_only=True):
    """A turn that is about to be sent."""

    context: int
    """Tokens of all that is sent, by the rule of thumb."""
    reply: int
    now: float
    gaps: Gaps


class Priced(Struct, frozen=True):
    """A candidate, what it costs now, and what it costs with an eye on the next turn."""

    candidate: CostCandidate
    now: float
    score: float


class CostRuling(Struct, frozen=True):
    """Who is to answer, who would have been the strongest or the everyday choice, and whether the price decided."""

    chosen: Priced
    strong: Priced | None = None
    """The stronger model that was too dear for this turn."""


NEEDS: Final = {
    "quick": EASY,
    "summarization": EASY,
    "extraction": EASY,
    "daily-driver": DAILY,
    "coding": DAILY,
    "creative": DAILY,
    "research": DAILY,
    "heavy-lifting": HARD,
}
"""What a built-in role needs; a role of the person's own is none of this module's business."""
_SAVING: Final = {"daily-driver": EASY, "creative": EASY, "heavy-lifting": DAILY}
"""What is different when as little as possible is to be spent."""


def need_of(role: str, economy: Economy) -> int | None:
    """Return what a turn of `role` needs; `None`: a role that this module does not know."""
    usual = NEEDS.get(role)
    return _SAVING.get(role, usual) if economy == "saver" else usual


def warm_tokens(candidate: CostCandidate, now: float) -> float:
    """Return how many tokens it is likely to find in its cache."""
    kept = candidate.warmth
    if kept is None or kept.tokens < candidate.rule.minimum or not 0 <= now - kept.started <= kept.life:
        return 0.0
    return kept.tokens * candidate.hit


def _dollars(
    candidate: CostCandidate, tokens: float, warm: float, reply: float, *, long: bool = False
) -> float:
    price = candidate.tariff(round(tokens))
    warm = min(warm, tokens)
    keeps = candidate.rule.life > 0 and tokens >= candidate.rule.minimum
    fresh = (price.write_long if long else price.write) if keeps else price.input
    return (
        warm * price.read
        + (tokens - warm) * fresh
        + reply * candidate.ratio * candidate.longer * price.output
    )


def keeps_long(candidate: CostCandidate, turn: Situation) -> bool:
    """Whether the cache that lives for an hour is worth its dearer writing.

    It costs more for what is newly written, and saves the whole conversation should the next turn come too late for the
    short one but in time for this one.
    """
    tokens = turn.context * candidate.ratio
    if not candidate.rule.long_life or tokens < _LONG_FROM:
        return False
    price = candidate.tariff(round(tokens))
    if not price.write_long:
        return False
    fresh = tokens - min(warm_tokens(candidate, turn.now), tokens)
    late = turn.gaps.within(candidate.rule.long_life) - turn.gaps.within(candidate.rule.life)
    return fresh * (price.write_long - price.write) < late * tokens * (price.write - price.read)


def price_now(candidate: CostCandidate, turn: Situation) -> float:
    """Return what it costs if this candidate answers."""
    tokens = turn.context * candidate.ratio
    long = keeps_long(candidate, turn)
    return _dollars(candidate, tokens, warm_tokens(candidate, turn.now), turn.reply, long=long)


def _price_next(candidate: CostCandidate, chosen: CostCandidate, turn: Situation) -> float:
    """Return what a usual turn costs at `candidate` after `chosen` answered this one."""
    tokens = (turn.context + turn.reply + _NEXT_PROMPT) * candidate.ratio
    if candidate.variant == chosen.variant:
        life = candidate.rule.long_life if keeps_long(candidate, turn) else candidate.rule.life
        warm, chance = turn.context * candidate.ratio * candidate.hit, turn.gaps.within(life)
        if turn.context * candidate.ratio < candidate.rule.minimum:
            chance = 0.0
    else:
        kept = candidate.warmth
        warm = warm_tokens(candidate, turn.now)
        chance = turn.gaps.within(kept.life - (turn.now - kept.started)) if kept and warm else 0.0
    cold = _dollars(candidate, tokens, 0.0, _NEXT_REPLY)
    return chance * _dollars(candidate, tokens, warm, _NEXT_REPLY) + (1 - chance) * cold


def priced(candidates: Sequence[CostCandidate], need: int, home: int, turn: Situation) -> list[Priced]:
    """Return every candidate that is good enough for `need`, the best score first."""
    able = [one for one in candidates if one.able and one.tier >= need]
    found: list[Priced] = []
    for one in able:
        following = {other.variant: _price_next(other, one, turn) for other in candidates}
        like = min(following[other.variant] for other in able)
        usual = min([following[other.variant] for other in candidates if other.tier >= home], default=like)
        now = price_now(one, turn)
        found.append(Priced(one, now, now + _NEXT_COUNTS * (_LIKE_THIS * like + (1 - _LIKE_THIS) * usual)))
    return sorted(found, key=lambda each: each.score)


def decide(
    candidates: Sequence[CostCandidate], need: int, turn: Situation, economy: Economy, home: int = DAILY
) -> CostRuling | None:
    """Return who is to answer a turn that needs `need`; `None`: nobody is good enough.

    "quality" never gives less than what is needed, and asks the second strong model only where it costs less than half;
    "balanced" asks the first strong model, else the second, as long as that costs little more. What "saver" needs, `need_of` says.
    """
    able = priced(candidates, need, home, turn)
    if not able:
        return None
    first = next((one for one in able if not one.candidate.second), able[0])
    if economy != "balanced" or need < HARD:
        return CostRuling(_cheaper_by_much(able, first) if economy == "quality" else able[0])
    everyday = priced(candidates, DAILY, home, turn)[0]
    most = min(_MOST_DEARER, _TIMES_DEARER * everyday.now)
    fits = [one for one in able if one.score - everyday.score <= most]
    if not fits:
        return CostRuling(everyday, first)
    return CostRuling(_cheaper_by_much(fits, first) if first in fits else fits[0])


def _cheaper_by_much(able: Sequence[Priced], first: Priced) -> Priced:
    """Return the best of those that are not second, or cost less than half of the first."""
    return next(one for one in able if not one.candidate.second or one.now < _MUCH_CHEAPER * first.now)
