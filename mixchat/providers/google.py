"""Gemini, by the `google-genai` SDK."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from mixchat.domain.events import Notice, ProviderEvent
from mixchat.domain.model import ModelCard, ModelRef
from mixchat.domain.request import Message, ModelRequest
from mixchat.domain.turn import Stop
from mixchat.domain.usage import Usage
from mixchat.providers.adapter import Adapter
from mixchat.providers.connections import met
from mixchat.providers.errors import ErrorMapper
from mixchat.providers.stream_state import Event, EventParser, StreamState, check_stream, count, total
from mixchat.providers.wire_request import (
    Body,
    WireRequest,
    dropped_parameters,
    images,
    pdfs,
    search,
    temperature,
    turns,
    words,
)

if TYPE_CHECKING:
    from google.genai import Client
    from httpx2 import Response

_LENGTH: Final = frozenset({"MAX_TOKENS", "CONTINUATION"})
_FILTERED: Final = frozenset({
    "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE", "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT",
})  # fmt: skip
_BROKEN: Final = frozenset({
    "MALFORMED_FUNCTION_CALL", "MALFORMED_RESPONSE", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS",
})  # fmt: skip
_LEVELS: Final[Mapping[str, str]] = {"minimal": "MINIMAL", "low": "LOW", "medium": "MEDIUM", "high": "HIGH", "xhigh": "XHIGH",
                                     "max": "XHIGH"}  # fmt: skip
_OPTIONAL: Final = {
    "thinking_config": r"thinking|thought",
    "temperature": r"temperature|sampling",
    "max_output_tokens": r"max_?output_?tokens",
    "tools": r"google_?search|tools?\b|grounding",
    "system_instruction": r"(?:system|developer) ?instruction",
}


class GoogleProvider(Adapter["Client"]):
    """Streams Gemini; the SDK's own continuation and its retries are off."""

    def _create_client(self, key: str) -> "Client":
        from google import genai
        from google.genai import types

        connections = self._endpoint.connections
        options: dict[str, Any] = {
            "base_url": self._service.base_url,
            "api_version": "v1beta",  # the aliases and the previews are only there
            "timeout": int((connections.sdk.timeout.read or 0) * 1000),
            "headers": self._service.headers or None,
            # Pinned, or the SDK would use aiohttp wherever that can be imported.
            "httpx_async_client": connections.sdk,
        }
        _build_models()
        return genai.Client(
            api_key=key or "none", enterprise=False, http_options=types.HttpOptions(**options)
        )

    def _build_request(self, request: ModelRequest, card: ModelCard) -> WireRequest:
        return _request_body(request, card)

    def _parser(self, mapper: ErrorMapper) -> "_Reader":
        return _Reader(mapper)

    @asynccontextmanager
    async def _open_stream(
        self, client: "Client", reader: EventParser, body: Body
    ) -> AsyncGenerator[AsyncIterator[Event]]:
        responses: list[Response] = []
        try:
            yield await _sent(client, body, responses, reader.state.mapper)
        finally:
            # The SDK's generator leaves the connection to the garbage collector.
            for response in responses:
                await response.aclose()

    async def _list_models(self, client: "Client", mapper: ErrorMapper) -> tuple[ModelCard, ...]:
        listed: list[Event] = [model async for model in await client.aio.models.list()]
        return tuple(
            self._card(model) for model in listed if "generateContent" in (model.supported_actions or ())
        )

    def _card(self, model: Event) -> ModelCard:
        thinks = model.thinking
        return ModelCard(
            ref=ModelRef(self.name, str(model.name).removeprefix("models/")),
            name=model.display_name,
            context_window=count(model.input_token_limit),
            max_output=count(model.output_token_limit),
            thinks=thinks if isinstance(thinks, bool) else None,
        )


def _build_models() -> None:
    """Build what the SDK would build at the first request and the first chunk, while the loop stood still."""
    from google.genai import types

    part = {"text": "a"}
    types.GenerateContentConfig.model_validate({"system_instruction": "a", "tools": [{"google_search": {}}]})
    types.GenerateContentResponse.model_validate(
        {"candidates": [{"content": {"parts": [part], "role": "model"}}], "usage_metadata": {}}
    )
    types.Candidate.model_rebuild()
    types.Content.model_validate({"role": "user", "parts": [part]})
    types.HttpResponse.model_validate({"headers": {}})


async def _sent(
    client: "Client", body: Body, responses: list["Response"], mapper: ErrorMapper
) -> AsyncIterator[Event]:
    """Send the request, which the SDK does when the first chunk is asked for, and return the chunks."""

    async def look(response: "Response") -> None:
        responses.append(response)
        if response.status_code == 200:
            await check_stream(response, mapper)

    config: Any = {name: value for name, value in body.items() if name not in {"model", "contents"}}
    mark = met.set(look)
    try:
        stream: AsyncIterator[Event] = await client.aio.models.generate_content_stream(
            model=body["model"], contents=body["contents"], config=config
        )
        try:
            first = [await anext(stream)]
        except StopAsyncIteration:
            first = []
    finally:
        met.reset(mark)
    return _Chunks(first, stream)


