"""One HTTP/1.1 connection on the server's side, close enough to the socket to break it on purpose."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Mapping

from msgspec import Struct

REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 429: "Too Many Requests"}


class Head(Struct):
    """The request's first lines and its body."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Connection:
    """Reads requests and writes answers; notices when the peer goes away."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._held = b""

    async def request(self) -> Head | None:
        """Return the next request, or `None` when the peer is done."""
        while b"\r\n\r\n" not in self._held:
            if not (more := await self._reader.read(65536)):
                return None
            self._held += more
        top, _, self._held = self._held.partition(b"\r\n\r\n")
        first, *lines = top.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ", 2)
        pairs = (line.partition(":") for line in lines)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        length = int(headers.get("content-length", "0"))
        while len(self._held) < length:
            if not (more := await self._reader.read(65536)):
                return None
            self._held += more
        body, self._held = self._held[:length], self._held[length:]
        return Head(method, path, headers, body)

    async def peer_gone(self) -> None:
        """Return when the peer has closed; what it sends meanwhile is kept for the next request."""
        while more := await self._reader.read(65536):
            self._held += more

    def begin(self, content_type: str, extra: Mapping[str, str]) -> None:
        """Send the head of a streamed answer."""
        self._head(200, {"content-type": content_type, "transfer-encoding": "chunked", **extra})

    async def chunk(self, data: bytes, split: int | None = None) -> None:
        """Send a piece of the body, in writes of `split` bytes if that is asked for."""
        for start in range(0, len(data), split or len(data) or 1):
            piece = data[start : start + (split or len(data))]
            self._writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            await self._writer.drain()
            if split:
                await asyncio.sleep(0)

    async def end(self) -> None:
        """Send the end of a streamed answer."""
        self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()

    async def whole(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        """Send an answer in one piece."""
        self._head(status, {"content-length": str(len(body)), **headers})
        self._writer.write(body)
        await self._writer.drain()

    def _head(self, status: int, headers: Mapping[str, str]) -> None:
        lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Status')}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._writer.write("\r\n".join(lines).encode() + b"\r\n\r\n")

    def reset(self) -> None:
        """Break the connection with an RST."""
        sock = self._writer.get_extra_info("socket")
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    async def close(self) -> None:
        """Close the connection."""
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()
