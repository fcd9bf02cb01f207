"""Anthropic Messages, by the `anthropic` SDK."""

import os
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from mixchat.domain.events import Notice, ProviderEvent
from mixchat.domain.model import ModelCard, ModelRef
from mixchat.domain.request import Message, ModelRequest
from mixchat.domain.usage import Usage
from mixchat.providers.adapter import Adapter
from mixchat.providers.errors import ErrorMapper
from mixchat.providers.event_stream import WireEvent, json_body
from mixchat.providers.json_values import count, day, flag, name, table, tables, text, total
from mixchat.providers.openai_client import foreign_headers
from mixchat.providers.stream_state import StreamState
from mixchat.providers.wire_request import (
    Body,
    OptionalField,
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
    from httpx2 import Response

MAX_TOKENS: Final = 16_000
"""The limit where nobody set one: thinking counts towards it, so less can leave no room for the reply."""

_MOST_PAGES: Final = 5
_SEARCH: Final[Body] = {"tools": [{"type": "web_search_20250305", "name": "web_search", "max_uses": 5}]}
_OPTIONAL: Final = {
    "thinking": OptionalField(r"thinking"),
    "output_config": OptionalField(r"effort|output_config", "an effort"),
    "tools": OptionalField(r"web_search|tools?\b", "a web search"),
    "cache_control": OptionalField(r"cache_control"),
}


class AnthropicProvider(Adapter["AsyncAnthropic"]):
    """Streams Messages; the prompt's beginning is cached for five minutes, or an hour where that pays."""

    def _create_client(self, key: str) -> "AsyncAnthropic":
        import anthropic

        foreign = foreign_headers(self._service, os.environ.get("ANTHROPIC_CUSTOM_HEADERS"))
        headers: Any = dict.fromkeys(foreign, anthropic.omit) | self._service.headers
        client = anthropic.AsyncAnthropic(
            api_key=key or "none",
            base_url=self._service.root,
            default_query=self._service.query or None,
            max_retries=0,
            http_client=self._endpoint.connections.sdk,
            default_headers=headers,
            timeout=self._endpoint.connections.sdk.timeout,
        )
        _ = client.messages, client.models  # imported when they are first named, and not on the loop
        return client

    def _build_request(self, request: ModelRequest, card: ModelCard) -> WireRequest:
        return _request_body(request, card)

    def _parser(self, mapper: ErrorMapper, card: ModelCard) -> "AnthropicParser":
        return AnthropicParser(StreamState(mapper))

    @asynccontextmanager
    async def _open_stream(
        self, client: "AsyncAnthropic", mapper: ErrorMapper, body: Body
    ) -> "AsyncGenerator[Response]":
        async with client.messages.with_streaming_response.create(**body, stream=True) as raw:
            yield raw.http_response

    async def _list_models(self, client: "AsyncAnthropic", mapper: ErrorMapper) -> Sequence[ModelCard]:
        cards: list[ModelCard] = []
        after: dict[str, Any] = {}
        for _ in range(_MOST_PAGES):
            raw = await client.models.with_raw_response.list(limit=1000, **after)
            found = json_body(await raw.http_response.aread(), mapper)
            page = table(found)
            cards += [self._card(model) for model in tables(page.get("data")) or tables(found)]
            last = name(page.get("last_id"))
            if page.get("has_more") is not True or not last or after.get("after_id") == last:
                break
            after = {"after_id": last}
        return cards

    def _card(self, model: Mapping[str, object]) -> ModelCard:
        able = table(model.get("capabilities"))
        return ModelCard(
            ref=ModelRef(self.name, name(model.get("id"))),
            name=text(model.get("display_name")) or None,
            context_window=count(model.get("max_input_tokens")),
            max_output=count(model.get("max_tokens")),
            images=_supported(able, "image_input"),
            pdfs=_supported(able, "pdf_input"),
            thinks=_supported(able, "thinking"),
            retires=day(model.get("retires_at")),
        )


def _supported(able: Mapping[str, object], capability: str) -> bool | None:
    said = able.get(capability)
    return flag(table(said).get("supported", said))


def _request_body(request: ModelRequest, card: ModelCard) -> WireRequest:
    limit = request.max_tokens or min(card.max_output or MAX_TOKENS, 2 * MAX_TOKENS)
    body: Body = {
        "model": request.ref.model,
        "messages": [_written(message) for message in turns(request)],
        "max_tokens": min(limit, card.max_output or limit),
        "cache_control": {"type": "ephemeral"} | ({"ttl": "1h"} if request.long_cache else {}),
    }
    notices: list[Notice] = []
    if request.system:
        body["system"] = request.system
    body |= search(request, card, _SEARCH, notices)
    if request.temperature is not None:
        notices.append(dropped_parameters("a temperature", request.ref))
    body |= _thinking(request, card, notices)
    return WireRequest(
        body=body,
        optional=_OPTIONAL,
        notices=tuple(notices),
        limit=body["max_tokens"],
        has_system=bool(request.system),
    )


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


class AnthropicParser:
    """Makes events of one reply, streamed or whole."""

    def __init__(self, state: StreamState) -> None:
        self.state = state
        self._counts: dict[str, object] = {}

    def parse(self, event: WireEvent) -> Sequence[ProviderEvent]:
        """Return what one event, or a whole message, says."""
        self.state.fail_on_error(event)
        told = table(event.data)
        match text(told.get("type")) or event.name:
            case "content_block_delta":
                return self._delta(table(told.get("delta")))
            case "content_block_start":
                return self._block(table(told.get("content_block")))
            case "message_start":
                return self._used(table(told.get("message")).get("usage"))
            case "message_delta":
                return self._ending(table(told.get("delta")), told.get("usage"))
            case "message":
                return self._whole(told)
            case kind:
                self.state.ended = self.state.ended or kind == "message_stop"
                return []

    def finish(self) -> list[ProviderEvent]:
        """Return nothing: nothing is held back."""
        return []

    def _whole(self, message: Mapping[str, object]) -> list[ProviderEvent]:
        events: list[ProviderEvent] = []
        for block in tables(message.get("content")):
            events += self._block(block)
        events += self._ending(message, message.get("usage"))
        self.state.ended = True
        return events

    def _block(self, block: Mapping[str, object]) -> list[ProviderEvent]:
        if block.get("name") == "web_search":
            return self.state.searching("searching the web")
        events = self.state.thinking(block.get("thinking")) + self.state.text(block.get("text"))
        for source in tables(block.get("citations")):
            events += self.state.citation(source.get("url"), source.get("title"))
        return events

    def _delta(self, delta: Mapping[str, object]) -> list[ProviderEvent]:
        match delta.get("type"):
            case "citations_delta":
                source = table(delta.get("citation"))
                return self.state.citation(source.get("url"), source.get("title"))
            case "input_json_delta" | "signature_delta":
                return []
            case _:
                return self.state.thinking(delta.get("thinking")) + self.state.text(delta.get("text"))

    def _ending(self, delta: Mapping[str, object], usage: object) -> list[ProviderEvent]:
        reason = delta.get("stop_reason")
        why = text(table(delta.get("stop_details")).get("explanation"))
        events = [*self._used(usage, final=True), *self.state.finish(reason, why)]
        if reason == "pause_turn":
            events.append(Notice("info", "The search was paused; ask to go on."))
        return events

    def _used(self, usage: object, *, final: bool = False) -> list[ProviderEvent]:
        """Return the usage; the counts are cumulative, and the first `output_tokens` is a placeholder."""
        told = table(usage)
        self._counts |= {field: value for field, value in told.items() if value is not None}
        return self.state.used(_usage(self._counts, final=final)) if told else []


def _usage(counts: Mapping[str, object], *, final: bool) -> Usage:
    read, written = (count(counts.get(f"cache_{way}_input_tokens")) for way in ("read", "creation"))
    created, thought, served = (
        table(counts.get(field)) for field in ("cache_creation", "output_tokens_details", "server_tool_use")
    )
    fresh = count(counts.get("input_tokens"))
    tier = text(counts.get("speed")) or text(counts.get("service_tier"))
    return Usage(
        input=None if fresh is None else total(fresh, read, written),
        output=count(counts.get("output_tokens")) if final else None,
        cache_read=read,
        cache_write=written,
        cache_write_long=count(created.get("ephemeral_1h_input_tokens")),
        reasoning=count(thought.get("thinking_tokens")),
        searches=count(served.get("web_search_requests")),
        tier=tier if tier not in {"", "standard"} else None,
        place=text(counts.get("inference_geo")).lower() or None,
    )
