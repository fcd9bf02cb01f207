"""Makes the `openai` SDK's client, for OpenAI itself and for every server that speaks alike."""

import importlib
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from mixchat.config.provider_specs import ProviderSpec
from mixchat.domain.model import ModelCard, ModelRef
from mixchat.providers.connections import Connections
from mixchat.providers.errors import ErrorMapper
from mixchat.providers.event_stream import json_body
from mixchat.providers.json_values import count, day, listing, name, table, tables, text

if TYPE_CHECKING:
    from openai import AsyncOpenAI


_ORGANISATION: Final = ("OpenAI-Organization", "OpenAI-Project")


def foreign_headers(spec: ProviderSpec, custom: str | None) -> tuple[str, ...]:
    """Return the names of the headers to leave out: none at the vendor itself.

    `custom` is the text of `OPENAI_CUSTOM_HEADERS` or `ANTHROPIC_CUSTOM_HEADERS`: `Name: value` lines.
    """
    if spec.official:
        return ()
    names = (line.partition(":")[0].strip() for line in (custom or "").split("\n") if ":" in line)
    kept = {each.lower() for each in spec.headers}
    return tuple(each for each in (*_ORGANISATION, *names) if each and each.lower() not in kept)


def openai_client(spec: ProviderSpec, key: str, connections: Connections) -> "AsyncOpenAI":
    """Return the client; nothing of OpenAI's environment reaches a server elsewhere."""
    # While it asks and reads, the SDK looks whether httpx is loaded and then for what is in it. Loaded halfway, by
    # another provider's thread at that moment, it ends the call with an error, even one that was answered already.
    importlib.import_module("httpx")
    import openai

    foreign = foreign_headers(spec, os.environ.get("OPENAI_CUSTOM_HEADERS"))
    headers: Any = dict.fromkeys(foreign, openai.omit) | spec.headers
    own = None if spec.official else ""
    return openai.AsyncOpenAI(
        api_key=key or "none",
        base_url=spec.root,
        default_query=spec.query or None,
        max_retries=0,
        http_client=connections.sdk,
        default_headers=headers,
        timeout=connections.sdk.timeout,
        organization=own,
        project=own,
    )


async def list_models(provider: str, client: "AsyncOpenAI", mapper: ErrorMapper) -> list[ModelCard]:
    """Return a card for each model; what servers add to OpenAI's fields is read where it is there."""
    raw = await client.models.with_raw_response.list()
    found = json_body(await raw.http_response.aread(), mapper)
    entries = next(
        (tables(table(found).get(name)) for name in _LISTS if table(found).get(name)), tables(found)
    )
    return [_card(provider, entry) for entry in entries]


_LISTS: Final = ("data", "models", "result", "body")
"""What the list is called; Together sends it bare."""
_WINDOWS: Final = (
    "context_length",
    "context_window",
    "max_model_len",
    "max_context_length",
    "max_input_tokens",
)
"""What OpenRouter and Together, Groq, vLLM, and Mistral call it."""


def _card(provider: str, model: Mapping[str, object]) -> ModelCard:
    window = next((size for field in _WINDOWS if (size := count(model.get(field)))), None)
    inputs = listing(table(model.get("architecture")).get("input_modalities"))
    retires = next((on for field in ("shutdown_date", "deprecation") if (on := day(model.get(field)))), None)
    return ModelCard(
        ref=ModelRef(provider, name(model.get("id")) or name(model.get("name"))),
        name=text(model.get("name") or model.get("display_name")) or None,
        context_window=window,
        images="image" in inputs if inputs else None,
        retires=retires,
    )
