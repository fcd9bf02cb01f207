"""How long a provider asks to be left alone."""

import math
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Final

_IN_WORDS: Final = re.compile(
    r"(?:try again|retry) (?:in|after) (?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?) ?(s|ms|sec|seconds?)\b)?",
    re.I,
)
_DURATION: Final = re.compile(r'"?retryDelay"?\W+(\d+(?:\.\d+)?)s')


def retry_after(headers: Mapping[str, str], message: str = "", details: str = "") -> float | None:
    """Return the seconds to wait: by header (RFC 9110, or milliseconds), by Google's RetryInfo, by the words."""
    if (milliseconds := _number(headers.get("retry-after-ms"))) is not None:
        return milliseconds / 1000
    if (said := headers.get("retry-after")) is not None:
        seconds = _number(said)
        return _until(said) if seconds is None else seconds
    if found := _DURATION.search(details):
        return float(found[1])
    return _in_words(message)


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text is not None else None
    except ValueError:
        return None
    return value if value is not None and math.isfinite(value) and value >= 0 else None


def _until(date: str) -> float | None:
    try:
        return max(0.0, parsedate_to_datetime(date).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None


def _in_words(message: str) -> float | None:
    found = _IN_WORDS.search(message)
    if found is None or not any(found.groups()):
        return None
    hours, minutes, seconds, unit = found.groups()
    rest = float(seconds or 0) / (1000 if unit == "ms" else 1)
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + rest
