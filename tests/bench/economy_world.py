"""Seeded weeks of 200 turns, and what they cost: published prices, the providers' cache rules, and several policies.

The mix of roles, the gaps between turns and the lengths are assumptions, written down here; nothing of it is a
measurement of real people.
"""

import random
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Literal, NamedTuple

from msgspec import structs

from mixchat.domain.decision import Economy
from mixchat.domain.model import ModelRef
from mixchat.ledger.cache_book import gap_bucket
from mixchat.ledger.cache_rules import cache_rule
from mixchat.ledger.prices import Prices
from mixchat.routing.cache_cost import (
    DAILY,
    EASY,
    HARD,
    NEEDS,
    CostCandidate,
    Gaps,
    Situation,
    Tariff,
    Warmth,
    decide,
    keeps_long,
    need_of,
)

WEEK = 200
DAY = datetime.fromisoformat("2026-12-07T09:00:00+00:00").timestamp()
"""Prices that are dated ahead hold from their day: these are December's."""
REPLIES = {
    "quick": 60,
    "summarization": 300,
    "extraction": 250,
    "daily-driver": 400,
    "coding": 900,
    "creative": 700,
    "research": 900,
    "heavy-lifting": 1500,
}
"""Tokens of a reply in a tokenizer of one token a rule of thumb."""
PROMPTS = {
    "quick": 20,
    "summarization": 1500,
    "extraction": 900,
    "daily-driver": 80,
    "coding": 500,
    "creative": 120,
    "research": 60,
    "heavy-lifting": 250,
}
NEW_CLAUDE = 1.3
"""Anthropic: the tokenizer of these models makes about 30 % more tokens of the same text."""

Provider = Literal["anthropic", "openai", "google", "all"]


class Kind(NamedTuple):
    """A kind of week."""

    roles: dict[str, float]
    turns: tuple[int, int]
    """The shortest and the longest chat."""
    document: tuple[int, int] = (0, 0)
    """Tokens of what the first turn of a chat brings along."""


KINDS = {
    "short": Kind(
        {
            "quick": 35,
            "daily-driver": 35,
            "coding": 12,
            "creative": 6,
            "summarization": 5,
            "extraction": 3,
            "heavy-lifting": 4,
        },
        (1, 4),
    ),
    "mixed": Kind(
        {
            "quick": 24,
            "daily-driver": 31,
            "coding": 20,
            "creative": 7,
            "summarization": 5,
            "extraction": 4,
            "heavy-lifting": 9,
        },
        (2, 40),
        (0, 3000),
    ),
    "long coding": Kind(
        {"quick": 8, "daily-driver": 14, "coding": 66, "extraction": 2, "heavy-lifting": 10},
        (40, 80),
        (2000, 12000),
    ),
    "long document": Kind(
        {
            "quick": 14,
            "daily-driver": 46,
            "summarization": 14,
            "extraction": 14,
            "creative": 4,
            "heavy-lifting": 8,
        },
        (10, 30),
        (20000, 45000),
    ),
    "mostly hard": Kind(
        {"quick": 6, "daily-driver": 14, "coding": 20, "heavy-lifting": 60}, (3, 25), (0, 4000)
    ),
}


class Turn(NamedTuple):
    chat: int
    role: str
    prompt: int
    reply: int
    at: float
    luck: float
    """Decides whether a cache that promises nothing has kept it."""


@cache
def week(kind: str, seed: int) -> tuple[Turn, ...]:
    """Return 200 turns."""
    dice, shape = random.Random(f"{kind} {seed}"), KINDS[kind]
    turns: list[Turn] = []
    now, chat = DAY, 0
    while len(turns) < WEEK:
        length = min(
            round(dice.triangular(shape.turns[0], shape.turns[1], shape.turns[0])), WEEK - len(turns)
        )
        for place in range(length):
            role = dice.choices(list(shape.roles), list(shape.roles.values()))[0]
            spread = dice.lognormvariate(0, 0.6)
            document = dice.uniform(*shape.document) if place == 0 else 0
            prompt, reply = PROMPTS[role] * spread + document, REPLIES[role] * dice.lognormvariate(0, 0.4)
            turns.append(Turn(chat, role, round(prompt), round(reply), now, dice.random()))
            now += _gap(dice)
        chat += 1
    return tuple(turns)


def _gap(dice: random.Random) -> float:
    """Return the seconds to the next turn: mostly reading and typing, sometimes an errand, lunch, a night."""
    chance = dice.random()
    if chance < 0.80:
        return dice.lognormvariate(4.4, 0.7)
    if chance < 0.91:
        return dice.uniform(300, 1800)
    if chance < 0.96:
        return dice.uniform(1800, 5400)
    return dice.uniform(5400, 16 * 3600)


class Model(NamedTuple):
    ref: str
    tier: int


