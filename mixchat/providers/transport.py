"""The layer between the sockets and the SDKs, the same for both HTTP libraries.

It chooses the way (a proxy or none), reports every byte as a sign of life, and bounds what a server may send:
headers, and the body after decompression. Whatever reads a response above it never sees more than that.
"""

import asyncio
import zlib
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Callable,
    Generator,
    Iterable,
    Iterator,
    Mapping,
    MutableMapping,
)
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, Final, cast

from mixchat.domain.provider import Liveness
from mixchat.providers.proxies import proxy_for

MOST_BYTES: Final = 64 * 1024 * 1024
"""Bytes of one body, decompressed; the longest replies are well below a hundredth of it."""
MOST_HEADERS: Final = 200
MOST_HEADER_BYTES: Final = 64 * 1024

_PIECE: Final = 256 * 1024
"""Decompressed bytes that are handed up at once."""
_WITHOUT_REST: Final = 1024 * 1024
"""Bytes after which the loop may see to its other tasks."""


class Unreadable(Exception):
    """What a server sent cannot be taken. The text goes on after "it sent"."""


_liveness: ContextVar[Liveness | None] = ContextVar("liveness", default=None)


@contextmanager
def told_of_bytes(liveness: Liveness | None) -> Generator[None]:
    """Let `liveness` know of every byte of the responses that are asked for inside."""
    mark = _liveness.set(liveness)
    try:
        yield
    finally:
        _liveness.reset(mark)


Foreign = Any
"""A transport, request or response of either library: they are alike in all that is used of them here."""


class Transport:
    """Sends a request on the right way and bounds what comes back.

    Args:
        make: makes the library's own transport; given the proxy's address, or `None` for the direct way.
        library: the HTTP library.
    """

    def __init__(self, make: Callable[[str | None], Foreign], library: Foreign) -> None:
        self._make = make
        self._body = _body_class(library.AsyncByteStream)
        self._broken = (library.RemoteProtocolError, library.ReadError, library.WriteError)
        self._inner: dict[str | None, Foreign] = {}

    async def handle_async_request(self, request: Foreign) -> Foreign:
        """Send `request` and return the response, whose body is bounded.

        Raises:
            Unreadable: there are too many headers, or a compression that nobody asked for.
            Unreachable: the proxy's address is none.
        """
        request.headers["accept-encoding"] = "gzip, deflate"  # what is bounded below, and nothing else
        liveness = _liveness.get()
        if liveness is not None:
            # Who is told of every byte watches the silence, and knows a thaw. The library's own alarm does not: after a
            # freeze it would go off beside a socket that can be read, and throw away what had arrived.
            request.extensions = _without_limit_on_reading(request.extensions)
        inner = self._way(proxy_for(request.url.scheme, request.url.host))
        try:
            response = await inner.handle_async_request(request)
        except self._broken:
            # A server may close an idle connection just as it is used again. What only reads is sent once more, as RFC
            # 9110, 9.2.2 allows; a prompt may have been taken and paid for, and that is for the fail-over to decide.
            if request.method != "GET":
                raise
            response = await inner.handle_async_request(request)
        if liveness is not None:
            liveness.touch()
        self._bound(response)
        return response

    def _way(self, proxy: str | None) -> Foreign:
        if proxy not in self._inner:
            self._inner[proxy] = self._make(proxy)
        return self._inner[proxy]

    def _bound(self, response: Foreign) -> None:
        headers = cast("MutableMapping[str, str]", response.headers)
        if len(headers) > MOST_HEADERS or sum(map(len, headers.values())) > MOST_HEADER_BYTES:
            raise Unreadable("too many headers")
        coding = headers.get("content-encoding", "").strip().lower()
        if coding:
            del headers["content-encoding"]
            if "content-length" in headers:
                del headers["content-length"]
        response.stream = self._body(response.stream, coding)

    async def __aenter__(self) -> "Transport":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        inner, self._inner = self._inner, {}
        for transport in inner.values():
            await transport.aclose()


def _without_limit_on_reading(extensions: Mapping[str, Any]) -> dict[str, Any]:
    return {**extensions, "timeout": {**extensions.get("timeout", {}), "read": None}}


class _Body:
    """A body's bytes as they arrive, decompressed and counted."""

    def __init__(self, raw: Foreign, coding: str) -> None:
        self._raw = raw
        self._coding = coding
        self._liveness = _liveness.get()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._pieces()

    async def aclose(self) -> None:
        await self._raw.aclose()

    async def _pieces(self) -> AsyncGenerator[bytes]:
        decode, total, rested = _decoder(self._coding), 0, 0
        async for raw in cast("AsyncIterator[bytes]", self._raw):
            if self._liveness is not None:
                self._liveness.touch()
            for piece in decode(raw):
                total += len(piece)
                if total - rested > _WITHOUT_REST:  # a bomb gives no other occasion
                    rested = total
                    await asyncio.sleep(0)
                if total > MOST_BYTES:
                    raise Unreadable(f"more than {MOST_BYTES // 1024**2} MB")
                yield piece


@cache
def _body_class(stream: type) -> type[_Body]:
    """Return the class of bodies for a library, which checks that they are of its own kind."""
    return type("Body", (_Body, stream), {})


def _decoder(coding: str) -> Callable[[bytes], Iterable[bytes]]:
    """Return what decompresses piece by piece, in pieces of bounded size."""
    if coding in {"", "identity"}:
        return lambda raw: (raw,)
    if coding in {"gzip", "x-gzip"}:
        return _Inflated(zlib.MAX_WBITS | 16)
    if coding == "deflate":
        return _Inflated(zlib.MAX_WBITS)
    raise Unreadable(f"a compression that was not asked for ({coding[:20]})")


class _Inflated:
    """Inflates in bounded pieces, so that a small body cannot become an unbounded one in a single call."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._inflate = zlib.decompressobj(window)
        self._fresh = True

    def __call__(self, raw: bytes) -> Iterator[bytes]:
        try:
            yield from self._read(raw)
        except zlib.error:
            if not (self._fresh and self._window == zlib.MAX_WBITS):
                raise Unreadable("a body that cannot be decompressed") from None
            self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)  # some servers call bare deflate so
            yield from self._read(raw)
        self._fresh = False

    def _read(self, raw: bytes) -> Iterator[bytes]:
        piece = self._inflate.decompress(raw, _PIECE)
        while piece:
            yield piece
            piece = self._inflate.decompress(self._inflate.unconsumed_tail, _PIECE)
