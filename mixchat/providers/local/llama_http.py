"""llama.cpp's own HTTP: what is asked of it and what comes back, as events.

The wire is the Chat Completions format with llama.cpp's additions (`tools/server/README.md` in its
repository): `timings_per_token`, `chat_template_kwargs`, and errors with a `type` and token counts.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any, Final

import msgspec
from msgspec import Struct

from mixchat.domain.errors import BadRequest, Interrupted, ProviderError, TooLong
from mixchat.domain.events import ProviderEvent, StreamEnd, TextDelta, ThinkingDelta, UsageUpdate
from mixchat.domain.model import ModelRef
from mixchat.domain.request import ModelRequest
from mixchat.domain.turn import Stop
from mixchat.domain.usage import Usage
from mixchat.providers.local.server_process import ServerAddress
from mixchat.providers.wire_request import turns, words

SAMPLING: Final[Mapping[str, Mapping[str, float]]] = {
    # Temperature and top_p are the model card's own; DRY keeps so small a model out of loops and, unlike a
    # penalty on every token, leaves short right answers alone.
    "smollm2": {"temperature": 0.2, "top_p": 0.9, "dry_multiplier": 0.8, "max_tokens": 512},
}
"""What a family of models is asked with where the request leaves it open."""
_USAGE_EVERY: Final = 16
"""Pieces of text between two reports of the usage so far."""


class _Delta(Struct, frozen=True):
    content: str | None = None
    reasoning_content: str | None = None


class _Choice(Struct, frozen=True):
    delta: _Delta = _Delta()
    finish_reason: str | None = None


class _Cached(Struct, frozen=True):
    cached_tokens: int | None = None


class _Counts(Struct, frozen=True):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _Cached = _Cached()


class _Timings(Struct, frozen=True):
    cache_n: int = 0
    prompt_n: int = 0
    predicted_n: int = 0


class _Error(Struct, frozen=True):
    message: str = ""
    type: str | None = None
    n_prompt_tokens: int | None = None
    n_ctx: int | None = None


class _Piece(Struct, frozen=True):
    id: str | None = None
    choices: tuple[_Choice, ...] = ()
    usage: _Counts | None = None
    timings: _Timings | None = None
    error: _Error | None = None


def body(request: ModelRequest, family: str | None) -> dict[str, Any]:
    """Return the JSON that asks llama.cpp for `request`."""
    system = [{"role": "system", "content": request.system}] if request.system else []
    said = [{"role": message.role, "content": words(message)} for message in turns(request)]
    asked: dict[str, Any] = {
        "messages": system + said,
        "stream": True,
        "stream_options": {"include_usage": True},
        "timings_per_token": True,
        **SAMPLING.get(family or "", {}),
    }
    if request.temperature is not None:
        asked["temperature"] = request.temperature
    if request.max_tokens is not None:
        asked["max_tokens"] = request.max_tokens
    if request.effort == "none":
        asked["chat_template_kwargs"] = {"enable_thinking": False}
    return asked


async def complete(
    address: ServerAddress, request: ModelRequest, family: str | None
) -> AsyncGenerator[ProviderEvent]:
    """Yield the reply of the model behind `address`. Closing the generator stops llama.cpp at its next token.

    Raises:
        ProviderError: `TooLong`, `BadRequest`, or `Interrupted` when the reply was cut.
    """
    import httpx

    asked = body(request, family)
    reply = _Reply(request.ref)
    try:
        # Loopback only: no proxy, no certificates. A long prompt may take minutes before its first token,
        # and a child that dies closes the socket, so there is no read limit.
        async with (
            httpx.AsyncClient(
                trust_env=False, verify=False, timeout=httpx.Timeout(None, connect=5)
            ) as client,
            client.stream(
                "POST",
                f"{address.url}/v1/chat/completions",
                json=asked,
                headers={"Authorization": f"Bearer {address.token}"},
            ) as response,
        ):
            if response.status_code != 200:
                raise failure(await response.aread(), request.ref)
            async with aclosing(_data(response.aiter_bytes())) as lines:
                async for line in lines:
                    for event in reply.take(line):
                        yield event
    except httpx.TransportError:
        raise _cut(request.ref) from None
    yield reply.ended()


async def _data(chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    """Yield what stands behind each `data:`; lines end at the line feed and nowhere else."""
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if line.startswith(b"data:") and (data := line[5:].strip()) != b"[DONE]":
                yield data


class _Reply:
    """What is known of a reply so far."""

    def __init__(self, ref: ModelRef) -> None:
        self._ref = ref
        self._pieces = 0
        self._stop: Stop | None = None
        self._usage = Usage()
        self._id: str | None = None

    def take(self, line: bytes) -> list[ProviderEvent]:
        """Return the events of one piece of the stream."""
        try:
            piece = msgspec.json.decode(line, type=_Piece)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise _cut(self._ref) from None
        if piece.error is not None:
            raise failure(line, self._ref)
        self._id = piece.id or self._id
        events: list[ProviderEvent] = []
        for choice in piece.choices:
            if choice.delta.reasoning_content:
                events.append(ThinkingDelta(choice.delta.reasoning_content))
            if choice.delta.content:
                events.append(TextDelta(choice.delta.content))
            if choice.finish_reason:
                self._stop = "length" if choice.finish_reason == "length" else "end"
        return events + self._count(piece, bool(events))

    def _count(self, piece: _Piece, spoke: bool) -> list[ProviderEvent]:
        if counts := piece.usage:
            self._usage = Usage(
                input=counts.prompt_tokens,
                output=counts.completion_tokens,
                cache_read=counts.prompt_tokens_details.cached_tokens,
            )
        elif timings := piece.timings:
            self._usage = Usage(
                input=timings.cache_n + timings.prompt_n,
                output=timings.predicted_n,
                cache_read=timings.cache_n,
            )
        self._pieces += spoke
        return [UsageUpdate(self._usage)] if spoke and self._pieces % _USAGE_EVERY == 1 else []

    def ended(self) -> StreamEnd:
        """Return the last event, provided that llama.cpp said that it was done."""
        if self._stop is None:
            raise _cut(self._ref)
        return StreamEnd(self._stop, self._usage, self._id)


def failure(payload: bytes, ref: ModelRef) -> ProviderError:
    """Return the error that llama.cpp's own error object stands for."""
    try:
        error = msgspec.json.decode(payload, type=_Piece).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        error = None
    if error is None:
        return _cut(ref)
    if error.type == "exceed_context_size_error":
        return TooLong(
            f"The conversation has {error.n_prompt_tokens or 'more'} tokens and {ref} takes "
            f"{error.n_ctx or 'fewer'}; shorten it or take a model with a larger window.",
            ref=ref,
        )
    return BadRequest(f"llama.cpp did not take the request: {error.message.rstrip('.')}.", ref=ref)


def _cut(ref: ModelRef) -> Interrupted:
    return Interrupted("llama.cpp stopped in the middle; the next message starts it again.", ref=ref)
