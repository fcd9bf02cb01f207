"""What a model's tokens cost, and the one sum that turns usage into dollars."""

import datetime
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from mixchat.domain.usage import Usage
from mixchat.ledger.money import ZERO

SearchUnit = Literal["search", "request"]


class Rates(Struct, frozen=True, kw_only=True):
    """Dollars per million tokens, for one model, day, context size and service tier; `None` is unknown."""

    input: Decimal | None = None
    output: Decimal | None = None
    cache_read: Decimal | None = None
    """Left out: as `input`."""
    cache_write: Decimal | None = None
    """For the provider's short cache, five minutes at most of them. Left out: as `input`."""
    cache_write_long: Decimal | None = None
    """For a cache of an hour or more. Left out: as `cache_write`."""
    search: Decimal | None = None
    """Dollars per thousand web searches."""
    search_unit: SearchUnit = "search"
    """`request`: however many searches a request makes, it is charged for one."""
    request: Decimal | None = None
    """Dollars per thousand requests, where the provider takes a fee for each."""
    date: datetime.date
    """The day since which the price holds, where the list dates it; else the day it was looked up for."""
    source: str
    """Where the price is from: `config`, `this machine`, or the price list with its version."""


def charge(rates: Rates, usage: Usage) -> Decimal | None:
    """Return what `usage` costs at `rates` in dollars; `None` when a part of it has no price.

    Buckets are inclusive, so each token is charged once: reads and writes of the cache come off the input.
    A provider whose cache counts exceed its input is charged for the cache counts alone.
    """
    if usage.billed is not None:
        return usage.billed
    if usage.input is None or (usage.output is None and rates.output is not None):
        return None
    parts = (
        _input(rates, usage),
        _tokens(usage.output or 0, rates.output),
        _searches(rates, usage.searches or 0),
        (rates.request or ZERO).scaleb(-3),
    )
    return None if None in parts else sum((part for part in parts if part is not None), ZERO)


def _input(rates: Rates, usage: Usage) -> Decimal | None:
    read = max(usage.cache_read or 0, 0)
    long = max(usage.cache_write_long or 0, 0)
    short = max((usage.cache_write or 0) - long, 0)
    fresh = max((usage.input or 0) - read - short - long, 0)
    write = rates.input if rates.cache_write is None else rates.cache_write
    parts = (
        _tokens(fresh, rates.input),
        _tokens(read, rates.input if rates.cache_read is None else rates.cache_read),
        _tokens(short, write),
        _tokens(long, write if rates.cache_write_long is None else rates.cache_write_long),
    )
    return None if None in parts else sum((part for part in parts if part is not None), ZERO)


def _tokens(count: int, rate: Decimal | None) -> Decimal | None:
    if count <= 0:
        return ZERO
    return None if rate is None else (rate * count).scaleb(-6)


def _searches(rates: Rates, count: int) -> Decimal | None:
    if count <= 0 or (rates.search is None and rates.request is not None):
        return ZERO
    count = 1 if rates.search_unit == "request" else count
    return None if rates.search is None else (rates.search * count).scaleb(-3)
