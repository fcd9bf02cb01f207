"""What a provider said when something went wrong, out of whichever shape it said it in.

An error may be a table, a text, a list, a table inside a text inside a table: gateways wrap what a provider
said, and wrap it again. The innermost words name the cause, so they are looked for and shown.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final, cast

from msgspec import Struct

from mixchat.providers.json_values import listing, name, table, text

_CODES: Final = (
    "code", "type", "status", "error_code", "errorCode", "errorcode", "error_type", "reason", "kind", "__type",
)  # fmt: skip
"""Fields with a machine-readable name."""
_INNER: Final = (
    "error", "errors", "detail", "details", "message", "metadata", "raw", "body", "response", "fault", "base_resp",
    "innererror", "inner_error", "upstream_error", "cause", "data", "result",
)  # fmt: skip
"""Fields that may hold another error."""
_SAYING: Final = (
    "message", "msg", "error", "detail", "error_message", "errorMessage", "error_msg", "status_msg", "faultstring",
    "description", "error_description", "reason_text", "statusMessage", "title", "raw", "Message",
)  # fmt: skip
"""Fields with words for people, the most telling first."""
_IDS: Final = ("request-id", "x-request-id", "x-goog-request-id", "x-amzn-requestid", "cf-ray")
_DEPTH: Final = 8
_MOST: Final = 64
"""Tables of one error that are looked at."""
_EMBEDDED: Final = re.compile(r"""b?['"]?(\{\s*["'].*\})""", re.DOTALL)
_MARKUP: Final = re.compile(r"^\s*(?:<!doctype|<html|<head|<\?xml|<body)", re.IGNORECASE)
_TITLE: Final = re.compile(r"<title[^>]*>([^<]{1,120})", re.IGNORECASE)
_LONGEST: Final = 20_000


class ApiError(Struct, frozen=True):
    """An error in the provider's own words."""

    status: int | None
    """The HTTP status, or the one that an error inside the stream names."""
    codes: frozenset[str]
    """Machine-readable names, lower-cased: `overloaded_error`, `context_length_exceeded`, ..."""
    message: str
    """The innermost words for people, one line or several."""
    said: str
    """All its words, from the outside in, for whoever looks for a cause in them."""
    headers: Mapping[str, str]
    details: str
    request_id: str | None
    structured: bool
    """Whether the body was the JSON that an API answers with."""
    param: str | None = None
    """The field of the request that it names as the cause."""
    page: bool = False
    """Whether the body was a web page: a gateway, a firewall or a proxy spoke, not an API."""

    @classmethod
    def from_exception(cls, error: BaseException) -> "ApiError":
        """Return what an SDK's exception carries."""
        response = getattr(error, "response", None)
        headers = cast("Mapping[str, str]", getattr(response, "headers", None) or {})
        body = getattr(error, "body", None) or getattr(error, "details", None)
        status = _status(getattr(error, "status_code", None)) or _status(getattr(error, "code", None))
        message = getattr(error, "message", None)
        spoken = cls.parse(
            body, status, headers, fallback=message if isinstance(message, str) else str(error)
        )
        more = {code for field in _CODES if (code := _code(getattr(error, field, None)))}
        named = getattr(error, "request_id", None)
        return cls(
            spoken.status, spoken.codes | more, spoken.message, spoken.said, headers, spoken.details,
            named if isinstance(named, str) else spoken.request_id, spoken.structured, spoken.param, spoken.page,
        )  # fmt: skip

    @classmethod
    def parse(
        cls, body: object, status: int | None, headers: Mapping[str, str], fallback: str = ""
    ) -> "ApiError":
        """Return what the body of an error says, in every shape in use."""
        if isinstance(body, bytes | bytearray):
            body = bytes(body[:_LONGEST]).decode("utf-8", "replace")
        if isinstance(body, str):
            body = _unwrapped(body)
        found = list(_walk(body, 0))[:_MOST]
        words = [(depth, word) for depth, part in found for word in _words(part)]
        page = (isinstance(body, str) and bool(_MARKUP.match(body))) or bool(_MARKUP.match(fallback))
        if page:
            title = _TITLE.search(body if isinstance(body, str) else fallback)
            words = [(0, title[1].strip())] if title else []
        elif isinstance(body, str) and body.strip():
            words.append((0, body.strip()))
        deepest = max(words, key=lambda pair: pair[0], default=(0, "" if page else fallback))
        inner = (_status(part.get(field)) for _, part in found for field in ("code", "status", "status_code"))
        return cls(
            status=status or next((code for code in inner if code), None),
            codes=frozenset(
                code for _, part in found for field in _CODES if (code := _code(part.get(field)))
            ),
            message=deepest[1],
            said="\n".join(word for _, word in words) or ("" if page else fallback),
            headers=headers,
            details=str(body)[:_LONGEST] if found else "",
            request_id=next((headers[each] for each in _IDS if each in headers), None) or _request_id(found),
            structured=bool(found),
            param=next((field for _, part in found if (field := _param(part))), None),
            page=page,
        )


