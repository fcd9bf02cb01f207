"""Anthropic Messages, by the `anthropic` SDK."""

import os
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from mixchat.domain.events import Notice, ProviderEvent
from mixchat.domain.model import ModelCard, ModelRef
from mixchat.domain.request import Message, ModelRequest
from mixchat.domain.turn import Stop
from mixchat.domain.usage import Usage
from mixchat.providers.adapter import Adapter
from mixchat.providers.errors import ErrorMapper
from mixchat.providers.openai_client import foreign_headers
from mixchat.providers.stream_state import Event, EventParser, StreamState, check_stream, count, table, total
from mixchat.providers.wire_request import (
    Body,
    WireRequest,
    dropped_parameters,
    encoded,
    images,
    pdfs,
    search,
    turns,
    words,
)

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

MAX_TOKENS: Final = 16_000
"""The limit where nobody set one: thinking counts towards it, so less can leave no room for the reply."""

_STOPS: Final[dict[str, Stop]] = {
    "end_turn": "end", "stop_sequence": "end", "tool_use": "end", "max_tokens": "length",
    "model_context_window_exceeded": "length", "pause_turn": "length", "refusal": "refused",
}  # fmt: skip
_SEARCH: Final[Body] = {"tools": [{"type": "web_search_20250305", "name": "web_search", "max_uses": 5}]}
_OPTIONAL: Final = {
    "thinking": r"thinking",
    "output_config": r"effort|output_config",
    "tools": r"web_search|tools?\b",
    "cache_control": r"cache_control",
}


class AnthropicProvider(Adapter["AsyncAnthropic"]):
    """Streams Messages; the prompt's beginning is cached for five minutes."""

    def _create_client(self, key: str) -> "AsyncAnthropic":
        import anthropic

        foreign = foreign_headers(self._service, os.environ.get("ANTHROPIC_CUSTOM_HEADERS"))
        headers: Any = dict.fromkeys(foreign, anthropic.omit) | self._service.headers
        _build_events()
        return anthropic.AsyncAnthropic(
            api_key=key or "none",
            base_url=self._service.base_url,
            max_retries=0,
            http_client=self._endpoint.connections.sdk,
            default_headers=headers,
            timeout=self._endpoint.connections.sdk.timeout,
        )

    def _build_request(self, request: ModelRequest, card: ModelCard) -> WireRequest:
        return _request_body(request, card)

    def _parser(self, mapper: ErrorMapper) -> "_Reader":
        return _Reader(mapper)

    @asynccontextmanager
    async def _open_stream(
        self, client: "AsyncAnthropic", reader: EventParser, body: Body
    ) -> AsyncGenerator[AsyncIterator[Event]]:
        async with await client.messages.create(**body, stream=True) as stream:
            reader.state.request_id = stream.response.headers.get("request-id")
            await check_stream(stream.response, reader.state.mapper)
            yield stream

    async def _list_models(self, client: "AsyncAnthropic", mapper: ErrorMapper) -> tuple[ModelCard, ...]:
        return tuple([self._card(model) async for model in client.models.list(limit=1000)])

    def _card(self, model: Event) -> ModelCard:
        able = getattr(model, "capabilities", None)
        retires = getattr(model, "retires_at", None)
        return ModelCard(
            ref=ModelRef(self.name, model.id),
            name=model.display_name,
            context_window=count(getattr(model, "max_input_tokens", None)),
            max_output=count(getattr(model, "max_tokens", None)),
            images=_supported(able, "image_input"),
            pdfs=_supported(able, "pdf_input"),
            thinks=_supported(able, "thinking"),
            retires=date.fromisoformat(str(retires)[:10]) if retires else None,
        )


def _build_events() -> None:
    """Build what the SDK would build at the first event, while the loop stood still."""
    from anthropic.types import RawMessageStreamEvent

    try:
        from anthropic._models import construct_type
    except ImportError:  # the SDK's own affair; the first event is slower then
        return
    construct_type(type_=RawMessageStreamEvent, value={"type": "message_stop"})


def _supported(able: Event, name: str) -> bool | None:
    said = getattr(able, name, None)
    said = getattr(said, "supported", said)
    return said if isinstance(said, bool) else None


