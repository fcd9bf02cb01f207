"""OpenAI Responses, by the `openai` SDK."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from mixchat.domain.events import Notice, ProviderEvent
from mixchat.domain.model import ModelCard
from mixchat.domain.request import Message, ModelRequest
from mixchat.domain.usage import Usage
from mixchat.providers.adapter import Adapter
from mixchat.providers.errors import ErrorMapper
from mixchat.providers.event_stream import WireEvent
from mixchat.providers.json_values import count, table, tables, text
from mixchat.providers.openai_client import list_models, openai_client
from mixchat.providers.provider_charge import charge_of
from mixchat.providers.stream_state import StreamState
from mixchat.providers.wire_request import (
    Body,
    OptionalField,
    WireRequest,
    data_url,
    dropped_parameters,
    images,
    pdfs,
    search,
    temperature,
    turns,
    words,
)

if TYPE_CHECKING:
    from httpx2 import Response
    from openai import AsyncOpenAI

_OPTIONAL: Final = {
    "reasoning": OptionalField(r"reasoning|effort", "an effort"),
    "temperature": OptionalField(r"temperature|sampling", "a temperature"),
    "max_output_tokens": OptionalField(r"max_output_tokens", "a limit of tokens"),
    "tools": OptionalField(r"web_search|tools?\b", "a web search"),
    "store": OptionalField(r"\bstore\b"),
    "prompt_cache_key": OptionalField(r"prompt_cache_key"),
}
_ENDINGS: Final = {
    "response.completed": "completed",
    "response.incomplete": "incomplete",
    "response.failed": "failed",
}


class ResponsesProvider(Adapter["AsyncOpenAI"]):
    """Streams Responses; nothing is stored at the provider."""

    def _create_client(self, key: str) -> "AsyncOpenAI":
        client = openai_client(self._service, key, self._endpoint.connections)
        _ = client.responses  # imported when it is first named, and not on the loop
        return client

    def _build_request(self, request: ModelRequest, card: ModelCard) -> WireRequest:
        return _request_body(request, card)

    def _parser(self, mapper: ErrorMapper, card: ModelCard) -> "ResponsesParser":
        return ResponsesParser(StreamState(mapper))

    @asynccontextmanager
    async def _open_stream(
        self, client: "AsyncOpenAI", mapper: ErrorMapper, body: Body
    ) -> "AsyncGenerator[Response]":
        async with client.responses.with_streaming_response.create(**body, stream=True) as raw:
            yield raw.http_response

    async def _list_models(self, client: "AsyncOpenAI", mapper: ErrorMapper) -> Sequence[ModelCard]:
        return await list_models(self.name, client, mapper)


def _request_body(request: ModelRequest, card: ModelCard) -> WireRequest:
    notices: list[Notice] = []
    body: Body = {
        "model": request.ref.model,
        "input": [_written(message) for message in turns(request)],
        "store": False,
    }
    if request.conversation is not None:
        body["prompt_cache_key"] = request.conversation
    if request.system:
        body["instructions"] = request.system
    if request.max_tokens is not None:
        body["max_output_tokens"] = min(request.max_tokens, card.max_output or request.max_tokens)
    body |= temperature(request, card, notices)
    body |= search(request, card, {"tools": [{"type": "web_search"}]}, notices)
    if (reasoning := _reasoning(request, card, notices)) is not None:
        body["reasoning"] = reasoning
    return WireRequest(
        body=body,
        optional=_OPTIONAL,
        notices=tuple(notices),
        limit=body.get("max_output_tokens"),
        has_system=bool(request.system),
    )


def _reasoning(request: ModelRequest, card: ModelCard, notices: list[Notice]) -> Body | None:
    """Return the field for thinking: a summary where the model thinks, nothing where that is unknown."""
    effort = request.effort
    if effort is not None and (
        card.thinks is False or (card.efforts is not None and effort not in card.efforts)
    ):
        notices.append(dropped_parameters(f"the effort {effort}", request.ref))
        effort = None
    if effort is not None:
        return {"effort": effort} if effort == "none" else {"effort": effort, "summary": "auto"}
    return {"summary": "auto"} if card.thinks else None


def _written(message: Message) -> Body:
    if not message.attachments:
        return {"role": message.role, "content": message.text}
    parts: list[Body] = [
        {"type": "input_image", "image_url": data_url(file), "detail": "auto"} for file in images(message)
    ]
    parts += [
        {"type": "input_file", "filename": file.name, "file_data": data_url(file)} for file in pdfs(message)
    ]
    if text := words(message):
        parts.append({"type": "input_text", "text": text})
    return {"role": message.role, "content": parts}


class ResponsesParser:
    """Makes events of one reply, streamed or whole."""

    def __init__(self, state: StreamState) -> None:
        self.state = state
        self._refusal = ""

    def parse(self, event: WireEvent) -> Sequence[ProviderEvent]:
        """Return what one event, or a whole response, says."""
        told = table(event.data)
        kind = text(told.get("type")) or event.name
        response = table(told.get("response"))
        if (kind == "response.failed" or told.get("status") == "failed") and not self.state.complete:
            raise self.state.errors.failure(response or told)
        if kind not in _ENDINGS and told.get("object") != "response":
            self.state.fail_on_error(event)
        if kind in _ENDINGS:
            return self._ending(_ENDINGS[kind], response)
        if told.get("object") == "response" and event.kind == "whole":
            return self._whole(told)
        if kind == "response.output_text.annotation.added":
            note = table(told.get("annotation"))
            return self.state.citation(note.get("url"), note.get("title"))
        return self._delta(kind, told)

    def finish(self) -> list[ProviderEvent]:
        """Return the refusal as text where text went before it; else it is the error's sentence."""
        if not self._refusal or self.state.stop is None:
            return []
        said = self.state.said
        self.state.refuse(self._refusal)
        return self.state.text(self._refusal) if said else []

    def _delta(self, kind: str, told: Mapping[str, object]) -> Sequence[ProviderEvent]:
        delta = told.get("delta")
        match kind:
            case "response.output_text.delta":
                return self.state.text(delta)
            case "response.reasoning_summary_text.delta" | "response.reasoning_text.delta":
                return self.state.thinking(delta)
            case "response.reasoning_summary_part.added":
                return self.state.thinking("\n\n" if told.get("summary_index") else "")
            case "response.web_search_call.searching":
                return self.state.searching("searching the web")
            case _:
                self._refusal += text(delta) if kind == "response.refusal.delta" else ""
                # The first sign of life of a model that thinks in silence.
                return self.state.used(Usage()) if kind == "response.created" else []

    def _whole(self, response: Mapping[str, object]) -> Sequence[ProviderEvent]:
        return [*self._output(response), *self._ending(text(response.get("status")) or "completed", response)]

    def _output(self, response: Mapping[str, object]) -> list[ProviderEvent]:
        """Return what the items of a response say."""
        events: list[ProviderEvent] = []
        for item in tables(response.get("output")):
            for part in tables(item.get("summary")):
                events += self.state.thinking(part.get("text"))
            for part in tables(item.get("content")):
                if part.get("type") == "reasoning_text":
                    events += self.state.thinking(part.get("text"))
                    continue
                events += self.state.text(part.get("text"))
                self._refusal += text(part.get("refusal"))
                for note in tables(part.get("annotations")):
                    events += self.state.citation(note.get("url"), note.get("title"))
        return events

    def _ending(self, status: str, response: Mapping[str, object]) -> Sequence[ProviderEvent]:
        events: list[ProviderEvent] = []
        if not self.state.said:  # some gateways stream nothing and put all of it into the last event
            events += self._output(response)
        if table(response.get("usage")):
            events += self.state.used(_usage(response))
        why = table(response.get("incomplete_details")).get("reason")
        reason = "end" if status == "completed" else why or ("length" if status == "incomplete" else status)
        events += self.state.finish(reason)
        self.state.ended = True
        return events


def _usage(response: Mapping[str, object]) -> Usage:
    told = table(response.get("usage"))
    read = table(told.get("input_tokens_details"))
    written = table(told.get("output_tokens_details"))
    lasting = table(read.get("cache_write_tokens_details"))
    tier = text(response.get("service_tier"))
    searches = count(table(table(response.get("tool_usage")).get("web_search")).get("num_requests"))
    if searches is None:
        searches = count(told.get("num_sources_used"))
    return Usage(
        input=count(told.get("input_tokens")),
        output=count(told.get("output_tokens")),
        cache_read=count(read.get("cached_tokens")),
        cache_write=count(read.get("cache_write_tokens")),
        cache_write_long=count(lasting.get("ttl_12h_tokens")),
        reasoning=count(written.get("reasoning_tokens")),
        searches=searches,
        tier=tier if tier not in {"", "default", "auto"} else None,
        billed=charge_of(told),
    )
