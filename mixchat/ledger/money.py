"""Dollars: how they are kept, so that sums are exact, and how they are written.

The ledger keeps whole picodollars (10^-12 $): fine enough for a single token at a ten-thousandth of a dollar
per million, and an integer, so that SQL adds it up without losing anything.
"""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from mixchat.domain.usage import Cost, CostSum

PLACES: Final = 12
"""Decimal places of a dollar that the ledger keeps."""
ZERO: Final = Decimal(0)

_PICO = Decimal(1).scaleb(-PLACES)


def to_pico(usd: Decimal) -> int:
    """Return `usd` in picodollars, half to even."""
    return int(usd.scaleb(PLACES).to_integral_value(ROUND_HALF_EVEN))


def from_pico(pico: int) -> Decimal:
    """Return picodollars as dollars."""
    return normalised(Decimal(pico).scaleb(-PLACES))


def normalised(usd: Decimal) -> Decimal:
    """Return `usd` as the ledger keeps it: rounded to a picodollar, without trailing zeros."""
    rounded = usd.quantize(_PICO, ROUND_HALF_EVEN).normalize()
    return rounded if rounded else ZERO


def plain(usd: Decimal) -> str:
    """Return `usd` as the shortest decimal string without an exponent, such as `0.001234`."""
    return f"{normalised(usd):f}"


def dollars(usd: Decimal | None, *, exact: bool = True) -> str:
    """Return an amount for people: `$0.0012`, `~$0.42` when estimated, `?` when the price is unknown."""
    if usd is None:
        return "?"
    mark = "" if exact else "~"
    sign = "-" if usd < 0 else ""
    size = abs(usd)
    if size and size < Decimal("0.0001"):
        return f"{mark}{sign}<$0.0001"
    places = 2 if size >= Decimal("0.1") or not size else 3 if size >= Decimal("0.01") else 4
    return f"{mark}{sign}${size:,.{places}f}" if size else f"{mark}$0"


def cost(cost: Cost) -> str:
    """Return one cost for people."""
    return dollars(cost.usd, exact=cost.exact)


def total(tally: CostSum, noun: str = "call") -> str:
    """Return a sum for people, the unknown kept apart: `$0.42 + 3 calls of unknown price`."""
    if not tally.unknown:
        return dollars(tally.usd, exact=not tally.estimated)
    unknown = f"{tally.unknown:,} {noun}{'' if tally.unknown == 1 else 's'} of unknown price"
    if tally.unknown == tally.calls:
        return unknown
    return f"{dollars(tally.usd, exact=not tally.estimated)} + {unknown}"
