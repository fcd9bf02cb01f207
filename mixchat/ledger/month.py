"""What the last thirty days' own use would have cost on a stack."""

from decimal import Decimal
from typing import Final

from msgspec import Struct

from mixchat.domain.role import DAILY_DRIVER
from mixchat.domain.stack import Stack
from mixchat.domain.usage import Usage
from mixchat.ledger.prices import Prices
from mixchat.storage.database import Database

DAYS: Final = 30
_COUNTS: Final = ("input", "output", "cache_read", "cache_write", "cache_write_long", "reasoning", "searches")


class Month(Struct, frozen=True):
    """A month of one's own use at a stack's prices."""

    calls: int
    """Answers that were given, by whichever model."""
    usd: Decimal
    unpriced: int
    """How many of them the stack's model has no price for, or nobody counted; they add nothing."""


def month_on(stack: Stack, database: Database, prices: Prices, now: float) -> Month:
    """Return what the complete answers of the last thirty days cost at the first model of each role."""
    rows = database.connection.execute(
        f"SELECT role, {', '.join(_COUNTS)} FROM calls WHERE ended >= ? AND complete = 1"
        " AND purpose IN ('answer', 'plan', 'execute', 'compare', 'merge')",
        (now - DAYS * 86_400,),
    )
    calls = unpriced = 0
    usd = Decimal(0)
    for row in rows:
        calls += 1
        fallback_order = stack.fallback_order(row["role"] or DAILY_DRIVER)
        usage = Usage(**{name: row[name] for name in _COUNTS})
        cost = prices.price(fallback_order[0].ref, usage, now) if fallback_order else None
        unpriced += cost is None
        usd += cost or 0
    return Month(calls, usd, unpriced)
