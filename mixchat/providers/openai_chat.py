"""Chat Completions, by the `openai` SDK: every server that speaks like OpenAI once did."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from mixchat.config.provider_specs import ProviderSpec
from mixchat.domain.events import Notice, ProviderEvent
from mixchat.domain.model import ModelCard, ModelRef
from mixchat.domain.request import Message, ModelRequest
from mixchat.domain.turn import Stop
from mixchat.domain.usage import Usage
from mixchat.providers.adapter import Adapter
from mixchat.providers.errors import ErrorMapper
from mixchat.providers.openai_client import listed, openai_client, preload_chat
from mixchat.providers.stream_state import (
    Event,
    EventParser,
    StreamState,
    check_stream,
    count,
    listing,
    table,
    tables,
)
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


def usage_of(told: Mapping[str, object], chunk: Mapping[str, object]) -> Usage:
    """Return the usage that `told` means; `chunk` is what it came in."""
    read = table(told.get("prompt_tokens_details"))
    written = table(told.get("completion_tokens_details"))
    cached = read.get("cached_tokens")
    reasoning = count(written.get("reasoning_tokens"))
    tier = chunk.get("service_tier")
    return Usage(
        input=count(told.get("prompt_tokens")),
        output=_output(told, reasoning),
        cache_read=count(told.get("prompt_cache_hit_tokens") if cached is None else cached),
        cache_write=count(read.get("cache_write_tokens")),
        reasoning=reasoning,
        searches=_searches(told),
        tier=tier
        if isinstance(tier, str) and tier not in {"default", "auto", "standard", "on_demand"}
        else None,
        billed=_dollars(told.get("cost")),
    )


def _output(told: Mapping[str, object], reasoning: int | None) -> int | None:
    """Return the tokens out; xAI leaves its reasoning out of them, which only its total shows."""
    out, total, into = (count(told.get(f"{name}_tokens")) for name in ("completion", "total", "prompt"))
    if None in (out, total, into) or not reasoning:
        return out
    assert out is not None
    assert total is not None
    assert into is not None
    return out + reasoning if total == into + out + reasoning else out


def _searches(told: Mapping[str, object]) -> int | None:
    """Return the web searches: OpenRouter's name for them, else xAI's, else Perplexity's."""
    served = table(told.get("server_tool_use")).get("web_search_requests")
    names = (served, told.get("num_sources_used"), told.get("num_search_queries"))
    return next((number for name in names if (number := count(name)) is not None), None)


def _dollars(cost: object) -> Decimal | None:
    """Return what the server says it charged, as OpenRouter does in dollars."""
    if isinstance(cost, bool) or not isinstance(cost, int | float | str):
        return None
    try:
        amount = Decimal(str(cost))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None


_OPENERS: Final = ("<think>", "<thinking>")
_CLOSERS: Final = {"<think>": "</think>", "<thinking>": "</thinking>"}


class ThinkTags:
    """Splits a stream that begins with `<think>`; a tag later in the text is text."""

    def __init__(self) -> None:
        self._held = ""
        self._closer: str | None = None
        self._decided = False

    def feed(self, piece: str) -> tuple[str, str]:
        """Return the thinking and the reply that are certain after `piece`."""
        if self._decided and self._closer is None:
            return "", piece
        self._held += piece
        if not self._decided:
            self._decide()
        if not self._decided:
            return "", ""
        return self._inside() if self._closer else ("", self._rest())

    def finish(self) -> tuple[str, str]:
        """Return what was held back when the stream ended."""
        rest = self._rest()
        return (rest, "") if self._closer else ("", rest)

    def _decide(self) -> None:
        start = self._held.lstrip()
        found = next((tag for tag in _OPENERS if start.startswith(tag)), None)
        if found is not None:
            self._closer = _CLOSERS[found]
            self._held = start.removeprefix(found).lstrip("\n")
        self._decided = found is not None or not any(tag.startswith(start) for tag in _OPENERS)

    def _inside(self) -> tuple[str, str]:
        assert self._closer is not None
        thought, closed, rest = self._held.partition(self._closer)
        if closed:
            self._held, self._closer = "", None
            return thought.rstrip("\n"), rest.lstrip("\n")
        # A closing tag may be cut anywhere: what could be its beginning waits for the next piece.
        size = next((n for n in range(len(self._closer) - 1, 0, -1) if thought.endswith(self._closer[:n])), 0)
        self._held = thought[len(thought) - size :]
        return thought[: len(thought) - size], ""

    def _rest(self) -> str:
        rest, self._held = self._held, ""
        return rest


_STOPS: Final[dict[str, Stop]] = {"length": "length", "content_filter": "refused"}
_OPTIONAL: Final = {
    "temperature": r"temperature|sampling",
    "reasoning_effort": r"reasoning|effort",
    "reasoning": r"reasoning|effort",
    "max_tokens": r"max_tokens|max_completion_tokens",
    "max_completion_tokens": r"max_completion_tokens|max_tokens",
    "stream_options": r"stream_options|include_usage",
    "web_search_options": r"web_search",
    "search_parameters": r"search_parameters",
    "plugins": r"plugins?\b",
    "usage": r"\busage\b",
}
_OTHER: Final = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}
_PLAIN: Final = frozenset(
    {"model", "messages", "temperature", "max_tokens", "max_completion_tokens", "stream_options"}
)
"""The fields that go through the SDK's own parameters; the others are sent as they are."""


