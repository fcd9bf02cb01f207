"""Reading JSON that anybody may have sent: what fits is taken, what does not is as good as absent.

Nothing here raises, whatever the value is.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final, cast

MOST_ENTRIES: Final = 20_000
"""Entries of one list that are looked at."""

_LONGEST_NUMBER: Final = 30


def table(value: object) -> Mapping[str, object]:
    """Return a JSON object, or an empty one for what is none."""
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}


def listing(value: object) -> list[object]:
    """Return a JSON array up to a bound, or an empty one for what is none."""
    return cast("list[object]", value)[:MOST_ENTRIES] if isinstance(value, list) else []


def tables(value: object) -> list[Mapping[str, object]]:
    """Return the objects of a JSON array."""
    return [cast("Mapping[str, object]", item) for item in listing(value) if isinstance(item, Mapping)]


def text(value: object) -> str:
    """Return a JSON string, or an empty one for what is none."""
    return value if isinstance(value, str) else ""


def flag(value: object) -> bool | None:
    """Return a JSON boolean."""
    return value if isinstance(value, bool) else None


def name(value: object) -> str:
    """Return an id, which some servers write as a number; empty for what is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**_LONGEST_NUMBER else ""
    return text(value).strip()


def count(value: object) -> int | None:
    """Return a count, which some servers write as `12.0` or `"12"`; `None` for what is none."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < _LONGEST_NUMBER:
        value = int(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**18:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value < 10**18 else None


def dollars(value: object) -> Decimal | None:
    """Return an amount of money, exactly as it was written; `None` for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, int) and abs(value) >= 10**15:
        return None
    if isinstance(value, str) and len(value) > _LONGEST_NUMBER:
        return None
    try:
        amount = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 <= amount < 10**15 else None


def total(*counts: int | None) -> int | None:
    """Return the sum of the counts that are known, or `None` when none is."""
    known = [number for number in counts if number is not None]
    return sum(known) if known else None


def day(value: object) -> date | None:
    """Return a date: of an ISO date or time, or of seconds since the epoch; `None` for what is none."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip()[:10])
        except ValueError:
            value = count(value.strip())
    if isinstance(value, int | float) and not isinstance(value, bool) and 10**8 <= value < 10**11:
        return datetime.fromtimestamp(value, UTC).date()
    return None
