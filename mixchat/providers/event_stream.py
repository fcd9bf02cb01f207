"""A reply's body as JSON values, whichever way a server puts them into it.

Server-sent events (the WHATWG standard, by httpx2's parser), one JSON value a line, or a single JSON body where a
stream was asked for. What carries nothing (comments, empty events, pings, `[DONE]`'s text) is passed over here.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import TYPE_CHECKING, Final, Literal, cast

from msgspec import Struct

from mixchat.providers.transport import Unreadable

if TYPE_CHECKING:
    import httpx
    import httpx2

    from mixchat.providers.errors import ErrorMapper

    Response = httpx.Response | httpx2.Response

MOST_EVENT_BYTES: Final = 16 * 1024 * 1024
"""Bytes of one event or line."""

_WITHOUT_REST: Final = 500
"""Events after which the loop may see to its other tasks."""
_NOISE: Final = frozenset({"ping", "keepalive", "keep-alive", "keep_alive", "heartbeat"})
"""Names of events that only say that the server is there."""
_DONE: Final = "[DONE]"
_BLANKS: Final = b" \t\r\n"
_BOM: Final = b"\xef\xbb\xbf"

Kind = Literal["event", "whole", "done", "page"]


class WireEvent(Struct, frozen=True):
    """One JSON value of a reply."""

    data: object = None
    name: str = ""
    """The event's name, where the server gave one."""
    kind: Kind = "event"
    """`whole`: the body was one JSON value; `done`: the server's own end mark; `page`: no JSON at all."""


async def wire_events(response: "Response") -> AsyncGenerator[WireEvent]:
    """Yield the JSON values of a reply.

    Raises:
        Unreadable: one of them is larger than is taken.
        ValueError: one of them is cut or no JSON.
    """
    async with aclosing(cast("AsyncGenerator[bytes]", response.aiter_bytes())) as raw:
        head = await _head(raw)
        form = _form(head, response.headers.get("content-type", ""))
        body = _joined(head, raw)
        readers = {"page": _page, "json": _whole, "lines": _lines, "events": _events}
        async with aclosing(readers[form](body)) as found:
            async for event in found:
                yield event


async def _head(raw: AsyncIterator[bytes]) -> bytes:
    """Return the beginning of the body from the first byte on that says what it is."""
    head = b""
    async for piece in raw:
        head += piece
        if _BOM.startswith(head):  # cut inside the mark
            continue
        if head := head.removeprefix(_BOM).lstrip(_BLANKS):
            break
    return head


def _form(head: bytes, content_type: str) -> Literal["page", "json", "lines", "events"]:
    """Return what the body is, by its type and, since servers mislabel, by its first byte."""
    kind = content_type.partition(";")[0].strip().lower()
    first = head[:1]
    if first == b"<" or (not first and kind.startswith("text/html")):
        return "page"
    if kind.endswith(("ndjson", "jsonl", "x-json-stream", "json-lines")):
        return "lines"
    if first in {b"{", b"["}:
        return "json"
    if kind.startswith(("image/", "audio/", "video/", "application/xml", "application/pdf")):
        return "page"
    return "events"


async def _joined(head: bytes, raw: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    yield head
    async for piece in raw:
        yield piece


async def _page(body: AsyncIterator[bytes]) -> AsyncGenerator[WireEvent]:
    yield WireEvent(kind="page")


async def _whole(body: AsyncIterator[bytes]) -> AsyncGenerator[WireEvent]:
    """Yield one value for a body that is one, else those of its lines."""
    pieces = [piece async for piece in body]
    text = b"".join(pieces).removeprefix(_BOM).decode("utf-8", "replace")
    try:
        yield WireEvent(_parsed(text), kind="whole")
    except ValueError:
        for line in text.split("\n"):
            if line.strip():
                yield WireEvent(_parsed(line))


async def _lines(body: AsyncIterator[bytes]) -> AsyncGenerator[WireEvent]:
    """Yield the value of each line. They are cut at line feeds only: other separators may stand inside JSON."""
    held = bytearray()
    async for piece in body:
        held += piece
        if b"\n" in piece:
            *whole, rest = bytes(held).split(b"\n")
            held = bytearray(rest)
            for line in whole:
                if line.strip():
                    yield WireEvent(_parsed(line.decode("utf-8", "replace")))
        if len(held) > MOST_EVENT_BYTES:
            raise Unreadable(f"a line of more than {MOST_EVENT_BYTES // 1024**2} MB")
    if held.strip():
        yield WireEvent(_parsed(bytes(held).decode("utf-8", "replace")))


async def _events(body: AsyncIterator[bytes]) -> AsyncGenerator[WireEvent]:
    """Yield the value of each server-sent event; the last one even without the blank line after it."""
    import httpx2

    kind = {"content-type": "text/event-stream"}
    asked = httpx2.Request("POST", "http://reply")  # the parser reads a response, and that is of a request
    made = httpx2.Response(
        200, headers=kind, content=_ended(body), request=asked, default_encoding="utf-8-sig"
    )
    source = httpx2.EventSource(made, max_event_size=MOST_EVENT_BYTES)
    try:
        number = 0
        async for event in source:
            number += 1
            if number % _WITHOUT_REST == 0:  # a flood of empty events gives the loop no other occasion
                await asyncio.sleep(0)
            if (found := _event(event.event, event.data)) is not None:
                yield found
    except httpx2.SSEError:
        raise Unreadable(f"an event of more than {MOST_EVENT_BYTES // 1024**2} MB") from None


async def _ended(body: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    async for piece in body:
        yield piece
    yield b"\n\n"


def _event(name: str, data: str) -> WireEvent | None:
    """Return what one event says, or `None` when it says nothing."""
    name = "" if name == "message" else name
    data = data.strip()
    if data == _DONE:
        return WireEvent(name=name, kind="done")
    if name == "error" and not data.startswith(("{", "[")):
        return WireEvent({"error": data} if data else None, name)
    if name.lower() in _NOISE or not data.startswith(("{", "[")):
        return None
    return WireEvent(_parsed(data), name)


def json_body(content: bytes, mapper: "ErrorMapper") -> object:
    """Return the JSON of a whole body.

    Raises:
        ProviderError: it is a web page, or no JSON.
    """
    if content.removeprefix(_BOM).lstrip(_BLANKS)[:1] == b"<":
        raise mapper.not_a_reply()
    with mapper.parsing():
        return _parsed(content.removeprefix(_BOM).decode("utf-8", "replace"))


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
