"""Days and months where the person is: a call belongs to the local day on which it began."""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from mixchat.domain.errors import ConfigError

EVER: Final = "0001-01-01"
"""The day before every call."""
FOREVER: Final = "9999-12-31"
"""The day after every call."""

_SPAN: Final = re.compile(r"(\d{1,6})\s*([dwmy])")


def local_day(moment: float, zone: tzinfo | None = None) -> str:
    """Return the ISO date at `moment` (seconds since the epoch) in `zone`, by default the machine's.

    A day is what the calendar on the wall says, so a day of 23 or 25 hours needs no care.
    """
    return datetime.fromtimestamp(moment, UTC).astimezone(zone).date().isoformat()


def month_of(day: str) -> str:
    """Return the first day of the month that `day` is in."""
    return f"{day[:8]}01"


def days_meant(text: str, today: str) -> tuple[str, str]:
    """Return the first and the last ISO date that a person's `--since` means.

    It is `today`, `yesterday`, `month`, `all`, a date such as `2026-11-16`, or a span such as `7d`, `2w`, `3m` or `1y`:
    so many days, weeks, months or years, of which today is the last day. Only `all` goes past today, for a clock that
    once was wrong.

    Raises:
        ConfigError: it is none of these.
    """
    words = text.strip().lower()
    if words == "all":
        return EVER, FOREVER
    try:
        return _first(words, date.fromisoformat(today)).isoformat(), today
    except OverflowError:
        return EVER, today
    except ValueError:
        raise ConfigError(
            f'--since "{text}" is not a time; write a span such as 7d, 2w, 3m or 1y, a date such as 2026-11-16, '
            "or today, yesterday, month or all."
        ) from None


def _first(words: str, today: date) -> date:
    span = _SPAN.fullmatch(words)
    match span and (int(span[1]), span[2]):
        case None:
            named = {"today": today, "yesterday": today - timedelta(days=1), "month": today.replace(day=1)}
            return named[words] if words in named else date.fromisoformat(words)
        case (0, _):
            raise ValueError(words)
        case (count, "d" | "w" as unit):
            return today - timedelta(days=count * (7 if unit == "w" else 1) - 1)
        case (count, unit):
            return _months_before(today, count * (12 if unit == "y" else 1)) + timedelta(days=1)


def _months_before(day: date, count: int) -> date:
    """Return the same day so many months earlier, or the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - count, 12)
    if year < 1:
        raise OverflowError
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def moment_of(day: str) -> float:
    """Return noon, UTC, of an ISO date in seconds since the epoch: the moment at which a day is priced."""
    return datetime.combine(date.fromisoformat(day), time(12), UTC).timestamp()
