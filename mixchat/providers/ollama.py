"""Ollama's native API, by httpx: one JSON object a line."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from mixchat.config.provider_specs import ProviderSpec
from mixchat.domain.events import Notice, ProviderEvent
from mixchat.domain.model import ModelCard, ModelRef
from mixchat.domain.request import Message, ModelRequest
from mixchat.domain.usage import Usage
from mixchat.providers.adapter import Adapter
from mixchat.providers.errors import ErrorMapper
from mixchat.providers.event_stream import WireEvent, json_body
from mixchat.providers.json_values import count, listing, name, table, tables
from mixchat.providers.stream_state import StreamState
from mixchat.providers.think_tags import ThinkTags
from mixchat.providers.wire_request import (
    Body,
    OptionalField,
    WireRequest,
    dropped_parameters,
    encoded,
    images,
    search,
    turns,
    words,
)

if TYPE_CHECKING:
    import httpx

_OPTIONAL: Final = {"think": OptionalField(r"think", "an effort"), "truncate": OptionalField(r"truncate")}
_LEVELS: Final[Mapping[str, bool | str]] = {
    "none": False, "minimal": "low", "low": "low", "medium": "medium", "high": "high", "xhigh": "max", "max": "max",
}  # fmt: skip
_OUTPUT: Final = 4096
"""Tokens of the window that are kept for the reply where nobody said how many."""


class OllamaProvider(Adapter["httpx.AsyncClient"]):
    """Streams /api/chat. The window is set to what the conversation needs: Ollama's own would drop its beginning."""

    def _create_client(self, key: str) -> "httpx.AsyncClient":
        return self._endpoint.connections.own

    def _build_request(self, request: ModelRequest, card: ModelCard) -> WireRequest:
        return _request_body(request, card)

    def _parser(self, mapper: ErrorMapper, card: ModelCard) -> "OllamaParser":
        return OllamaParser(StreamState(mapper), card.ref.model)

    def _takes_pdfs(self, card: ModelCard) -> bool:
        return False

    @asynccontextmanager
    async def _open_stream(
        self, client: "httpx.AsyncClient", mapper: ErrorMapper, body: Body
    ) -> "AsyncGenerator[httpx.Response]":
        url = self._service.url("/api/chat")
        async with client.stream("POST", url, json=body, headers=self._headers()) as response:
            await _check(response, mapper)
            yield response

    async def _list_models(self, client: "httpx.AsyncClient", mapper: ErrorMapper) -> Sequence[ModelCard]:
        response = await client.get(self._service.url("/api/tags"), headers=self._headers())
        await _check(response, mapper)
        found = json_body(await response.aread(), mapper)
        return [_card(self._service, model) for model in tables(table(found).get("models"))]

    def _headers(self) -> dict[str, str]:
        key = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        return {**key, **self._service.headers}


async def _check(response: "httpx.Response", mapper: ErrorMapper) -> None:
    if response.status_code != 200:
        raise mapper.failure(await response.aread(), response.status_code, response.headers)


def _card(spec: ProviderSpec, model: Mapping[str, object]) -> ModelCard:
    said = model.get("capabilities")
    able = None if said is None else listing(said)
    return ModelCard(
        ref=ModelRef(spec.name, name(model.get("model")) or name(model.get("name"))),
        context_window=count(table(model.get("details")).get("context_length")),
        images=None if able is None else "vision" in able,
        thinks=None if able is None else "thinking" in able,
        size_bytes=count(model.get("size")) or None,
    )


def _request_body(request: ModelRequest, card: ModelCard) -> WireRequest:
    notices: list[Notice] = []
    system = [{"role": "system", "content": request.system}] if request.system else []
    body: Body = {
        "model": request.ref.model,
        "messages": [*system, *(_written(message) for message in turns(request))],
        "stream": True,
        "truncate": False,
        "options": _options(request, card),
    }
    body |= search(request, card, None, notices)
    if request.effort is not None:
        if card.thinks is False and request.effort != "none":
            notices.append(dropped_parameters(f"the effort {request.effort}", request.ref))
        elif card.thinks is not False:
            body["think"] = _think(request, card)
    return WireRequest(
        body=body,
        optional=_OPTIONAL,
        notices=tuple(notices),
        limit=request.max_tokens,
        has_system=bool(request.system),
    )


def _think(request: ModelRequest, card: ModelCard) -> bool | str:
    level = _LEVELS[request.effort or "medium"]
    return level if card.efforts or isinstance(level, bool) else True


def _options(request: ModelRequest, card: ModelCard) -> Body:
    """Return the options; the window is at least Ollama's smallest and at most the model's."""
    size = sum(len(words(message).encode()) for message in request.messages) + len(
        (request.system or "").encode()
    )
    pictures = sum(len(images(message)) for message in request.messages)
    need = size // 3 + 1500 * pictures + (request.max_tokens or _OUTPUT)
    window = next((step for step in (8192, 16_384, 32_768, 65_536, 131_072) if step >= need), 262_144)
    options: Body = {"num_ctx": min(window, card.context_window or window)}
    if request.temperature is not None:
        options["temperature"] = request.temperature
    if request.max_tokens is not None:
        options["num_predict"] = request.max_tokens
    return options


def _written(message: Message) -> Body:
    pictures = [encoded(file) for file in images(message)]
    return {"role": message.role, "content": words(message), **({"images": pictures} if pictures else {})}


class OllamaParser:
    """Makes events of one reply, a line at a time."""

    def __init__(self, state: StreamState, model: str = "") -> None:
        self.state = state
        self._tags = ThinkTags(model)

    def parse(self, event: WireEvent) -> Sequence[ProviderEvent]:
        """Return what one line says."""
        self.state.fail_on_error(event)
        line = table(event.data)
        message = table(line.get("message"))
        events = self.state.thinking(message.get("thinking"))
        if events:
            self._tags.told_apart()
        if isinstance(said := message.get("content"), str):
            events += self._split(self._tags.feed(said))
        if line.get("done") is True:
            events += self.state.used(_usage(line))
            events += self.state.finish(line.get("done_reason") or "stop")
            self.state.ended = True
        return events

    def finish(self) -> list[ProviderEvent]:
        """Return what was held back."""
        return self._split(self._tags.finish())

    def _split(self, parts: tuple[str, str]) -> list[ProviderEvent]:
        thought, said = parts
        return [*self.state.thinking(thought), *self.state.text(said)]


def _usage(line: Mapping[str, object]) -> Usage:
    """Return the usage; counts that are zero are left out on the wire, and there is no telling them from unsaid."""
    return Usage(input=count(line.get("prompt_eval_count")), output=count(line.get("eval_count")))
