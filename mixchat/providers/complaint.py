"""What a provider said when something went wrong, whichever library brought the news."""

from collections.abc import Iterator, Mapping
from typing import cast

from msgspec import Struct

_MOUTHS = ("type", "code", "status", "error_code", "param")
_IDS = ("request-id", "x-request-id", "x-goog-request-id", "cf-ray")


class Complaint(Struct, frozen=True):
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
    def heard(cls, error: BaseException) -> "Complaint":
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
    ) -> "Complaint":
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