class ChatProvider(Adapter["AsyncOpenAI"]):
    """Streams Chat Completions; what a server is particular about is data in its `Service`."""

    def _create_client(self, key: str) -> "AsyncOpenAI":
        client = openai_client(self._service, key, self._endpoint.connections)
        preload_chat(client)
        return client

    def _build_request(self, request: ModelRequest, card: ModelCard) -> WireRequest:
        return _request_body(request, card, self._service)

    def _parser(self, mapper: ErrorMapper) -> "_Reader":
        return _Reader(mapper)

    def _takes_pdfs(self, card: ModelCard) -> bool:
        return card.pdfs is True

    @asynccontextmanager
    async def _open_stream(
        self, client: "AsyncOpenAI", reader: EventParser, body: Body
    ) -> AsyncGenerator[AsyncIterator[Event]]:
        known = {name: value for name, value in body.items() if name in _PLAIN}
        extra = {name: value for name, value in body.items() if name not in _PLAIN}
        async with await client.chat.completions.create(**known, stream=True, extra_body=extra) as stream:
            reader.state.request_id = stream.response.headers.get("x-request-id")
            await check_stream(stream.response, reader.state.mapper)
            yield stream

    async def models(self) -> tuple[ModelCard, ...]:
        """Return the server's models; where the config names some, those.

        Raises:
            ProviderError: when the server cannot be asked.
        """
        if self._service.models:
            return tuple(ModelCard(ref=ModelRef(self.name, model)) for model in self._service.models)
        return await super().models()

    async def _list_models(self, client: "AsyncOpenAI", mapper: ErrorMapper) -> tuple[ModelCard, ...]:
        return await listed(self.name, client.models.list())


def _request_body(request: ModelRequest, card: ModelCard, service: ProviderSpec) -> WireRequest:
    notices: list[Notice] = []
    system = [{"role": "system", "content": request.system}] if request.system else []
    body: Body = {
        **service.extra,
        "model": request.ref.model,
        "messages": [*system, *(_written(message) for message in turns(request))],
    }
    if service.stream_usage:
        body["stream_options"] = {"include_usage": True}
    if request.max_tokens is not None:
        body[service.max_tokens] = min(request.max_tokens, card.max_output or request.max_tokens)
    body |= temperature(request, card, notices)
    body |= search(request, card, service.search, notices)
    body |= _effort(request, card, service, notices)
    return WireRequest(body=body, optional=_OPTIONAL, swaps=_OTHER, notices=tuple(notices))


def _effort(request: ModelRequest, card: ModelCard, service: ProviderSpec, notices: list[Notice]) -> Body:
    effort = request.effort
    if effort is None:
        return {}
    if card.thinks is False or (card.efforts is not None and effort not in card.efforts):
        notices.append(dropped_parameters(f"the effort {effort}", request.ref))
        return {}
    return {service.effort: {"effort": effort} if service.effort == "reasoning" else effort}


def _written(message: Message) -> Body:
    if message.role == "assistant" or not message.attachments:
        return {"role": message.role, "content": words(message)}
    text = words(message)
    seen = [{"type": "image_url", "image_url": {"url": data_url(file)}} for file in images(message)]
    read = [
        {"type": "file", "file": {"filename": file.name, "file_data": data_url(file)}}
        for file in pdfs(message)
    ]
    if not (seen or read):
        return {"role": "user", "content": text}
    said = [{"type": "text", "text": text}] if text else []
    return {"role": "user", "content": [*said, *seen, *read]}


class _Reader:
    def __init__(self, mapper: ErrorMapper) -> None:
        self.state = StreamState(mapper)
        self._tags = ThinkTags()
        self._refusal = ""

    def read(self, event: Event) -> Sequence[ProviderEvent]:
        chunk = table(event)
        if chunk.get("error"):
            raise self.state.mapper.failure(chunk)
        events: list[ProviderEvent] = []
        for choice in tables(chunk.get("choices"))[:1]:
            events += self._choice(choice)
        for source in listing(chunk.get("citations")):
            events += self.state.citation(source)
        usage = chunk.get("usage") or table(chunk.get("x_groq")).get("usage")
        if usage:
            events += self.state.used(usage_of(table(usage), chunk))
        self.state.settled = self.state.stop is not None
        return events

    def _choice(self, choice: Event) -> Sequence[ProviderEvent]:
        delta = table(choice.get("delta"))
        thought = delta.get("reasoning_content") or delta.get("reasoning")
        events: list[ProviderEvent] = self.state.thinking(thought)
        events += self._content(delta.get("content"))
        for note in tables(delta.get("annotations")):
            source = table(note.get("url_citation"))
            events += self.state.citation(source.get("url"), source.get("title"))
        refusal = delta.get("refusal")
        self._refusal += refusal if isinstance(refusal, str) else ""
        if finish := choice.get("finish_reason"):
            events += self._finished(str(finish))
        return events

    def _content(self, content: object) -> list[ProviderEvent]:
        """Return text and thinking; Mistral's thinking models send a list of typed parts."""
        if isinstance(content, str):
            return self._split(self._tags.feed(content))
        events: list[ProviderEvent] = []
        for part in tables(content):
            events += self.state.text(part.get("text"))
            for thought in tables(part.get("thinking")):
                events += self.state.thinking(thought.get("text"))
        return events

    def _finished(self, finish: str) -> list[ProviderEvent]:
        if finish == "error":
            raise self.state.mapper.cut()
        events = self._split(self._tags.finish())
        self.state.stop = _STOPS.get(finish, "end")
        if self._refusal:
            self.state.stop, self.state.why = "refused", self._refusal
            events += self.state.text(self._refusal) if self.state.said else []
        return events

    def _split(self, parts: tuple[str, str]) -> list[ProviderEvent]:
        thought, text = parts
        return [*self.state.thinking(thought), *self.state.text(text)]
