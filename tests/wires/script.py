"""What the server does with one request, as values; JSON can carry them to a server in another process."""

import re
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

Ending = Literal["proper", "truncate", "drop", "reset", "stall", "garbage", "error", "unmarked"]


class Reply(Struct, frozen=True, tag=True):
    """A streamed reply, spoken in whatever protocol the request came in.

    `ending` says how it ends after `after` deltas (thinking and text together; `None`: after all):
    `truncate` ends the body cleanly without the finishing marker, `drop` closes the socket inside the
    body, `reset` resets it, `stall` says nothing more, `garbage` sends JSON that is none, `error` sends
    the protocol's own in-stream error, `unmarked` ends well but keeps the connection open.
    """

    text: str = "Hello from the wire."
    thinking: str = ""
    citations: tuple[tuple[str, str], ...] = ()
    """Address and title."""
    stop: Literal["end", "length", "refused"] = "end"
    input: int = 10
    """Tokens in, cached ones included."""
    output: int | None = None
    """Tokens out, thinking included; `None`: one a delta."""
    cache_read: int = 0
    cache_write: int = 0
    cache_write_long: int = 0
    searches: int = 0
    billed: float | None = None
    wait: float = 0.0
    """Seconds before the first delta; the headers are sent at once."""
    headers_wait: float = 0.0
    """Seconds before the headers."""
    rate: float | None = None
    """Deltas a second; `None`: as fast as they go."""
    ending: Ending = "proper"
    after: int | None = None
    error: str = "overloaded"
    """Which in-stream error: `overloaded` or `rate_limited`."""
    unknown: bool = False
    """Mix in events of a type that nobody knows."""
    piece: int | None = None
    """Characters of a delta; `None`: a token or so."""
    split: int | None = None
    """Bytes a write, so that characters and lines are cut anywhere."""
    usage: bool = True
    """Whether the usage is told at all."""

    @property
    def tokens_out(self) -> int:
        """Tokens out as they are reported."""
        counted = len(deltas(self.thinking, self.piece)) + len(deltas(self.text, self.piece))
        return counted if self.output is None else self.output


class Status(Struct, frozen=True, tag=True):
    """An HTTP error in the protocol's own JSON."""

    status: int
    message: str = "The fake says no."
    kind: str | None = None
    """The provider's machine code, such as `context_length_exceeded`; `None`: what fits the status."""
    retry_after: str | None = None
    """The header's value: seconds or a date."""
    retry_after_ms: int | None = None
    retry_info: str | None = None
    """Google's RetryInfo delay, such as `12s`."""
    body: str | None = None
    """Sent as it is instead of JSON."""
    param: str | None = None


class Web(Struct, frozen=True, tag=True):
    """A body that belongs to no protocol: a web page, or JSON of some other kind."""

    body: str = "<!doctype html><title>Sign in</title><p>Welcome to the hotel network."
    status: int = 200
    content_type: str = "text/html; charset=utf-8"


class Raw(Struct, frozen=True, tag=True):
    """A streamed body, byte by byte as a server was seen to send it."""

    pieces: tuple[str | bytes | float, ...]
    """Sent one after the other; a number is a pause in seconds."""
    content_type: str = "text/event-stream"
    headers: dict[str, str] = {}
    keep_open: bool = False
    """Whether the connection is kept open after the last piece."""
    drop: bool = False
    """Whether it is closed in the middle of the body."""


class Refusal(Struct, frozen=True, tag=True):
    """The model declines before a word."""

    why: str = "This is not something I can help with."


class Reset(Struct, frozen=True, tag=True):
    """The connection is reset before the headers."""


class Hangup(Struct, frozen=True, tag=True):
    """The connection is closed before the headers."""


class Silence(Struct, frozen=True, tag=True):
    """The request is read and never answered."""


Sent = Reply | Status | Web | Refusal | Reset | Hangup | Silence
"""What JSON can carry."""
Script = Sent | Raw


def deltas(text: str, piece: int | None = None) -> Sequence[str]:
    """Return `text` cut into pieces of `piece` characters, or about a token long; joined they are the text again."""
    if piece is not None:
        return [text[at : at + piece] for at in range(0, len(text), piece)]
    return re.findall(r"\s*\S{1,8}|\s+$", text)
