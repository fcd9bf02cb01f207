"""Ollama's native API, by httpx: one JSON object a line."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Final

from mixchat.config.provider_specs import ProviderSpec
from mixchat.domain.events import Notice, ProviderEvent
from mixchat.domain.model import ModelCard, ModelRef
from mixchat.domain.request import Message, ModelRequest
from mixchat.domain.usage import Usage
from mixchat.providers.adapter import Adapter
from mixchat.providers.errors import ErrorMapper
from mixchat.providers.stream_state import Event, EventParser, StreamState, check_stream, count, table, tables
from mixchat.providers.wire_request import (
    Body,
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


async def lines(chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    """Yield the lines that are not blank, the last one even without its line feed."""
    held = b""
    async for chunk in chunks:
        *whole, held = (held + chunk).split(b"\n")
        for line in whole:
            if line.strip():
                yield line
    if held.strip():
        yield held


_OPTIONAL: Final = {"think": r"think", "truncate": r"truncate"}
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

    def _parser(self, mapper: ErrorMapper) -> "_Reader":
        return _Reader(mapper)

    def _takes_pdfs(self, card: ModelCard) -> bool:
        return False

    @asynccontextmanager
    async def _open_stream(
        self, client: "httpx.AsyncClient", reader: EventParser, body: Body
    ) -> AsyncGenerator[AsyncIterator[Event]]:
        url, mapper = f"{self._service.base_url}/api/chat", reader.state.mapper
        async with client.stream("POST", url, json=body, headers=self._headers()) as response:
            await _check(response, mapper)
            await check_stream(response, mapper)
            async with aclosing(lines(response.aiter_bytes())) as parts:
                yield parts

    async def _list_models(self, client: "httpx.AsyncClient", mapper: ErrorMapper) -> tuple[ModelCard, ...]:
        response = await client.get(f"{self._service.base_url}/api/tags", headers=self._headers())
        await _check(response, mapper)
        found = tables(table(response.json()).get("models"))
        return tuple(_card(self._service, model) for model in found)

    def _headers(self) -> dict[str, str]:
        key = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        return {**key, **self._service.headers}


async def _check(response: "httpx.Response", mapper: ErrorMapper) -> None:
    if response.status_code == 200:
        return
    raw = await response.aread()
    try:
        body: object = json.loads(raw)
    except ValueError:
        body = None
    raise mapper.failure(body, response.status_code, response.headers)


def _card(service: ProviderSpec, model: Event) -> ModelCard:
    able = model.get("capabilities")
    known = isinstance(able, list)
    return ModelCard(
        ref=ModelRef(service.name, str(model.get("model") or model["name"])),
        context_window=count(table(model.get("details")).get("context_length")),
        images="vision" in able if known else None,
        thinks="thinking" in able if known else None,
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
    return WireRequest(body=body, optional=_OPTIONAL, notices=tuple(notices))


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


class _Reader:
    def __init__(self, mapper: ErrorMapper) -> None:
        self.state = StreamState(mapper)

    def read(self, event: Event) -> Sequence[ProviderEvent]:
        line = table(json.loads(event))
        if "error" in line:
            raise self.state.mapper.failure(line)
        message = table(line.get("message"))
        events = [*self.state.thinking(message.get("thinking")), *self.state.text(message.get("content"))]
        if line.get("done"):
            events += self.state.used(_usage(line))
            self.state.stop = "length" if line.get("done_reason") == "length" else "end"
            self.state.settled = True
        return events


def _usage(line: Mapping[str, object]) -> Usage:
    """Return the usage; counts that are zero are left out on the wire, and there is no telling them from unsaid."""
    return Usage(input=count(line.get("prompt_eval_count")), output=count(line.get("eval_count")))
