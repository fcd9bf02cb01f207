"""How long a provider asks to be left alone, in every spelling in public use."""

import math
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

SHORTEST: Final = 0.5
"""Seconds; a wait of nothing, or one that is over, is no reason to ask again in the same instant."""
LONGEST: Final = 86_400.0
"""Seconds; whoever asks for more is taken to mean a day."""

_MILLISECONDS: Final = ("retry-after-ms", "x-ms-retry-after-ms", "x-retry-after-ms")
_WAITS: Final = ("retry-after", "x-retry-after", "ratelimit-retry-after", "x-ratelimit-retry-after")
_RESETS: Final = (
    "ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset", "anthropic-ratelimit-requests-reset",
    "anthropic-ratelimit-tokens-reset", "anthropic-ratelimit-input-tokens-reset",
    "anthropic-ratelimit-output-tokens-reset", "x-ratelimit-reset-requests", "x-ratelimit-reset-tokens",
    "x-ratelimit-reset-tokens-minute", "x-ratelimit-reset-requests-day", "x-ratelimit-reset-requests-minute",
)  # fmt: skip
"""When a limit is full again; each counts only where what is left of it is nothing, or where it is the only one."""

_UNITS: Final[Mapping[str, float]] = {
    "ms": 0.001, "millisecond": 0.001, "milliseconds": 0.001, "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1,
    "m": 60, "min": 60, "mins": 60, "minute": 60, "minutes": 60, "h": 3600, "hr": 3600, "hrs": 3600, "hour": 3600,
    "hours": 3600, "d": 86400, "day": 86400, "days": 86400,
}  # fmt: skip
_SPAN: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)", re.IGNORECASE)
_IN_WORDS: Final = re.compile(
    r"(?:try again|retry|wait|resets?|available|reset)\w*(?:\s+(?:again|your request|for|until))?\s*(?:in|after|for|:)?\s*(?:about |approximately |at least )?"
    r"((?:\d+(?:\.\d+)?\s*(?:ms|milliseconds?|h(?:ours?|rs?)?|m(?:in(?:ute)?s?)?|s(?:ec(?:ond)?s?)?|d(?:ays?)?)(?![a-z])[\s,]*(?:and\s+)?)+)",
    re.IGNORECASE,
)  # fmt: skip
_RETRY_INFO: Final = re.compile(
    r"""["']?retry_?(?:Delay|After)(?:_seconds)?["']?\W{1,4}(\d+(?:\.\d+)?)\s*(s|ms)?""", re.IGNORECASE
)


def retry_after(
    headers: Mapping[str, str], message: str = "", details: str = "", *, now: float | None = None
) -> float | None:
    """Return the seconds to wait, or `None` when the provider does not say.

    Dates are read by the server's own `Date`, so that a clock that is wrong here does not matter.
    """
    moment = _server_time(headers, now)
    for found in (
        _milliseconds(headers), _waits(headers, moment), _of_details(details), _of_words(message),
        _resets(headers, moment),
    ):  # fmt: skip
        if found is not None:
            return min(max(found, SHORTEST), LONGEST)
    return None


def _server_time(headers: Mapping[str, str], now: float | None) -> float:
    if (said := headers.get("date")) is not None and (stamp := _date(said)) is not None:
        return stamp
    return time.time() if now is None else now


def _milliseconds(headers: Mapping[str, str]) -> float | None:
    said = (_number(headers.get(each)) for each in _MILLISECONDS)
    return next((number / 1000 for number in said if number is not None), None)


def _waits(headers: Mapping[str, str], now: float) -> float | None:
    said = (_wait(headers[each], now) for each in _WAITS if each in headers)
    return next((seconds for seconds in said if seconds is not None), None)


def _resets(headers: Mapping[str, str], now: float) -> float | None:
    """Return when the limit that is used up is full again."""
    found: list[float] = []
    for each in _RESETS:
        if each in headers and (seconds := _wait(headers[each], now)) is not None:
            left = _number(headers.get(each.replace("reset", "remaining")))
            if left is None or left <= 0:
                found.append(seconds)
    return min(found, default=None) if not headers.get("retry-after") else None


def _wait(said: str, now: float) -> float | None:
    """Return the seconds that a header means: a number, a moment since the epoch, a date, or a time in words."""
    number = _number(said)
    if number is not None:
        if number > 10**11:
            return number / 1000 - now
        return number - now if number > 10**9 else number
    stamp = _date(said)
    return stamp - now if stamp is not None else _span(said)


def _number(said: str | None) -> float | None:
    try:
        value = float(said.strip()) if said is not None else None
    except ValueError:
        return None
    return value if value is not None and math.isfinite(value) and value >= 0 else None


def _date(said: str) -> float | None:
    """Return the seconds since the epoch of a date as HTTP writes it, or as ISO 8601 does."""
    said = said.strip()
    try:
        if re.match(r"\d{4}-\d\d-\d\dT", said):
            moment = datetime.fromisoformat(said)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        return parsedate_to_datetime(said).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _span(said: str) -> float | None:
    """Return the seconds of a time such as `60s`, `1m30.5s` or `2 minutes`; `None` when another word is in it."""
    parts = _SPAN.findall(said)
    rest = _SPAN.sub("", said).replace(",", " ").replace("and", " ").strip()
    if not parts or rest or any(unit.lower() not in _UNITS for _, unit in parts):
        return None
    return sum(float(number) * _UNITS[unit.lower()] for number, unit in parts)


def _of_details(details: str) -> float | None:
    if (found := _RETRY_INFO.search(details)) is None:
        return None
    return float(found[1]) / (1000 if found[2] and found[2].lower() == "ms" else 1)


def _of_words(message: str) -> float | None:
    found = _IN_WORDS.search(message[:4_000])
    return _span(found[1].strip().rstrip(",")) if found is not None else None


def in_words(seconds: float | None) -> str:
    """Return what to do about a wait, with how long it is."""
    if seconds is None:
        return "wait a moment"
    if seconds < 90:
        return f"wait {max(round(seconds), 1)} s"
    if seconds < 5400:
        return f"wait {round(seconds / 60)} minutes"
    return f"wait {round(seconds / 3600)} hours"