def is_error(value: object) -> bool:
    """Whether a JSON value inside a stream is an error instead of a piece of the reply."""
    part = table(value)
    if part.get("error") or part.get("object") == "error" or part.get("type") == "error":
        return True
    if name(table(part.get("base_resp")).get("status_code")) not in {"", "0"}:
        return True
    if any(
        field in part for field in ("choices", "candidates", "delta", "content", "response", "usage", "id")
    ):
        return False
    speaks = any(isinstance(part.get(field), str) for field in ("message", "detail", "msg", "error_msg"))
    return (speaks and "type" not in part) or bool(listing(part.get("detail")) or listing(part.get("errors")))


def _walk(value: object, depth: int) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Yield the tables of an error with their depth, the outermost first."""
    if depth > _DEPTH:
        return
    if isinstance(value, str):
        value = _unwrapped(value)
    for part in listing(value)[:8]:
        yield from _walk(part, depth)
    if isinstance(value, Mapping):
        part = cast("Mapping[str, object]", value)
        yield depth, part
        for field in _INNER:
            yield from _walk(part.get(field), depth + 1)


def _unwrapped(said: str) -> object:
    """Return the JSON that a text is or holds, as gateways quote what they were told; else the text."""
    if "{" not in said or len(said) > _LONGEST:
        return said
    found = _EMBEDDED.search(said)
    if found is None:
        return said
    for written in (found[1], found[1].replace('\\"', '"').replace("\\n", " "), found[1].replace("'", '"')):
        try:
            value = json.loads(written, strict=False)
        except (ValueError, RecursionError):
            continue
        return cast("object", value) if isinstance(value, Mapping) else said
    return said


def _words(part: Mapping[str, object]) -> Iterator[str]:
    """Yield what a table says for people; of FastAPI's complaints with the field that they are about."""
    where = ".".join(name(step) for step in listing(part.get("loc")) if name(step) not in {"", "body"})
    for field in _SAYING:
        said = part.get(field)
        if isinstance(said, str) and said.strip() and not isinstance(_unwrapped(said), Mapping):
            yield f"{where}: {said.strip()}" if where else said.strip()
            return


def _param(part: Mapping[str, object]) -> str | None:
    """Return the field of the request that a table names as the cause."""
    steps = [name(step) for step in listing(part.get("loc")) if name(step) not in {"", "body"}]
    return ".".join(steps) or text(part.get("param")).strip().removeprefix("body.") or None


def _request_id(found: list[tuple[int, Mapping[str, object]]]) -> str | None:
    named = (name(part.get(field)) for _, part in found for field in ("request_id", "requestId"))
    return next((one for one in named if one), None)


def _code(value: object) -> str:
    """Return a machine-readable name, or an empty text for words and for HTTP statuses."""
    code = name(value).lower()
    return "" if not code or len(code) > 80 or _status(value) else code.replace(" ", "_").replace("-", "_")


def _status(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) == 3:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 300 <= value < 600 else None
