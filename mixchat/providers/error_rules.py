"""Gives a provider's complaint its name in the error tree."""

import math
import re
import time
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Final, cast

from msgspec import Struct

from mixchat.domain.errors import (
    BadRequest,
    Interrupted,
    NeedsKey,
    OutOfCredit,
    Overloaded,
    ProviderError,
    RateLimited,
    Refused,
    TooLong,
    TooSlow,
    UnknownModel,
    Unreachable,
)

_MOUTHS = ("type", "code", "status", "error_code", "param")
_IDS = ("request-id", "x-request-id", "x-goog-request-id", "cf-ray")


class ApiError(Struct, frozen=True):
    """An error in the provider's own words."""

    status: int | None
    """The HTTP status, or the one that an error inside the stream names."""
    kinds: frozenset[str]
    """Machine-readable names, lower-cased: `overloaded_error`, `context_length_exceeded`, ..."""
    message: str
    headers: Mapping[str, str]
    details: str
    request_id: str | None
    structured: bool
    """Whether the body was the JSON that an API answers with."""

    @classmethod
    def from_exception(cls, error: BaseException) -> "ApiError":
        """Return what an SDK's exception carries."""
        response = getattr(error, "response", None)
        headers = cast("Mapping[str, str]", getattr(response, "headers", None) or {})
        body = getattr(error, "body", None) or getattr(error, "details", None)
        status = _status(getattr(error, "status_code", None)) or _status(getattr(error, "code", None))
        message = getattr(error, "message", None)
        spoken = cls.read(body, status, headers, fallback=message if isinstance(message, str) else str(error))
        more = {value.lower() for name in _MOUTHS if isinstance(value := getattr(error, name, None), str)}
        return cls(
            spoken.status, spoken.kinds | more, spoken.message, headers, spoken.details,
            getattr(error, "request_id", None) or spoken.request_id, spoken.structured,
        )  # fmt: skip

    @classmethod
    def read(
        cls, body: object, status: int | None, headers: Mapping[str, str], fallback: str = ""
    ) -> "ApiError":
        """Return what the JSON of an error says; every provider's shape is known here."""
        tables = tuple(_tables(body))
        words = (
            table.get("message") or table.get("error") or table.get("detail") for table in reversed(tables)
        )
        message = next((word for word in words if isinstance(word, str) and word), fallback)
        kinds = {
            value.lower() for table in tables for name in _MOUTHS if isinstance(value := table.get(name), str)
        }
        inner = (_status(table.get("code")) for table in tables)
        named = next(
            (table["request_id"] for table in tables if isinstance(table.get("request_id"), str)), None
        )
        request_id = next((headers[name] for name in _IDS if name in headers), cast("str | None", named))
        return cls(
            status or next((code for code in inner if code), None), frozenset(kinds), message, headers,
            str(body) if tables else "", request_id, bool(tables),
        )  # fmt: skip


def _tables(body: object) -> Iterator[Mapping[str, object]]:
    """Yield the error's table and those inside it: `error`, and OpenRouter's `metadata`."""
    if isinstance(body, list) and body:
        body = cast("list[object]", body)[0]
    if isinstance(body, Mapping):
        table = cast("Mapping[str, object]", body)
        yield table
        for name in ("error", "response"):
            yield from _tables(table.get(name))


def _status(value: object) -> int | None:
    if isinstance(value, str) and value.isdigit():
        value = int(value)
    return value if isinstance(value, int) and 300 <= value < 600 else None


_KINDS: Final[Mapping[type[ProviderError], frozenset[str]]] = {
    OutOfCredit: frozenset({
        "insufficient_quota", "billing_error", "billing_hard_limit_reached", "insufficient_credits",
        "contract_spend_limit_reached", "credit_balance_too_low", "payment_required", "insufficient_balance",
        "billing_not_active", "access_terminated",
    }),
    TooLong: frozenset({
        "context_length_exceeded", "string_above_max_length", "request_too_large", "context_window_exceeded",
        "exceed_context_size_error", "prompt_too_long",
    }),
    Refused: frozenset({
        "content_filter", "content_policy_violation", "moderation_blocked", "responsibleaipolicyviolation",
        "cyber_policy_violation", "invalid_prompt", "image_content_policy_violation", "safety",
    }),
    UnknownModel: frozenset({
        "model_not_found", "not_found_error", "model_not_available", "model_decommissioned",
        "deployment_not_found", "deploymentnotfound",
    }),
    NeedsKey: frozenset({
        "authentication_error", "invalid_api_key", "permission_error", "permission_denied", "unauthenticated",
        "api_key_invalid", "invalid_authentication", "account_deactivated",
    }),
    RateLimited: frozenset({
        "rate_limit_error", "rate_limit_exceeded", "resource_exhausted", "tokens", "requests",
        "rate_limited", "too_many_requests", "slow_down",
    }),
    Overloaded: frozenset({
        "overloaded_error", "server_error", "api_error", "internal_server_error", "unavailable", "internal",
        "service_unavailable", "engine_overloaded", "timeout_error", "deadline_exceeded",
        "server_is_overloaded", "vector_store_timeout",
    }),
    BadRequest: frozenset({"invalid_request_error", "invalid_argument", "failed_precondition"}),
}  # fmt: skip
"""Machine-readable names, the most telling first."""

