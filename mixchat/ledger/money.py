"""Dollars: how they are kept, so that sums are exact, and how they are written.

The ledger keeps whole picodollars (10^-12 $): fine enough for a single token at a ten-thousandth of a dollar
per million, and an integer, so that SQL adds it up without losing anything.
"""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from mixchat.domain.turn import Attempt, Turn
from mixchat.domain.usage import Cost, CostSum

PLACES: Final = 12
"""Decimal places of a dollar that the ledger keeps."""
ZERO: Final = Decimal(0)
NOTHING: Final = "$0.0000"
"""Nothing, where it stands among amounts with four decimals."""

_PICO = Decimal(1).scaleb(-PLACES)
_SMALLEST: Final = Decimal("0.0001")
_FREE: Final = "free"


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


def cost_facts(cost: Cost) -> dict[str, str | bool | None]:
    """Return a cost as `ask --json` and the API say it: unknown is null."""
    return {"cost_usd": None if cost.usd is None else plain(cost.usd), "estimated": not cost.exact}


def dollars(usd: Decimal | None, *, exact: bool = True) -> str:
    """Return an amount for people, whichever way it is shown: shell, screen, export, sentence.

    Two decimals from a dollar on and four below it, so that points stand under each other; `<$0.0001` beneath
    those, `~` before an estimate, `?` for what is not known.
    """
    if usd is None:
        return "?"
    sign = "-" if usd < 0 else ""
    size = abs(usd)
    if not size:
        said = "$0"
    elif size < _SMALLEST:
        said = "<$0.0001"
    else:
        fine = size.quantize(_SMALLEST)
        said = f"${size:,.2f}" if fine >= 1 else f"${fine:f}"
    return f"{'' if exact else '~'}{sign}{said}"


def cost(cost: Cost | None) -> str:
    """Return what a call has cost, for people; what is known to cost nothing is free."""
    if cost is None:
        return "?"
    return _FREE if cost.exact and cost.usd == 0 else dollars(cost.usd, exact=cost.exact)


def about(usd: Decimal) -> str:
    """Return what something is expected to cost, for people; nothing is no estimate."""
    return cost(Cost(usd, exact=not usd))


def turn_cost(turn: Turn) -> str:
    """Return what a turn has cost, for people; only what was answered is free."""
    answered = turn.reply or turn.usage.output
    return cost(turn.cost) if answered or turn.cost.usd else dollars(turn.cost.usd, exact=turn.cost.exact)


def attempt_cost(attempt: Attempt) -> str:
    """Return what an attempt has cost, for people; one that failed was not free, it cost nothing."""
    if attempt.failure is not None:
        return dollars(attempt.cost.usd, exact=attempt.cost.exact)
    return cost(attempt.cost)


def tally(sum_: CostSum, of: str = "") -> str:
    """Return a sum for people, the unknown kept apart.

    Args:
        sum_: a sum; one whose every part is unknown has no amount at all.
        of: what the parts are, where there is room for words: `$0.4200 + 3 calls of unknown price`; left out,
            the unknown is a sign: `$0.4200 + ?`.
    """
    parts = "?"
    if of:
        parts = f"{sum_.unknown:,} {of}{'' if sum_.unknown == 1 else 's'} of unknown price"
    known = dollars(sum_.usd, exact=not sum_.estimated)
    if not sum_.unknown:
        return known
    return parts if sum_.unknown == sum_.calls else f"{known} + {parts}"


def rate(usd: Decimal | None) -> str:
    """Return the price of a million tokens, with more than two decimals only where it has them."""
    if usd is None:
        return "?"
    if not usd:
        return _FREE
    return f"${usd:,.2f}" if usd == round(usd, 2) else f"${usd.normalize():f}"


def aligned(amount: str, width: int) -> str:
    """Return an amount so that its point stands under those of amounts with four decimals."""
    whole, point, decimals = (NOTHING if amount == "$0" else amount).partition(".")
    return (f"{whole}.{decimals:<4}" if point else whole).rjust(width)
