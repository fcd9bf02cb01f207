"""Gemini, by the `google-genai` SDK."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from mixchat.domain.events import Notice, ProviderEvent
from mixchat.domain.model import ModelCard, ModelRef
from mixchat.domain.request import Message, ModelRequest
from mixchat.domain.usage import Usage
from mixchat.providers.adapter import Adapter
from mixchat.providers.connections import added_query, on_response
from mixchat.providers.errors import ErrorMapper
from mixchat.providers.event_stream import WireEvent, json_body
from mixchat.providers.json_values import count, flag, listing, name, table, tables, text, total
from mixchat.providers.stream_state import StreamState
from mixchat.providers.wire_request import (
    Body,
    OptionalField,
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

_LEVELS: Final[Mapping[str, str]] = {"minimal": "MINIMAL", "low": "LOW", "medium": "MEDIUM", "high": "HIGH", "xhigh": "XHIGH",
                                     "max": "XHIGH"}  # fmt: skip
_MOST_PAGES: Final = 20
_OPTIONAL: Final = {
    "thinking_config": OptionalField(r"thinking|thought", "an effort"),
    "temperature": OptionalField(r"temperature|sampling", "a temperature"),
    "max_output_tokens": OptionalField(r"max_?output_?tokens", "a limit of tokens"),
    "tools": OptionalField(r"google_?search|tools?\b|grounding", "a web search"),
}


class GoogleProvider(Adapter["Client"]):
    """Streams Gemini; the SDK's own continuation and its retries are off."""

    def _create_client(self, key: str) -> "Client":
        from google import genai
        from google.genai import types

        connections = self._endpoint.connections
        options: dict[str, Any] = {
            "base_url": self._service.root,
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

    def _parser(self, mapper: ErrorMapper, card: ModelCard) -> "GoogleParser":
        return GoogleParser(StreamState(mapper))

    @asynccontextmanager
    async def _open_stream(
        self, client: "Client", mapper: ErrorMapper, body: Body
    ) -> "AsyncGenerator[Response]":
        config: Any = {field: value for field, value in body.items() if field not in {"model", "contents"}}

        async def send() -> None:
            stream = await client.aio.models.generate_content_stream(
                model=body["model"], contents=body["contents"], config=config
            )
            await anext(stream, None)  # the SDK sends when the first chunk is asked for

        response = await _taken(send, self._service.query)
        if response is None:
            raise mapper.cut()
        try:
            yield response
        finally:
            await response.aclose()

    async def _list_models(self, client: "Client", mapper: ErrorMapper) -> Sequence[ModelCard]:
        cards: list[ModelCard] = []
        after: dict[str, Any] = {}
        for _ in range(_MOST_PAGES):
            config: Any = {"page_size": 1000, **after}
            response = await _taken(partial(client.aio.models.list, config=config), self._service.query)
            if response is None:
                raise mapper.cut()
            found = json_body(await response.aread(), mapper)
            page = table(found)
            cards += [self._card(model) for model in tables(page.get("models")) if _writes(model)]
            token = text(page.get("nextPageToken"))
            if not token or after.get("page_token") == token:
                break
            after = {"page_token": token}
        return cards

    def _card(self, model: Mapping[str, object]) -> ModelCard:
        return ModelCard(
            ref=ModelRef(self.name, name(model.get("name")).removeprefix("models/")),
            name=text(model.get("displayName")) or None,
            context_window=count(model.get("inputTokenLimit")),
            max_output=count(model.get("outputTokenLimit")),
            thinks=flag(model.get("thinking")),
        )


def _writes(model: Mapping[str, object]) -> bool:
    """Whether a model of the list writes replies, as far as the list says what it can do."""
    able = model.get("supportedGenerationMethods")
    return able is None or "generateContent" in listing(able)


async def _taken(send: Callable[[], Awaitable[object]], query: Mapping[str, str]) -> "Response | None":
    """Let the SDK send, and return the response in its stead: it reads none of a good one.

    The SDK's own reading fails on any field of another shape, and its generator leaves the connection to the garbage
    collector. An error's response stays the SDK's, which raises it. `query` is added here, since the SDK puts paths that
    have a query of their own behind the address.
    """
    import httpx2

    taken: list[Response] = []

    async def take(response: "Response") -> None:
        if response.status_code == 200:
            kept = httpx2.Response(
                200, headers=response.headers, stream=response.stream, request=response.request
            )
            taken.append(kept)
            response.stream = httpx2.ByteStream(b"{}")

    marks = on_response.set(take), added_query.set(query)
    try:
        await send()
    except BaseException:
        for response in taken:
            await response.aclose()
        raise
    finally:
        on_response.reset(marks[0])
        added_query.reset(marks[1])
    return taken[0] if taken else None


def _build_models() -> None:
    """Build what the SDK would build at the first request, while the loop stood still."""
    from google.genai import types

    part = {"text": "a"}
    types.GenerateContentConfig.model_validate({"system_instruction": "a", "tools": [{"google_search": {}}]})
    types.GenerateContentResponse.model_validate({"candidates": [{"content": {"parts": [part]}}]})
    types.Content.model_validate({"role": "user", "parts": [part]})
    types.HttpResponse.model_validate({"headers": {}})


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
    return WireRequest(
        body=body,
        optional=_OPTIONAL,
        notices=tuple(notices),
        limit=body.get("max_output_tokens"),
        has_system=bool(request.system),
    )


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


class GoogleParser:
    """Makes events of one reply. A whole one is a chunk, or a list of them, as a gateway sends it."""

    def __init__(self, state: StreamState) -> None:
        self.state = state
        self._searches: set[str] = set()

    def parse(self, event: WireEvent) -> Sequence[ProviderEvent]:
        """Return what one chunk says."""
        events: list[ProviderEvent] = []
        for chunk in tables(event.data) or [table(event.data)]:
            self.state.fail_on_error(WireEvent(chunk, event.name))
            events += self._chunk(chunk)
        if event.kind == "whole":
            self.state.ended = self.state.stop is not None
        return events

    def finish(self) -> list[ProviderEvent]:
        """Return nothing: nothing is held back."""
        return []

    def _chunk(self, chunk: Mapping[str, object]) -> list[ProviderEvent]:
        state = self.state
        state.request_id = text(chunk.get("responseId")) or state.request_id
        events: list[ProviderEvent] = []
        for candidate in tables(chunk.get("candidates"))[:1]:
            events += self._candidate(candidate)
        if reason := text(table(chunk.get("promptFeedback")).get("blockReason")):
            state.refuse(reason)
        if told := table(chunk.get("usageMetadata")):
            events += state.used(self._usage(told))
        return events

    def _candidate(self, candidate: Mapping[str, object]) -> list[ProviderEvent]:
        events: list[ProviderEvent] = []
        for part in tables(table(candidate.get("content")).get("parts")):
            say = self.state.thinking if part.get("thought") else self.state.text
            events += say(part.get("text"))
        grounding = table(candidate.get("groundingMetadata"))
        self._searches.update(
            query for query in listing(grounding.get("webSearchQueries")) if isinstance(query, str)
        )
        for chunk in tables(grounding.get("groundingChunks")):
            source = table(chunk.get("web"))
            events += self.state.citation(source.get("uri"), source.get("title"))
        return events + self.state.finish(candidate.get("finishReason"), candidate.get("finishMessage"))

    def _usage(self, told: Mapping[str, object]) -> Usage:
        """Return the usage; what was thought comes on top of the candidates, what tools read on top of the prompt."""
        tier = text(told.get("serviceTier") or told.get("trafficType")).lower()
        thought = count(told.get("thoughtsTokenCount"))
        return Usage(
            input=total(count(told.get("promptTokenCount")), count(told.get("toolUsePromptTokenCount"))),
            output=total(count(told.get("candidatesTokenCount")), thought),
            cache_read=count(told.get("cachedContentTokenCount")),
            reasoning=thought,
            searches=len(self._searches) or None,
            tier=tier if tier in {"flex", "priority", "batch"} else None,
        )