_WORDS: Final[tuple[tuple[type[ProviderError], re.Pattern[str]], ...]] = (
    (TooLong, re.compile(
        r"prompt is too long|maximum context length|context (?:window|length|size)|input token count.*exceeds"
        r"|too many (?:input )?tokens|longer than the (?:context|maximum)|reduce the length|input is too long"
        r"|exceeds? the (?:model'?s? )?(?:maximum|limit).{0,20}tokens", re.I)),
    (NeedsKey, re.compile(r"api[ _-]?key (?:not|in)? ?valid|invalid api[ _-]?key|api key expired|incorrect api key", re.I)),
    (OutOfCredit, re.compile(
        r"credit balance|insufficient (?:credits?|balance|funds|quota)|out of credits?|spend(?:ing)? limit"
        r"|exceeded your current quota|billing|more credits|usage limits? for (?:this|your) account", re.I)),
    (UnknownModel, re.compile(
        r"model\b.{0,90}(?:not found|does not exist|not exist|no longer available|decommissioned|is not a valid"
        r"|isn't available|has been deprecated)|(?:unknown|invalid|no such) model|is not a valid model"
        r"|not a model", re.I)),
    (Refused, re.compile(
        r"content (?:management|policy|filter)|safety system|flagged|violat\w+ .{0,30}polic|moderation", re.I)),
)  # fmt: skip
"""What 400, 403 and the like say in words, where no code tells it."""

_STATUSES: Final[Mapping[int, type[ProviderError]]] = {
    400: BadRequest, 401: NeedsKey, 402: OutOfCredit, 403: NeedsKey, 404: UnknownModel, 405: Unreachable,
    407: Unreachable, 408: TooSlow, 409: Overloaded, 410: UnknownModel, 413: TooLong, 422: BadRequest,
    425: Overloaded, 429: RateLimited, 451: Refused, 499: Interrupted,
}  # fmt: skip

_VAGUE: Final = frozenset({400, 403, 404, 422, 429, 500})
"""Statuses whose words may tell more than they do."""


def classify_error(complaint: ApiError) -> type[ProviderError]:
    """Return the class that says what a person can do about the complaint."""
    status = complaint.status
    if status is not None and status not in _VAGUE:
        return _by_status(status)
    telling = _by_name(complaint.kinds, (OutOfCredit, TooLong, Refused)) or _by_words(complaint, status)
    if telling is not None:
        return telling
    if status is not None:
        return _by_status(status)
    return _by_name(complaint.kinds, tuple(_KINDS)) or Overloaded


def _by_status(status: int) -> type[ProviderError]:
    if status < 400:
        return Unreachable
    return _STATUSES.get(status, Overloaded if status >= 500 else BadRequest)


def _by_name(kinds: frozenset[str], among: tuple[type[ProviderError], ...]) -> type[ProviderError] | None:
    return next((kind for kind in among if kinds & _KINDS[kind]), None)


def _by_words(complaint: ApiError, status: int | None) -> type[ProviderError] | None:
    """Return what the words say, as far as a complaint of this status can mean it."""
    if status == 429:
        spent = dict(_WORDS)[OutOfCredit].search(complaint.message)
        return (
            OutOfCredit
            if spent and "retry-after" not in complaint.headers and not complaint.kinds & _KINDS[RateLimited]
            else None
        )
    if status == 500:
        return TooLong if dict(_WORDS)[TooLong].search(complaint.message) else None
    return next((kind for kind, words in _WORDS if words.search(complaint.message)), None)


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
