"""What a call used and what it cost."""

from decimal import Decimal
from typing import Self

from msgspec import Struct


def _plus(left: int | None, right: int | None) -> int | None:
    return right if left is None else left if right is None else left + right


class Usage(Struct, frozen=True, kw_only=True):
    """Counts of one call in inclusive buckets; `None` means the provider did not say.

    `input` holds `cache_read` and `cache_write`; `cache_write` holds `cache_write_long`;
    `output` holds `reasoning`.
    """

    input: int | None = None
    output: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    cache_write_long: int | None = None
    """The part of `cache_write` that is kept for an hour or more, which costs more."""
    reasoning: int | None = None
    searches: int | None = None
    tier: str | None = None
    """The service tier that the provider billed: `flex`, `batch`, `priority`, `fast`."""
    place: str | None = None
    """Where the call was run, where that has a price: `us` at Anthropic."""
    billed: Decimal | None = None
    """Dollars that the provider itself says it charged for this call."""

    def __add__(self, other: Self) -> "Usage":
        """Return the sum; a count is unknown only when both are."""
        return Usage(
            input=_plus(self.input, other.input),
            output=_plus(self.output, other.output),
            cache_read=_plus(self.cache_read, other.cache_read),
            cache_write=_plus(self.cache_write, other.cache_write),
            cache_write_long=_plus(self.cache_write_long, other.cache_write_long),
            reasoning=_plus(self.reasoning, other.reasoning),
            searches=_plus(self.searches, other.searches),
        )


class Cost(Struct, frozen=True):
    """Dollars of one call or turn. `usd` is `None` when the price is unknown, never zero for it."""

    usd: Decimal | None
    exact: bool = True
    """False when any part was estimated rather than reported by the provider."""

    def __add__(self, other: Self) -> "Cost":
        """Return the sum, which is unknown as soon as one part is."""
        usd = None if self.usd is None or other.usd is None else self.usd + other.usd
        return Cost(usd, self.exact and other.exact)


FREE = Cost(Decimal(0))


class CostSum(Struct, frozen=True):
    """A sum over many calls that keeps the unknown apart from the known."""

    usd: Decimal = Decimal(0)
    calls: int = 0
    unknown: int = 0
    """Calls whose price is unknown; they add nothing to `usd`."""
    estimated: int = 0

    def add(self, cost: Cost) -> "CostSum":
        """Return the tally with one more call."""
        return CostSum(
            self.usd + (cost.usd or Decimal(0)),
            self.calls + 1,
            self.unknown + (cost.usd is None),
            self.estimated + (not cost.exact),
        )
