"""OpenAI Responses, by the `openai` SDK."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from mixchat.domain.events import Notice, ProviderEvent
from mixchat.domain.model import ModelCard
from mixchat.domain.request import Message, ModelRequest
from mixchat.domain.turn import Stop
from mixchat.domain.usage import Usage
from mixchat.providers.adapter import Adapter
from mixchat.providers.errors import ErrorMapper
from mixchat.providers.openai_client import listed, openai_client, preload_responses
from mixchat.providers.stream_state import Event, EventParser, StreamState, check_stream, count, table
from mixchat.providers.wire_request import (
    Body,
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
    from openai import AsyncOpenAI

_OPTIONAL: Final = {
    "reasoning": r"reasoning|effort",
    "temperature": r"temperature|sampling",
    "max_output_tokens": r"max_output_tokens",
    "tools": r"web_search|tools?\b",
    "store": r"\bstore\b",
}
_CUT: Final[dict[str, Stop]] = {"content_filter": "refused"}


class ResponsesProvider(Adapter["AsyncOpenAI"]):
    """Streams Responses; nothing is stored at the provider."""

    def _create_client(self, key: str) -> "AsyncOpenAI":
        client = openai_client(self._service, key, self._endpoint.connections)
        preload_responses(client)
        return client

    def _build_request(self, request: ModelRequest, card: ModelCard) -> WireRequest:
        return _request_body(request, card)

    def _parser(self, mapper: ErrorMapper) -> "_Reader":
        return _Reader(mapper)

    @asynccontextmanager
    async def _open_stream(
        self, client: "AsyncOpenAI", reader: EventParser, body: Body
    ) -> AsyncGenerator[AsyncIterator[Event]]:
        async with await client.responses.create(**body, stream=True) as stream:
            reader.state.request_id = stream.response.headers.get("x-request-id")
            await check_stream(stream.response, reader.state.mapper)
            yield stream

    async def _list_models(self, client: "AsyncOpenAI", mapper: ErrorMapper) -> tuple[ModelCard, ...]:
        return await listed(self.name, client.models.list())


def _request_body(request: ModelRequest, card: ModelCard) -> WireRequest:
    notices: list[Notice] = []
    body: Body = {
        "model": request.ref.model,
        "input": [_written(message) for message in turns(request)],
        "store": False,
    }
    if request.system:
        body["instructions"] = request.system
    if request.max_tokens is not None:
        body["max_output_tokens"] = min(request.max_tokens, card.max_output or request.max_tokens)
    body |= temperature(request, card, notices)
    body |= search(request, card, {"tools": [{"type": "web_search"}]}, notices)
    if (reasoning := _reasoning(request, card, notices)) is not None:
        body["reasoning"] = reasoning
    return WireRequest(body=body, optional=_OPTIONAL, notices=tuple(notices))


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


class _Reader:
    def __init__(self, mapper: ErrorMapper) -> None:
        self.state = StreamState(mapper)
        self._refusal = ""

    def read(self, event: Event) -> Sequence[ProviderEvent]:
        # By type, never by class: the SDK builds unknown events as some known class.
        kind: str = event.type
        if kind in {"response.completed", "response.incomplete", "response.failed"}:
            return self._ending(kind, event.response)
        if kind == "error":
            raise self.state.mapper.failure({"code": event.code, "message": event.message})
        if kind == "response.output_text.annotation.added":
            note = table(event.annotation)
            return self.state.citation(note.get("url"), note.get("title"))
        return self._delta(kind, event)

    def _delta(self, kind: str, event: Event) -> Sequence[ProviderEvent]:
        if kind == "response.refusal.delta":
            self._refusal += event.delta
        match kind:
            case "response.output_text.delta":
                return self.state.text(event.delta)
            case "response.reasoning_summary_text.delta" | "response.reasoning_text.delta":
                return self.state.thinking(event.delta)
            case "response.reasoning_summary_part.added":
                return self.state.thinking("\n\n" if event.summary_index else "")
            case "response.web_search_call.searching":
                return self.state.searching("searching the web")
            case _:
                # The first sign of life of a model that thinks in silence.
                return self.state.used(Usage()) if kind == "response.created" else []

    def _ending(self, kind: str, response: Event) -> Sequence[ProviderEvent]:
        told = table(response)
        events = self.state.used(_usage(told)) if told.get("usage") else []
        if kind == "response.failed":
            raise self.state.mapper.failure(told)
        why = table(told.get("incomplete_details")).get("reason")
        self.state.stop = "end" if kind == "response.completed" else _CUT.get(str(why), "length")
        self.state.settled = True
        return [*events, *self._declined()]

    def _declined(self) -> Sequence[ProviderEvent]:
        """Return the refusal as text where text went before it; else it is the error's sentence."""
        if not self._refusal:
            return []
        self.state.stop = "refused"
        self.state.why = self._refusal
        return self.state.text(self._refusal) if self.state.said else []


def _usage(response: Mapping[str, object]) -> Usage:
    told = table(response.get("usage"))
    read = table(told.get("input_tokens_details"))
    written = table(told.get("output_tokens_details"))
    lasting = table(read.get("cache_write_tokens_details"))
    tier = response.get("service_tier")
    searches = table(table(response.get("tool_usage")).get("web_search"))
    return Usage(
        input=count(told.get("input_tokens")),
        output=count(told.get("output_tokens")),
        cache_read=count(read.get("cached_tokens")),
        cache_write=count(read.get("cache_write_tokens")),
        cache_write_long=count(lasting.get("ttl_12h_tokens")),
        reasoning=count(written.get("reasoning_tokens")),
        searches=count(searches.get("num_requests")),
        tier=tier if isinstance(tier, str) and tier not in {"default", "auto"} else None,
    )