SMALL = {
    "anthropic": "anthropic/claude-haiku-5-5",
    "openai": "openai/gpt-6-luna",
    "google": "google/gemini-3.5-flash-lite",
    "all": "openai/gpt-6-luna",
}
EVERYDAY = {
    "anthropic": "anthropic/claude-sonnet-5-5",
    "openai": "openai/gpt-6.1-sol",
    "google": "google/gemini-3.8-flash",
    "all": "openai/gpt-6.1-sol",
}
STRONG = {
    "anthropic": "anthropic/claude-opus-5-5",
    "openai": "openai/gpt-6.1-sol high",
    "google": "google/gemini-3.8-flash high",
    "all": "anthropic/claude-opus-5-5",
}
"""The slots of the `auto` stack; a model at another effort is another variant."""
SECOND = {"all": "openai/gpt-6.1-sol high"}
"""Who stands behind the strong one in heavy-lifting."""
BASE = EVERYDAY | {"all": "anthropic/claude-sonnet-5-5"}
"""The daily driver that "always" means: with all keys that of mixchat 0.1.0."""
THINKS = 2.0
"""How many times longer a reply at high effort is, thinking included."""
OLD = {
    "anthropic": {
        "quick": "haiku",
        "summarization": "haiku",
        "extraction": "haiku",
        "heavy-lifting": "opus",
        "creative": "opus",
    },
    "openai": {"quick": "luna", "extraction": "luna", "summarization": "terra", "heavy-lifting": "astra"},
    "google": {
        "quick": "lite",
        "extraction": "lite",
        "coding": "argon",
        "heavy-lifting": "argon",
        "creative": "argon",
    },
    "all": {
        "quick": "haiku",
        "summarization": "flash",
        "extraction": "luna",
        "heavy-lifting": "opus",
        "creative": "opus",
    },
}
"""What the `auto` stack of mixchat 0.1.0 gave each role, where it was not the daily driver."""
NAMES = {
    "haiku": "anthropic/claude-haiku-5-5", "opus": "anthropic/claude-opus-5-5", "luna": "openai/gpt-6-luna", "terra": "openai/gpt-6.1-terra",
    "astra": "openai/gpt-6-astra", "lite": "google/gemini-3.5-flash-lite", "argon": "google/gemini-4-argon", "flash": "google/gemini-3.8-flash",
}  # fmt: skip
TOP = {"anthropic": "opus", "openai": "astra", "google": "argon", "all": "astra"}
_PRICES = Prices()


@cache
def tariff_of(ref: str, tokens: int) -> Tariff:
    """Return December's prices."""
    rates = _PRICES.rates(ModelRef.parse(ref), DAY, context=tokens)
    assert rates is not None, ref
    assert rates.input is not None
    assert rates.output is not None
    entry = float(rates.input)
    read = entry if rates.cache_read is None else float(rates.cache_read)
    write = entry if rates.cache_write is None else float(rates.cache_write)
    return Tariff(
        entry / 1e6,
        float(rates.output) / 1e6,
        read / 1e6,
        write / 1e6,
        float(rates.cache_write_long or 0) / 1e6,
    )


def _tariffs(ref: str) -> Callable[[int], Tariff]:
    return lambda tokens: tariff_of(ref, 100_001 if tokens > 100_000 else 0)


class Charged(NamedTuple):
    variant: str
    dollars: float