def _request_body(request: ModelRequest, card: ModelCard) -> WireRequest:
    limit = request.max_tokens or min(card.max_output or MAX_TOKENS, 2 * MAX_TOKENS)
    body: Body = {
        "model": request.ref.model,
        "messages": [_written(message) for message in turns(request)],
        "max_tokens": min(limit, card.max_output or limit),
        "cache_control": {"type": "ephemeral"},
    }
    notices: list[Notice] = []
    if request.system:
        body["system"] = request.system
    body |= search(request, card, _SEARCH, notices)
    if request.temperature is not None:
        notices.append(dropped_parameters("a temperature", request.ref))
    body |= _thinking(request, card, notices)
    return WireRequest(body=body, optional=_OPTIONAL, notices=tuple(notices))


def _thinking(request: ModelRequest, card: ModelCard, notices: list[Notice]) -> Body:
    """Return the fields for thinking and effort: adaptive where the model has levels, nothing where it is unknown."""
    levels = card.efforts
    body: Body = {}
    if levels and card.thinks is not False:
        body["thinking"] = {"type": "adaptive", "display": "summarized"}
    effort = {"minimal": "low"}.get(request.effort or "", request.effort)
    if effort is None:
        return body
    if effort == "none":
        return {"thinking": {"type": "disabled"}} if body else {}
    if levels == () or (levels and effort not in levels):
        notices.append(dropped_parameters(f"the effort {effort}", request.ref))
        return body
    return body | {"output_config": {"effort": effort}}


def _written(message: Message) -> Body:
    if not message.attachments:
        return {"role": message.role, "content": message.text}
    blocks: list[Body] = [
        {"type": kind, "source": {"type": "base64", "media_type": file.media_type, "data": encoded(file)}}
        for kind, files in (("document", pdfs(message)), ("image", images(message)))
        for file in files
    ]
    text = words(message)
    return {"role": message.role, "content": [*blocks, *([{"type": "text", "text": text}] if text else [])]}


class _Reader:
    def __init__(self, mapper: ErrorMapper) -> None:
        self.state = StreamState(mapper)
        self._counts: dict[str, object] = {}

    def read(self, event: Event) -> Sequence[ProviderEvent]:
        # By type, never by class: the SDK builds unknown events as some known class.
        self.state.settled = event.type == "message_stop"
        match event.type:
            case "content_block_delta":
                return self._delta(event.delta)
            case "content_block_start":
                if getattr(event.content_block, "name", None) == "web_search":
                    return self.state.searching("searching the web")
                return self.state.text(getattr(event.content_block, "text", None))
            case "message_start":
                return self._used(event.message.usage)
            case "message_delta":
                return self._ending(event)
            case _:
                return []

    def _delta(self, delta: Event) -> Sequence[ProviderEvent]:
        match delta.type:
            case "text_delta":
                return self.state.text(delta.text)
            case "thinking_delta":
                return self.state.thinking(delta.thinking)
            case "citations_delta":
                citation = delta.citation
                return self.state.citation(getattr(citation, "url", None), getattr(citation, "title", None))
            case _:
                return []

    def _ending(self, event: Event) -> Sequence[ProviderEvent]:
        said = event.delta.stop_reason
        if said is not None:
            self.state.stop = _STOPS.get(said, "end")
        details = getattr(event.delta, "stop_details", None)
        self.state.why = getattr(details, "explanation", None) or ""
        paused = [Notice("info", "The search was paused; ask to go on.")] if said == "pause_turn" else []
        return [*self._used(event.usage, final=True), *paused]

    def _used(self, usage: Event, *, final: bool = False) -> Sequence[ProviderEvent]:
        """Return the usage; the counts are cumulative, and the first `output_tokens` is a placeholder."""
        told = table(usage)
        self._counts |= {name: value for name, value in told.items() if value is not None}
        return self.state.used(_usage(self._counts, final=final))


def _usage(counts: dict[str, object], *, final: bool) -> Usage:
    read, written = (count(counts.get(f"cache_{way}_input_tokens")) for way in ("read", "creation"))
    created, thought, served = (
        table(counts.get(name)) for name in ("cache_creation", "output_tokens_details", "server_tool_use")
    )
    fresh = count(counts.get("input_tokens"))
    tier = counts.get("speed") or counts.get("service_tier")
    return Usage(
        input=None if fresh is None else total(fresh, read, written),
        output=count(counts.get("output_tokens")) if final else None,
        cache_read=read,
        cache_write=written,
        cache_write_long=count(created.get("ephemeral_1h_input_tokens")),
        reasoning=count(thought.get("thinking_tokens")),
        searches=count(served.get("web_search_requests")),
        tier=tier if isinstance(tier, str) and tier != "standard" else None,
    )
