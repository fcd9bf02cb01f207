"""What a protocol must be able to say on the wire."""

import json
from typing import Any, Protocol

from msgspec import Struct

from tests.wires.script import Reply, Status

Json = Any


class Frames(Struct):
    """A reply as bytes: before the first delta, the deltas, and what ends it."""

    head: list[bytes]
    deltas: list[bytes]
    tail: list[bytes]


class Dialect(Protocol):
    """One protocol, as the server speaks it."""

    name: str
    content_type: str

    def frames(self, reply: Reply, model: str) -> Frames: ...

    def failure(self, kind: str) -> bytes: ...

    def unknown(self) -> bytes: ...

    def garbage(self) -> bytes: ...

    def error(self, status: Status) -> dict[str, object]: ...


def sse(data: object, event: str | None = None) -> bytes:
    """Return one server-sent event."""
    name = f"event: {event}\n" if event else ""
    return f"{name}data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
