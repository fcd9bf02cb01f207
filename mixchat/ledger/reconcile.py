"""Our sums beside a provider's own export, by day (UTC) and model. Reads; changes nothing."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from msgspec import Struct

from mixchat.domain.model import ModelRef
from mixchat.domain.usage import Usage
from mixchat.ledger.money import from_pico
from mixchat.ledger.prices import Prices
from mixchat.ledger.usage_exports import ExportLine, plain_model
from mixchat.storage.database import Database

_OURS: Final = (
    "SELECT date(started, 'unixepoch') AS day, model, count(*) AS calls, sum(cost) AS cost, sum(cost IS NULL) AS unknown, "
    "sum(coalesce(input, 0)) AS input, sum(coalesce(output, 0)) AS output FROM calls "
    "WHERE provider = ? AND started >= ? AND started < ? GROUP BY 1, 2"
)
ALL: Final = "(all models)"
"""Stands for the model where an export sums over all of them."""


class Side(Struct, frozen=True):
    """What one of the two says."""

    usd: Decimal = Decimal(0)
    calls: int | None = None
    input: int | None = None
    output: int | None = None
    unknown: int = 0
    """Calls of unknown price, which are no part of the dollars."""
    listed: bool = False
    """The dollars are the export's tokens at our price list: it has none of its own."""


class Reconciliation(Struct, frozen=True):
    """One model on one day."""

    provider: str
    day: date
    model: str
    ours: Side
    theirs: Side | None
    """`None`: the export does not have it."""

    @property
    def drift(self) -> Decimal | None:
        """Dollars that they say more than we do; `None` where they say nothing."""
        return None if self.theirs is None else self.theirs.usd - self.ours.usd


def reconcile(database: Database, prices: Prices, lines: Sequence[ExportLine]) -> list[Reconciliation]:
    """Return every day and model that either side has, within the days of each provider's export."""
    found: list[Reconciliation] = []
    for provider in sorted({line.provider for line in lines}):
        theirs = [line for line in lines if line.provider == provider]
        first, last = min(line.day for line in theirs), max(line.day for line in theirs)
        ours = _ours(database, provider, first, last)
        told = _theirs(prices, provider, theirs)
        summed = {day for day, model in told if model == ALL}
        for day in summed:
            mine = [side for (when, _), side in ours.items() if when == day]
            ours = {key: side for key, side in ours.items() if key[0] != day}
            ours[day, ALL] = _sum(mine)
        names = {_same(line.model): line.model for line in theirs if line.model} | _named(database, provider)
        found += [
            Reconciliation(
                provider,
                day,
                names.get(model, model),
                ours.get((day, model), Side(calls=0)),
                told.get((day, model)),
            )
            for day, model in sorted({*ours, *told})
        ]
    return found


_Key = tuple[date, str]


def _same(model: str) -> str:
    """Return what a model is matched by: consoles write `4.5` and `4-5` for the same."""
    return plain_model(model).replace(".", "-")


def _named(database: Database, provider: str) -> dict[str, str]:
    rows = database.connection.execute("SELECT DISTINCT model FROM calls WHERE provider = ?", (provider,))
    return {_same(row["model"]): row["model"] for row in rows}


def _ours(database: Database, provider: str, first: date, last: date) -> dict[_Key, Side]:
    start = datetime.combine(first, time(), UTC).timestamp()
    end = datetime.combine(last + timedelta(days=1), time(), UTC).timestamp()
    sides: dict[_Key, list[Side]] = {}
    for row in database.connection.execute(_OURS, (provider, start, end)):
        side = Side(from_pico(row["cost"] or 0), row["calls"], row["input"], row["output"], row["unknown"])
        sides.setdefault((date.fromisoformat(row["day"]), _same(row["model"])), []).append(side)
    return {key: _sum(parts) for key, parts in sides.items()}


def _theirs(prices: Prices, provider: str, lines: Iterable[ExportLine]) -> dict[_Key, Side]:
    """Return what the export says. Dollars of one file stand beside tokens of another, if both are there."""
    charged: dict[_Key, list[Side]] = {}
    counted: dict[_Key, list[Side]] = {}
    for line in lines:
        key = (line.day, _same(line.model) if line.model else ALL)
        if line.usd is not None:
            charged.setdefault(key, []).append(Side(line.usd, line.calls, line.input, line.output))
        else:
            counted.setdefault(key, []).append(_at_list_price(prices, provider, line))
    sides = {key: _sum(parts) for key, parts in charged.items()}
    for key, parts in counted.items():
        tokens, known = _sum(parts), sides.get(key)
        if known is None and (key[0], ALL) not in sides:
            sides[key] = tokens
        elif known is not None:
            sides[key] = Side(known.usd, tokens.calls, tokens.input, tokens.output)
    return sides


def _at_list_price(prices: Prices, provider: str, line: ExportLine) -> Side:
    usage = Usage(
        input=line.input or 0,
        output=line.output or 0,
        cache_read=line.cache_read,
        cache_write=line.cache_write,
        cache_write_long=line.cache_write_long,
        searches=line.searches,
        place=line.place,
    )
    moment = datetime.combine(line.day, time(12), UTC).timestamp()
    usd = _price(prices, ModelRef(provider, line.model), usage, moment) if line.model else None
    return Side(
        usd or Decimal(0),
        line.calls,
        line.input,
        line.output,
        unknown=int(usd is None),
        listed=usd is not None,
    )


def _price(prices: Prices, ref: ModelRef, usage: Usage, moment: float) -> Decimal | None:
    """Return what a day's usage costs. It is many calls together, so no price above a size applies."""
    rates = prices.rates(ref, moment, place=usage.place)
    if rates is None:
        return None
    from mixchat.ledger.rates import charge

    return charge(rates, usage)


def _sum(sides: Sequence[Side]) -> Side:
    return Side(
        usd=sum((side.usd for side in sides), Decimal(0)),
        calls=_added([side.calls for side in sides]),
        input=_added([side.input for side in sides]),
        output=_added([side.output for side in sides]),
        unknown=sum(side.unknown for side in sides),
        listed=any(side.listed for side in sides),
    )


def _added(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
