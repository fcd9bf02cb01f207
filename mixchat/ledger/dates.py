"""Days and months where the person is: a call belongs to the local day on which it began."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from mixchat.domain.errors import ConfigError

EVER: Final = "0001-01-01"
"""The day before every call."""

_SPAN: Final = re.compile(r"(\d{1,6})\s*([dwmy])")
_DAYS: Final = {"d": 1, "w": 7, "m": 30, "y": 365}


def local_day(moment: float, zone: tzinfo | None = None) -> str:
    """Return the ISO date at `moment` (seconds since the epoch) in `zone`, by default the machine's.

    A day is what the calendar on the wall says, so a day of 23 or 25 hours needs no care.
    """
    return datetime.fromtimestamp(moment, UTC).astimezone(zone).date().isoformat()


def month_of(day: str) -> str:
    """Return the first day of the month that `day` is in."""
    return f"{day[:8]}01"


def first_day(text: str, today: str) -> str:
    """Return the ISO date that a person's `--since` means, counted back from `today`.

    It is `today`, `yesterday`, `month`, `all`, a date such as `2026-11-16`, or a span such as `7d`, `2w`, `3m` or `1y`.

    Raises:
        ConfigError: it is none of these.
    """
    words = text.strip().lower()
    named = {"today": today, "month": month_of(today), "all": EVER}
    if words in named:
        return named[words]
    if words == "yesterday":
        words = "1d"
    try:
        if span := _SPAN.fullmatch(words):
            return _back(today, int(span[1]) * _DAYS[span[2]])
        return date.fromisoformat(words).isoformat()
    except ValueError:
        raise ConfigError(
            f'--since "{text}" is no time; write a span such as 7d, 2w, 3m or 1y, a date such as 2026-11-16, '
            "or today, month or all."
        ) from None


def _back(today: str, days: int) -> str:
    try:
        return (date.fromisoformat(today) - timedelta(days=days)).isoformat()
    except OverflowError:
        return EVER


def moment_of(day: str) -> float:
    """Return noon, UTC, of an ISO date in seconds since the epoch: the moment at which a day is priced."""
    return datetime.combine(date.fromisoformat(day), time(12), UTC).timestamp()
