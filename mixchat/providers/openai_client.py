"""Makes the `openai` SDK's client, for OpenAI itself and for every server that speaks alike."""

import os
from collections.abc import AsyncIterable
from datetime import date
from typing import TYPE_CHECKING, Any, Final, cast

from mixchat.config.provider_specs import ProviderSpec
from mixchat.domain.model import ModelCard, ModelRef
from mixchat.providers.connections import Connections
from mixchat.providers.stream_state import Event, count, table

if TYPE_CHECKING:
    from openai import AsyncOpenAI


_ORGANISATION: Final = ("OpenAI-Organization", "OpenAI-Project")


def foreign_headers(service: ProviderSpec, custom: str | None) -> tuple[str, ...]:
    """Return the names of the headers to leave out: none at the vendor itself.

    `custom` is the text of `OPENAI_CUSTOM_HEADERS` or `ANTHROPIC_CUSTOM_HEADERS`: `Name: value` lines.
    """
    if service.official:
        return ()
    names = (line.partition(":")[0].strip() for line in (custom or "").split("\n") if ":" in line)
    kept = {name.lower() for name in service.headers}
    return tuple(name for name in (*_ORGANISATION, *names) if name and name.lower() not in kept)


_BLANK: Final[dict[str, Any]] = {
    "id": "r", "object": "response", "created_at": 1, "model": "m", "output": [],
    "parallel_tool_calls": True, "tool_choice": "auto", "tools": [],
}  # fmt: skip


def openai_client(service: ProviderSpec, key: str, connections: Connections) -> "AsyncOpenAI":
    """Return the client; nothing of OpenAI's environment reaches a server elsewhere."""
    import openai

    foreign = foreign_headers(service, os.environ.get("OPENAI_CUSTOM_HEADERS"))
    headers: Any = dict.fromkeys(foreign, openai.omit) | service.headers
    own = None if service.official else ""
    return openai.AsyncOpenAI(
        api_key=key or "none",
        base_url=service.base_url,
        max_retries=0,
        http_client=connections.sdk,
        default_headers=headers,
        timeout=connections.sdk.timeout,
        organization=own,
        project=own,
    )


def preload_responses(client: "AsyncOpenAI") -> None:
    """Load what the SDK would load at the first Responses event: a tenth of a second that the loop would stand still."""
    from openai.types.responses import Response, ResponseStreamEvent

    _ = client.responses
    event = {"type": "response.created", "sequence_number": 0, "response": _BLANK}
    Response.model_rebuild()
    try:
        from openai._models import construct_type
    except ImportError:  # the SDK's own affair; the first event is slower then
        return
    construct_type(type_=ResponseStreamEvent, value=event)


def preload_chat(client: "AsyncOpenAI") -> None:
    """Load what the SDK would load at the first chunk of Chat Completions."""
    from openai.types.chat import ChatCompletionChunk

    _ = client.chat.completions
    chunk: dict[str, Any] = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    choice = {"index": 0, "delta": {"content": "a"}, "finish_reason": None}
    ChatCompletionChunk.model_rebuild()
    ChatCompletionChunk.construct(None, **chunk, choices=[choice])


_WINDOWS: Final = ("context_length", "context_window", "max_model_len", "max_context_length")
"""What OpenRouter and Together, Groq, vLLM, and Mistral call it."""


async def listed(provider: str, models: AsyncIterable[Event]) -> tuple[ModelCard, ...]:
    """Return a card for each model; what servers add to OpenAI's fields is read where it is there."""
    return tuple([_card(provider, model) async for model in models])


def _card(provider: str, model: Event) -> ModelCard:
    shutdown = getattr(model, "shutdown_date", None)
    window = next((size for name in _WINDOWS if (size := count(getattr(model, name, None)))), None)
    architecture = getattr(model, "architecture", None)
    inputs = table(architecture).get("input_modalities")
    name = getattr(model, "name", None)
    return ModelCard(
        ref=ModelRef(provider, model.id),
        name=name if isinstance(name, str) else None,
        context_window=window,
        images="image" in cast("list[object]", inputs) if isinstance(inputs, list) else None,
        retires=date.fromisoformat(shutdown[:10]) if isinstance(shutdown, str) and shutdown else None,
    )
