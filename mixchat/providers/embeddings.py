"""Texts as vectors, from whichever service has the model.

Formats: docs.cohere.com/reference/embed (v2), platform.openai.com/docs/api-reference/embeddings,
ai.google.dev/api/embeddings (`batchEmbedContents`), docs.ollama.com/api/embed.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from mixchat.config.credentials import Credentials
from mixchat.config.provider_specs import ProviderSpec
from mixchat.domain.errors import NeedsKey, ProviderError, UnknownModel
from mixchat.domain.model import ModelRef
from mixchat.domain.usage import Usage
from mixchat.providers.connections import Connections
from mixchat.providers.errors import ErrorMapper

DEFAULT: Final = ModelRef("cohere", "embed-v4.0")
Kind = Literal["document", "query"]
Vector = list[float]

_LIMIT: Final = 60.0
"""Seconds that one batch may take."""


class Dialect(Struct, frozen=True):
    """How one API is asked for vectors and how it answers."""

    path: str
    """Behind the service's address; `{model}` is filled in."""
    body: Callable[[str, Sequence[str], Kind], dict[str, Any]]
    answer: Callable[[bytes], tuple[list[Vector], int | None]]
    """From the reply's bytes to the vectors and the tokens that they took."""
    batch: int
    """Most texts of one request."""
    key_header: str = "Authorization"


class Embeddings:
    """Asks for vectors over plain HTTP; one function for every service."""

    def __init__(
        self,
        provider_specs: Mapping[str, ProviderSpec],
        credentials: Credentials,
        connections: Connections | None = None,
    ) -> None:
        self._provider_specs = provider_specs
        self._credentials = credentials
        self._connections = connections or Connections()

    def reachable(self, ref: ModelRef) -> bool:
        """Whether `ref`'s service has embeddings, and a key where it wants one. Touches no network."""
        service = self._provider_specs.get(ref.provider)
        if service is None or service.api not in DIALECTS or not service.base_url:
            return False
        return not service.needs_key or self._credentials.has(ref.provider)

    def preload(self) -> None:
        """Load what the first request needs; takes a moment, and may be done in a thread."""
        import httpx

        _ = httpx.AsyncClient

    async def embed(
        self,
        texts: Sequence[str],
        ref: ModelRef,
        kind: Kind,
        count: Callable[[Usage], None] = lambda _: None,
    ) -> list[Vector]:
        """Return a vector for each text, in order.

        Args:
            texts: any number; they are sent in batches of the service's size.
            ref: the model, such as `cohere/embed-v4.0`.
            kind: whether the texts are what is searched or what is searched for; some models care.
            count: told the usage of each batch as soon as it is known, so that none is lost when a later
                batch fails or the call is cancelled.

        Raises:
            ProviderError: the child that says what a person can do.
        """
        service = self._provider_specs.get(ref.provider)
        dialect = DIALECTS.get(service.api) if service is not None else None
        if service is None or dialect is None:
            raise UnknownModel(f"{ref.provider} has no embeddings; use for example {DEFAULT}.", ref=ref)
        key = await asyncio.to_thread(self._key, service, ref)
        vectors: list[Vector] = []
        for start in range(0, len(texts), dialect.batch):
            batch = texts[start : start + dialect.batch]
            found, tokens = await self._ask(service, dialect, ref, key, dialect.body(ref.model, batch, kind))
            count(Usage(input=tokens, output=None if tokens is None else 0))
            if len(found) != len(batch):
                raise ProviderError(f"{ref} sent {len(found)} vectors for {len(batch)} texts.", ref=ref)
            vectors += found
        return vectors

    async def aclose(self) -> None:
        """Close the connections."""
        await self._connections.aclose()

    def _key(self, service: ProviderSpec, ref: ModelRef) -> str:
        found = self._credentials.find(service.name)
        if found is None and service.needs_key:
            raise NeedsKey(f"{ref} needs a key; set {service.key_env[0]}.", ref=ref)
        return found.value if found else ""

    async def _ask(
        self, service: ProviderSpec, dialect: Dialect, ref: ModelRef, key: str, body: dict[str, Any]
    ) -> tuple[list[Vector], int | None]:
        import httpx

        mapper = ErrorMapper(service, ref, key or None)
        name = dialect.key_header
        keyed = {name: f"Bearer {key}" if name == "Authorization" else key} if key else {}
        with mapper():
            response = await self._connections.own.post(
                service.url(dialect.path.format(model=ref.model)),
                json=body,
                headers=service.headers | keyed,
                timeout=httpx.Timeout(_LIMIT, connect=5),
            )
        if response.status_code != 200:
            raise mapper.failure(_decoded(response.content), response.status_code, dict(response.headers))
        if "json" not in response.headers.get("content-type", ""):
            raise mapper.not_a_reply(response.headers.get("content-type", ""))
        with mapper.parsing():
            return dialect.answer(response.content)


