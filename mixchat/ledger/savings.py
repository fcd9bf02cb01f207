"""What routing saved: the same answers at another model's prices, beside what they did cost."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from mixchat.domain.model import ModelRef
from mixchat.domain.role import DAILY_DRIVER
from mixchat.domain.stack import RoleConfig, Slot, Stack
from mixchat.domain.usage import Usage
from mixchat.ledger.dates import FOREVER, moment_of
from mixchat.ledger.money import ZERO, from_pico
from mixchat.ledger.prices import Prices
from mixchat.ledger.rates import Rates, charge
from mixchat.storage.database import Database
from mixchat.storage.ledger_schema import BANDS

RULE: Final = (
    "An estimate: the tokens of the {answers:,} answers that were routed, read and written by {ref} instead, at its "
    "list price on each day and with the same share of cached tokens; set against what those answers cost "
    "together with the failed attempts, the plans and the judge. Pinned models and calls of unknown price are left out."
)
_COUNTS: Final = ("input", "output", "cache_read", "cache_write", "cache_write_long", "searches")
_BANDS: Final = (
    f"SELECT key, day, calls, {', '.join(_COUNTS)} FROM tallies WHERE kind = 'band' AND day BETWEEN ? AND ?"
)
_ROUTED: Final = "SELECT sum(cost) FROM tallies WHERE kind = 'routed' AND day BETWEEN ? AND ?"


Reachable = Callable[[str], bool]
"""Whether a provider has a key or an address."""


def anybody(provider: str) -> bool:
    """Return that any provider can be asked."""
    return True


class Saving(Struct, frozen=True, kw_only=True):
    """What the routed answers cost beside what one model would have cost for all of them. Dollars."""

    ref: ModelRef
    answers: int
    spent: Decimal
    instead: Decimal | None
    """`None` when the model's price is unknown for a part of it."""

    @property
    def saved(self) -> Decimal | None:
        """What routing saved; below zero when it cost more."""
        return None if self.instead is None else self.instead - self.spent

    @property
    def rule(self) -> str:
        """How the estimate is made, in words."""
        return RULE.format(answers=self.answers, ref=self.ref)


def saving(database: Database, prices: Prices, ref: ModelRef, since: str, until: str = FOREVER) -> Saving:
    """Return what was saved from the local day `since` to `until`, as against `ref` answering everything."""
    answers, instead = 0, ZERO
    unknown = False
    for (size, _), (day, calls, *counts) in _by_price(database, prices.changes(ref), (since, until)).items():
        answers += calls
        rates = prices.rates(ref, moment_of(day), context=BANDS[size - 1] + 1 if size else 0)
        part = (
            None
            if rates is None
            else charge(_for(rates, calls), Usage(**dict(zip(_COUNTS, counts, strict=True))))
        )
        unknown = unknown or part is None
        instead += part or ZERO
    spent = from_pico(database.connection.execute(_ROUTED, (since, until)).fetchone()[0] or 0)
    return Saving(ref=ref, answers=answers, spent=spent, instead=None if unknown else instead)


def _by_price(
    database: Database, changes: Sequence[str], days: tuple[str, str]
) -> dict[tuple[int, int], list[Any]]:
    """Return the answers that one price holds for: a day of it, how many, and their counts.

    The key is the size of the prompt, as a number of `BANDS`, and how many changes of the price came before.
    """
    sums: dict[tuple[int, int], list[Any]] = {}
    cursor = database.connection.cursor()
    cursor.row_factory = None
    for size, day, *counts in cursor.execute(_BANDS, days):
        kept = sums.setdefault((int(size), bisect_right(changes, day)), [day, *(0 for _ in counts)])
        for place, count in enumerate(counts, 1):
            kept[place] += count
    return sums


def strongest(
    stack: Stack, prices: Prices, reachable: Reachable = anybody, when: float | None = None
) -> ModelRef | None:
    """Return the strongest of the models that a role asks first: the one whose written tokens cost most.

    Only what can be reached counts, for nobody would have used anything else; `None` if no price is known.
    """
    role_configs = stack.roles.values()
    first = [slot for role_config in role_configs for slot in _first_slots(role_config, reachable)]
    every = [slot for role_config in role_configs for slot in (*role_config.slots, *_steps(role_config))]
    for slots in (first, every):  # where nobody in reach has a price, the stack's others stand in
        priced = [
            (rates.output, slot.ref)
            for slot in slots
            if (rates := prices.rates(slot.ref, when)) is not None and rates.output
        ]
        if priced:
            return max(priced)[1]
    return None


def daily_driver(stack: Stack, reachable: Reachable = anybody) -> ModelRef | None:
    """Return the model that everyday prompts go to, which is what somebody without a router would use for everything."""
    role_config = stack.roles.get(DAILY_DRIVER)
    if role_config is None:
        return None
    first = next(iter(_first_slots(role_config, reachable)), None) or next(
        iter(_first_slots(role_config, anybody)), None
    )
    return first.ref if first else None


def _first_slots(role_config: RoleConfig, reachable: Reachable) -> list[Slot]:
    """Return whom a role asks first: its planner and executor, and the first of its models in reach."""
    near = [slot for slot in role_config.slots if reachable(slot.ref.provider)]
    return [*near[:1], *(slot for slot in _steps(role_config) if reachable(slot.ref.provider))]


def _steps(role_config: RoleConfig) -> list[Slot]:
    return [slot for slot in (role_config.plan, role_config.execute) if slot is not None]


def _for(rates: Rates, calls: int) -> Rates:
    return rates if rates.request is None else replace(rates, request=rates.request * calls)
