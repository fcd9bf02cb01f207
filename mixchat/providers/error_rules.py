"""Which words, codes and statuses of a provider mean which error. The table is data: `error_rules.toml`."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, Literal, cast

import msgspec
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
from mixchat.providers.api_error import ApiError

Cause = Literal["region", "address", "verify", "model_permission", "permission", "firewall"]
"""Why it is an error, where that has a sentence of its own."""

_BY_CODE: Final[Mapping[str, type[ProviderError]]] = {
    kind.code: kind
    for kind in (NeedsKey, OutOfCredit, UnknownModel, RateLimited, Overloaded, TooLong, Refused, BadRequest)
}
_STATUSES: Final[Mapping[int, type[ProviderError]]] = {
    400: BadRequest, 401: NeedsKey, 402: OutOfCredit, 403: NeedsKey, 404: UnknownModel, 405: Unreachable,
    407: Unreachable, 408: TooSlow, 409: Overloaded, 410: UnknownModel, 413: TooLong, 422: BadRequest,
    425: Overloaded, 429: RateLimited, 451: Refused, 499: Interrupted,
}  # fmt: skip
_VAGUE: Final = frozenset({None, 200, 400, 403, 404, 412, 413, 422, 424, 429, 500, 502, 503})
"""Statuses whose words may tell more than they do."""
_MOST: Final = 4_000
"""Characters of what was said that are looked at."""


class _Rule(Struct, frozen=True, forbid_unknown_fields=True):
    error: str
    cause: Cause | None = None
    codes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


class Naming(Struct, frozen=True):
    """What an error is."""

    kind: type[ProviderError]
    cause: Cause | None = None


def classify_error(error: ApiError) -> Naming:
    """Return the class that says what a person can do about `error`, and the cause where one is known."""
    status = error.status
    if error.page:
        return _of_page(status)
    if status not in _VAGUE and status != 401:
        return Naming(_of_status(status))
    found = _by_rules(error)
    if found is not None and _may_be(found.kind, error):
        return Naming(NeedsKey) if status == 401 and found.cause == "permission" else found
    if status is None or status < 300:
        return found or Naming(Overloaded)
    return Naming(_of_status(status), "permission" if status == 403 else None)


def _may_be(kind: type[ProviderError], error: ApiError) -> bool:
    """Whether a rule's word goes before the status: some statuses leave little open."""
    status = error.status
    if kind is Overloaded and status not in {None, 200, 500, 502, 503}:
        return False
    if status == 401:
        return kind in {OutOfCredit, RateLimited} or kind is NeedsKey
    if status == 404:
        return kind is not BadRequest
    if status == 429:
        return kind is not OutOfCredit or not _asks_to_wait(error)
    if status in {500, 502, 503}:
        return kind in {TooLong, RateLimited, OutOfCredit, Refused} or (
            kind is UnknownModel and status == 500
        )
    return kind is not BadRequest


def _asks_to_wait(error: ApiError) -> bool:
    """Whether a used-up quota comes back by itself: the provider says when."""
    return "retry-after" in error.headers or bool({"resource_exhausted", "rate_limit_exceeded"} & error.codes)


def _of_page(status: int | None) -> Naming:
    """Return what a web page instead of an answer means: a gateway or a firewall spoke."""
    if status in {401, 403, 406, 451}:
        return Naming(Unreachable, "firewall")
    if status is None or status < 500:
        return Naming(_of_status(status) if status in {400, 413, 429, 408} else Unreachable)
    return Naming(Overloaded)


def _of_status(status: int | None) -> type[ProviderError]:
    if status is None or status < 400:
        return Unreachable
    return _STATUSES.get(status, Overloaded if status >= 500 else BadRequest)


def _by_rules(error: ApiError) -> Naming | None:
    """Return what the first rule that fits says."""
    said = error.said[:_MOST]
    for rule, words, unless in _rules():
        if error.codes.intersection(rule.codes) or (
            words is not None and words.search(said) and not (unless is not None and unless.search(said))
        ):
            return Naming(_BY_CODE[rule.error], rule.cause)
    return None


_Compiled = tuple[_Rule, re.Pattern[str] | None, re.Pattern[str] | None]


@cache
def _rules() -> tuple[_Compiled, ...]:
    raw = tomllib.loads(Path(__file__).with_name("error_rules.toml").read_text(encoding="utf-8"))
    rules = msgspec.convert(raw["rule"], tuple[_Rule, ...])
    return tuple((rule, _any_of(rule.words), _any_of(rule.unless)) for rule in rules)


def _any_of(words: tuple[str, ...]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{word})" for word in words), re.IGNORECASE | re.DOTALL) if words else None


FinishMeaning = Literal["end", "length", "refused", "cut", "none", "unknown"]


def finish_meaning(reason: object) -> FinishMeaning:
    """Return what a server's reason for stopping means; `none` when it is no reason, `unknown` when nobody knows it."""
    if not isinstance(reason, str):
        return "none" if reason is None or reason is False else "unknown"
    said = re.sub(r"[\s-]+", "_", reason.strip().lower())
    return _finish_table().get(said, "unknown")


@cache
def _finish_table() -> Mapping[str, FinishMeaning]:
    raw = tomllib.loads(Path(__file__).with_name("finish_reasons.toml").read_text(encoding="utf-8"))
    return {word: cast("FinishMeaning", meaning) for meaning, words in raw.items() for word in words}
