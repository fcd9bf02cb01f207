"""Our own rows over the price list: what it has stale or cannot say. The rows are data: `price_overlay.toml`."""

import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from mixchat.domain.model import ModelRef
from mixchat.ledger.rates import Rates, SearchUnit


class Row(Struct, frozen=True, forbid_unknown_fields=True):
    """One correction."""

    provider: str
    models: str
    """A regular expression that the whole name of a model matches."""
    since: date
    looked_up: date
    sources: tuple[str, ...]
    search_unit: SearchUnit | None = None
    """What a web search is charged by."""
    weekends_as: time | None = None
    """The time of day (UTC) whose price holds all day on Saturdays and Sundays."""
    places: Mapping[str, Decimal] = {}
    """By what every price of tokens is multiplied where the call was run."""

    def holds(self, ref: ModelRef, when: datetime) -> bool:
        """Whether the row is about a call of `ref` at `when`."""
        known = ref.provider == self.provider and re.fullmatch(self.models, ref.model) is not None
        return known and when.astimezone(UTC).date() >= self.since


@cache
def rows() -> tuple[Row, ...]:
    """Return the corrections."""
    raw = tomllib.loads(Path(__file__).with_name("price_overlay.toml").read_text(encoding="utf-8"))
    return msgspec.convert(raw["row"], tuple[Row, ...], strict=False)


def listed_moment(ref: ModelRef, when: datetime) -> datetime:
    """Return the moment whose price in the list is the one of `when`."""
    for row in rows():
        if row.weekends_as is not None and when.astimezone(UTC).weekday() >= 5 and row.holds(ref, when):
            return datetime.combine(when.astimezone(UTC).date(), row.weekends_as, UTC)
    return when


def corrected(rates: Rates, ref: ModelRef, when: datetime, place: str | None) -> Rates:
    """Return the list's prices with the corrections on them."""
    for row in rows():
        if not row.holds(ref, when):
            continue
        if row.search_unit is not None:
            rates = structs.replace(rates, search_unit=row.search_unit)
        if place is not None and (factor := row.places.get(place)) is not None:
            rates = _multiplied(rates, factor)
    return rates


def _multiplied(rates: Rates, factor: Decimal) -> Rates:
    return structs.replace(
        rates,
        input=_times(rates.input, factor),
        output=_times(rates.output, factor),
        cache_read=_times(rates.cache_read, factor),
        cache_write=_times(rates.cache_write, factor),
        cache_write_long=_times(rates.cache_write_long, factor),
    )


def _times(rate: Decimal | None, factor: Decimal) -> Decimal | None:
    return None if rate is None else rate * factor