class Memory:
    """What the providers really have in their caches."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, str], Warmth] = {}

    def warmth(self, chat: int, variant: str) -> Warmth | None:
        return self._kept.get((chat, variant))

    def copy(self) -> "Memory":
        other = Memory()
        other._kept = dict(self._kept)
        return other

    def charge(self, turn: Turn, context: int, variant: str, *, long: bool) -> float:
        """Return what the turn costs, and remember what the provider keeps of it."""
        ref, _, effort = variant.partition(" ")
        rule, ratio = cache_rule(ref), NEW_CLAUDE if ref.startswith("anthropic/") else 1.0
        tokens, reply = context * ratio, turn.reply * ratio * (THINKS if effort else 1.0)
        price, kept = _tariffs(ref)(round(tokens)), self._kept.get((turn.chat, variant))
        warm = kept.tokens if kept and turn.at - kept.started <= kept.life and turn.luck < rule.hit else 0
        warm = min(warm, tokens)
        keeps = tokens >= rule.minimum and rule.life > 0
        fresh = (price.write_long if long else price.write) if keeps else price.input
        if keeps:
            self._kept[turn.chat, variant] = Warmth(
                turn.at, round(tokens), rule.long_life if long else rule.life
            )
        return warm * price.read + (tokens - warm) * fresh + reply * price.output


class Outcome(NamedTuple):
    dollars: float
    under: int
    """Hard prompts that did not get the strong model."""
    over: int
    """Easy prompts that got more than the small model."""
    served: tuple[int, ...]
    """The tier that each turn was given."""


def tier_of(variant: str, provider: Provider) -> int:
    """Return what a variant is good for."""
    if variant in (
        STRONG[provider],
        SECOND.get(provider),
        *(NAMES[name] for name in ("opus", "astra", "argon")),
    ):
        return HARD
    return EASY if variant in (SMALL[provider], NAMES["haiku"], NAMES["luna"], NAMES["lite"]) else DAILY


def contexts(turns: Sequence[Turn]) -> list[int]:
    """Return for each turn the tokens of all that is sent."""
    sums: dict[int, int] = {}
    found: list[int] = []
    for turn in turns:
        found.append(sums.get(turn.chat, 0) + turn.prompt)
        sums[turn.chat] = found[-1] + turn.reply
    return found


def run(turns: Sequence[Turn], provider: Provider, policy: str) -> Outcome:
    """Return what a week costs under a policy."""
    memory, spent, served = Memory(), 0.0, list[int]()
    counts, before = [0.0] * 6, None
    for turn, context in zip(turns, contexts(turns), strict=True):
        if before is not None and before.chat == turn.chat:
            counts[gap_bucket(turn.at - before.at)] += 1
        before = turn
        variant, long = _choice(turn, context, provider, policy, memory, counts)
        spent += memory.charge(turn, context, variant, long=long)
        served.append(tier_of(variant, provider))
    needs = [NEEDS[turn.role] for turn in turns]
    under = sum(need == HARD and given < HARD for need, given in zip(needs, served, strict=True))
    over = sum(need == EASY and given > EASY for need, given in zip(needs, served, strict=True))
    return Outcome(spent, under, over, tuple(served))


def _choice(
    turn: Turn, context: int, provider: Provider, policy: str, memory: Memory, counts: Sequence[float]
) -> tuple[str, bool]:
    if policy == "always daily":
        return BASE[provider], False
    if policy == "always strongest":
        return NAMES[TOP[provider]], False
    if policy == "always cheapest":
        return SMALL[provider], False
    if policy == "0.1.0":
        name = OLD[provider].get(turn.role)
        return NAMES[name] if name else BASE[provider], False
    economy: Economy = policy  # pyright: ignore[reportAssignmentType]
    situation = Situation(context=context, reply=REPLIES[turn.role], now=turn.at, gaps=Gaps(counts))
    able = candidates(turn, provider, memory)
    ruling = decide(
        able,
        need_of(turn.role, economy) or DAILY,
        situation,
        economy,
        home=EASY if economy == "saver" else DAILY,
    )
    assert ruling is not None
    chosen = ruling.chosen.candidate
    return chosen.variant, keeps_long(chosen, situation)


def candidates(turn: Turn, provider: Provider, memory: Memory) -> list[CostCandidate]:
    """Return the slots of the stack as the router sees them."""
    slots = ((SMALL[provider], EASY), (EVERYDAY[provider], DAILY), (STRONG[provider], HARD))
    found = [candidate(variant, tier, memory.warmth(turn.chat, variant)) for variant, tier in slots]
    if provider not in SECOND:
        return found
    read = memory.warmth(turn.chat, SECOND[provider])
    able = NEEDS[turn.role] == HARD or read is not None
    second = candidate(SECOND[provider], HARD, read)
    return [*found, structs.replace(second, able=able, second=True)]


def candidate(variant: str, tier: int, warmth: Warmth | None) -> CostCandidate:
    ref, _, effort = variant.partition(" ")
    rule = cache_rule(ref)
    ratio = NEW_CLAUDE if ref.startswith("anthropic/") else 1.0
    return CostCandidate(
        variant=variant,
        tier=tier,
        tariff=_tariffs(ref),
        rule=rule,
        hit=rule.hit,
        ratio=ratio,
        longer=THINKS if effort else 1.0,
        warmth=warmth,
    )


def oracle(
    turns: Sequence[Turn], provider: Provider, needs: Sequence[int], beam: int = 40, *, second: bool = True
) -> float:
    """Return about the least that a week can cost for someone who knows the future and gives every turn `needs`."""
    slots = [(SMALL[provider], EASY), (EVERYDAY[provider], DAILY), (STRONG[provider], HARD)]
    if second and provider in SECOND:
        slots.append((SECOND[provider], HARD))
    states: list[tuple[float, Memory]] = [(0.0, Memory())]
    chat = turns[0].chat
    for turn, context, need in zip(turns, contexts(turns), needs, strict=True):
        if turn.chat != chat:
            states, chat = [(min(states, key=lambda one: one[0])[0], Memory())], turn.chat
        grown: list[tuple[float, Memory]] = []
        for spent, memory in states:
            for variant, tier in slots:
                if tier < need:
                    continue
                for long in (False, True) if cache_rule(variant).long_life else (False,):
                    after = memory.copy()
                    grown.append((spent + after.charge(turn, context, variant, long=long), after))
        states = sorted(grown, key=lambda one: one[0])[:beam]
    return min(spent for spent, _ in states)