def _decoded(content: bytes) -> object:
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


class _Units(Struct, frozen=True):
    input_tokens: int | None = None


class _Meta(Struct, frozen=True):
    billed_units: _Units = _Units()


class _Floats(Struct, frozen=True):
    float: list[Vector]


class _CohereReply(Struct, frozen=True):
    embeddings: _Floats
    meta: _Meta = _Meta()


def _cohere_body(model: str, texts: Sequence[str], kind: Kind) -> dict[str, Any]:
    return {
        "model": model,
        "texts": list(texts),
        "input_type": f"search_{kind}",
        "embedding_types": ["float"],
        "truncate": "END",
    }


def _cohere_answer(content: bytes) -> tuple[list[Vector], int | None]:
    reply = msgspec.json.decode(content, type=_CohereReply)
    return reply.embeddings.float, reply.meta.billed_units.input_tokens


class _Item(Struct, frozen=True):
    embedding: Vector
    index: int


class _PromptTokens(Struct, frozen=True):
    prompt_tokens: int | None = None


class _OpenAiReply(Struct, frozen=True):
    data: list[_Item]
    usage: _PromptTokens = _PromptTokens()


def _openai_body(model: str, texts: Sequence[str], _: Kind) -> dict[str, Any]:
    return {"model": model, "input": list(texts), "encoding_format": "float"}


def _openai_answer(content: bytes) -> tuple[list[Vector], int | None]:
    reply = msgspec.json.decode(content, type=_OpenAiReply)
    items = sorted(reply.data, key=lambda item: item.index)
    return [item.embedding for item in items], reply.usage.prompt_tokens


class _Values(Struct, frozen=True):
    values: Vector


class _GoogleReply(Struct, frozen=True):
    embeddings: list[_Values]


def _google_body(model: str, texts: Sequence[str], kind: Kind) -> dict[str, Any]:
    task = f"RETRIEVAL_{kind.upper()}"
    return {
        "requests": [
            {"model": f"models/{model}", "content": {"parts": [{"text": text}]}, "taskType": task}
            for text in texts
        ]
    }


def _google_answer(content: bytes) -> tuple[list[Vector], int | None]:
    reply = msgspec.json.decode(content, type=_GoogleReply)
    return [item.values for item in reply.embeddings], None


class _OllamaReply(Struct, frozen=True):
    embeddings: list[Vector]
    prompt_eval_count: int | None = None


def _ollama_body(model: str, texts: Sequence[str], _: Kind) -> dict[str, Any]:
    return {"model": model, "input": list(texts)}


def _ollama_answer(content: bytes) -> tuple[list[Vector], int | None]:
    reply = msgspec.json.decode(content, type=_OllamaReply)
    return reply.embeddings, reply.prompt_eval_count


_OPENAI: Final = Dialect("/embeddings", _openai_body, _openai_answer, 512)
DIALECTS: Final[Mapping[str, Dialect]] = {
    "embed": Dialect("/v2/embed", _cohere_body, _cohere_answer, 96),
    "responses": _OPENAI,
    "chat": _OPENAI,
    "google": Dialect(
        "/v1beta/models/{model}:batchEmbedContents", _google_body, _google_answer, 100, "x-goog-api-key"
    ),
    "ollama": Dialect("/api/embed", _ollama_body, _ollama_answer, 128),
}
"""By what a service speaks."""
