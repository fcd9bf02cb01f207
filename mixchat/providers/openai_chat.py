"""Chat Completions, by the `openai` SDK: every server that speaks like OpenAI once did."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from mixchat.config.provider_specs import ProviderSpec
from mixchat.domain.events import Notice
from mixchat.domain.model import ModelCard, ModelRef
from mixchat.domain.request import Message, ModelRequest
from mixchat.providers.adapter import Adapter
from mixchat.providers.errors import ErrorMapper
from mixchat.providers.openai_chat_parser import ChatParser
from mixchat.providers.openai_client import list_models, openai_client
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

_EFFORT: Final = OptionalField(r"reasoning|effort", "an effort")
_OPTIONAL: Final = {
    "temperature": OptionalField(r"temperature|sampling", "a temperature"),
    "reasoning_effort": _EFFORT,
    "reasoning": _EFFORT,
    "max_tokens": OptionalField(r"\bmax_tokens\b", "a limit of tokens", swap="max_completion_tokens"),
    "max_completion_tokens": OptionalField(
        r"\bmax_completion_tokens\b", "a limit of tokens", swap="max_tokens"
    ),
    "stream_options": OptionalField(r"stream_options|include_usage"),
    "web_search_options": OptionalField(r"web_search", "a web search"),
    "search_parameters": OptionalField(r"search_parameters", "a web search"),
    "plugins": OptionalField(r"plugins?\b", "a web search"),
    "usage": OptionalField(r"\busage\b"),
}
_PLAIN: Final = frozenset(
    {"model", "messages", "temperature", "max_tokens", "max_completion_tokens", "stream_options"}
)
"""The fields that go through the SDK's own parameters; the others are sent as they are."""


class ChatProvider(Adapter["AsyncOpenAI"]):
    """Streams Chat Completions; what a server is particular about is data in its `ProviderSpec`."""

    def _create_client(self, key: str) -> "AsyncOpenAI":
        client = openai_client(self._service, key, self._endpoint.connections)
        _ = client.chat.completions  # imported when it is first named, and not on the loop
        return client

    def _build_request(self, request: ModelRequest, card: ModelCard) -> WireRequest:
        return _request_body(request, card, self._service)

    def _parser(self, mapper: ErrorMapper, card: ModelCard) -> ChatParser:
        return ChatParser(StreamState(mapper), card.ref.model)

    def _takes_pdfs(self, card: ModelCard) -> bool:
        return card.pdfs is True

    @asynccontextmanager
    async def _open_stream(
        self, client: "AsyncOpenAI", mapper: ErrorMapper, body: Body
    ) -> "AsyncGenerator[Response]":
        known = {name: value for name, value in body.items() if name in _PLAIN}
        extra = {name: value for name, value in body.items() if name not in _PLAIN}
        call = client.chat.completions.with_streaming_response.create(**known, stream=True, extra_body=extra)
        async with call as raw:
            yield raw.http_response

    async def models(self) -> tuple[ModelCard, ...]:
        """Return the server's models; where the config names some, those.

        Raises:
            ProviderError: when the server cannot be asked.
        """
        if self._service.models:
            return tuple(ModelCard(ref=ModelRef(self.name, model)) for model in self._service.models)
        return await super().models()

    async def _list_models(self, client: "AsyncOpenAI", mapper: ErrorMapper) -> Sequence[ModelCard]:
        return await list_models(self.name, client, mapper)


def _request_body(request: ModelRequest, card: ModelCard, spec: ProviderSpec) -> WireRequest:
    notices: list[Notice] = []
    system = [{"role": "system", "content": request.system}] if request.system else []
    body: Body = {
        **spec.extra,
        "model": request.ref.model,
        "messages": [*system, *(_written(message) for message in turns(request))],
    }
    if spec.stream_usage:
        body["stream_options"] = {"include_usage": True}
    if request.max_tokens is not None:
        body[spec.max_tokens] = min(request.max_tokens, card.max_output or request.max_tokens)
    body |= temperature(request, card, notices)
    body |= search(request, card, spec.search, notices)
    body |= _effort(request, card, spec, notices)
    return WireRequest(
        body=body,
        optional=_OPTIONAL,
        notices=tuple(notices),
        limit=body.get(spec.max_tokens),
        has_system=bool(request.system),
    )


def _effort(request: ModelRequest, card: ModelCard, spec: ProviderSpec, notices: list[Notice]) -> Body:
    effort = request.effort
    if effort is None:
        return {}
    if card.thinks is False or (card.efforts is not None and effort not in card.efforts):
        notices.append(dropped_parameters(f"the effort {effort}", request.ref))
        return {}
    return {spec.effort: {"effort": effort} if spec.effort == "reasoning" else effort}


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
