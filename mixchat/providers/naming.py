"""Gives a provider's complaint its name in the error tree."""

import re
from collections.abc import Mapping
from typing import Final

from mixchat.providers.complaint import Complaint
from mixchat.words.error import (
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


def kind_of(complaint: Complaint) -> type[ProviderError]:
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


def _by_words(complaint: Complaint, status: int | None) -> type[ProviderError] | None:
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