class _Chunks(AsyncIterator[Event]):
    """The chunk that is here and those that follow. No generator: there is nothing to close."""

    def __init__(self, first: list[Event], rest: AsyncIterator[Event]) -> None:
        self._first = first
        self._rest = rest

    async def __anext__(self) -> Event:
        return self._first.pop() if self._first else await anext(self._rest)


def _request_body(request: ModelRequest, card: ModelCard) -> WireRequest:
    notices: list[Notice] = []
    body: Body = {
        "model": request.ref.model,
        "contents": [_written(message) for message in turns(request)],
        "automatic_function_calling": {"disable": True},
        "automatic_continuation": False,
    }
    if request.system:
        body["system_instruction"] = request.system
    if request.max_tokens is not None:
        body["max_output_tokens"] = min(request.max_tokens, card.max_output or request.max_tokens)
    body |= temperature(request, card, notices)
    body |= search(request, card, {"tools": [{"google_search": {}}]}, notices)
    if thinking := _thinking(request, card, notices):
        body["thinking_config"] = thinking
    return WireRequest(body=body, optional=_OPTIONAL, notices=tuple(notices))


def _thinking(request: ModelRequest, card: ModelCard, notices: list[Notice]) -> Body:
    """Return the field for thinking: shown where the model thinks; a level where it has levels, else a budget."""
    if card.thinks is False:
        if request.effort not in {None, "none"}:
            notices.append(dropped_parameters(f"the effort {request.effort}", request.ref))
        return {}
    shown: Body = {"include_thoughts": True} if card.thinks else {}
    effort = request.effort
    if effort is None:
        return shown
    if card.efforts is not None and effort not in card.efforts:
        notices.append(dropped_parameters(f"the effort {effort}", request.ref))
        return shown
    return {"thinking_budget": 0} if effort == "none" else shown | {"thinking_level": _LEVELS[effort]}


def _written(message: Message) -> Body:
    files = [
        {"inline_data": {"mime_type": file.media_type, "data": file.data}}
        for file in (*images(message), *pdfs(message))
    ]
    text = words(message)
    role = "model" if message.role == "assistant" else "user"
    return {"role": role, "parts": [*files, *([{"text": text}] if text else [])]}


class _Reader:
    def __init__(self, mapper: ErrorMapper) -> None:
        self.state = StreamState(mapper)
        self._searches: set[str] = set()

    def read(self, event: Event) -> Sequence[ProviderEvent]:
        state = self.state
        state.request_id = event.response_id or state.request_id
        events: list[ProviderEvent] = []
        candidates: list[Event] = event.candidates or []
        for candidate in candidates[:1]:
            events += self._candidate(candidate)
        feedback = event.prompt_feedback
        if feedback is not None and feedback.block_reason:
            state.stop, state.why = "refused", _name(feedback.block_reason)
        if event.usage_metadata is not None:
            events += state.used(self._usage(event.usage_metadata))
        state.settled = state.stop is not None
        return events

    def _candidate(self, candidate: Event) -> list[ProviderEvent]:
        events: list[ProviderEvent] = []
        parts: list[Event] = (candidate.content.parts or []) if candidate.content else []
        for part in parts:
            events += self.state.thinking(part.text) if part.thought else self.state.text(part.text)
        if (grounding := candidate.grounding_metadata) is not None:
            self._searches.update(grounding.web_search_queries or ())
            sources: list[Event] = grounding.grounding_chunks or []
            for chunk in sources:
                if chunk.web:
                    events += self.state.citation(chunk.web.uri, chunk.web.title)
        if candidate.finish_reason:
            self._finished(_name(candidate.finish_reason), candidate.finish_message)
        return events

    def _finished(self, reason: str, message: str | None) -> None:
        if reason in _BROKEN:
            raise self.state.mapper.cut()
        stop: Stop = "length" if reason in _LENGTH else "refused" if reason in _FILTERED else "end"
        self.state.stop = stop
        self.state.why = message or reason

    def _usage(self, told: Event) -> Usage:
        """Return the usage; what was thought comes on top of the candidates, what tools read on top of the prompt."""
        tier = getattr(told, "service_tier", None)
        named = _name(tier).lower() if tier else None
        return Usage(
            input=total(count(told.prompt_token_count), count(told.tool_use_prompt_token_count)),
            output=total(count(told.candidates_token_count), count(told.thoughts_token_count)),
            cache_read=count(told.cached_content_token_count),
            reasoning=count(told.thoughts_token_count),
            searches=len(self._searches) or None,
            tier=named if named in {"flex", "priority", "batch"} else None,
        )


def _name(reason: Event) -> str:
    return str(getattr(reason, "value", reason))
