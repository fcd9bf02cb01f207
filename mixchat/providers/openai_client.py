"""Makes the `openai` SDK's client, for OpenAI itself and for every server that speaks alike."""

import os
from typing import TYPE_CHECKING, Any, Final

from mixchat.papers.services import Service
from mixchat.providers.connections import Connections
from mixchat.providers.headers import foreign_headers

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_BLANK: Final[dict[str, Any]] = {
    "id": "r", "object": "response", "created_at": 1, "model": "m", "output": [],
    "parallel_tool_calls": True, "tool_choice": "auto", "tools": [],
}  # fmt: skip


def openai_client(service: Service, key: str, connections: Connections) -> "AsyncOpenAI":
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


def warm_responses(client: "AsyncOpenAI") -> None:
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


def warm_chat(client: "AsyncOpenAI") -> None:
    """Load what the SDK would load at the first chunk of Chat Completions."""
    from openai.types.chat import ChatCompletionChunk

    _ = client.chat.completions
    chunk: dict[str, Any] = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    choice = {"index": 0, "delta": {"content": "a"}, "finish_reason": None}
    ChatCompletionChunk.model_rebuild()
    ChatCompletionChunk.construct(None, **chunk, choices=[choice])
