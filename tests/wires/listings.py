"""What the server answers to everything that is not a reply: lists of models, counts, embeddings.

Formats: platform.claude.com/docs/en/api/models-list, platform.openai.com/docs/api-reference/models,
ai.google.dev/api/models, docs/api.md of ollama, docs.cohere.com/reference/embed.
"""

import math
from collections.abc import Mapping, Sequence

from tests.wires.dialect import Json

ANTHROPIC = [
    {
        "type": "model", "id": "claude-sonnet-5-5", "display_name": "Claude Sonnet 5.5",
        "created_at": "2026-06-01T00:00:00Z", "max_input_tokens": 1_000_000, "max_tokens": 128_000,
        "lifecycle": "active", "retires_at": None,
        "capabilities": {"image_input": {"supported": True}, "thinking": {"supported": True},
                         "effort": {"supported": True}},
    },
    {
        "type": "model", "id": "claude-sonnet-4-5", "display_name": "Claude Sonnet 4.5",
        "created_at": "2025-09-29T00:00:00Z", "max_input_tokens": 200_000, "max_tokens": 64_000,
        "lifecycle": "deprecated", "retires_at": "2026-11-30T00:00:00Z", "capabilities": None,
    },
]  # fmt: skip
OPENAI = [
    {"id": "gpt-6.1-sol", "object": "model", "created": 1, "owned_by": "openai"},
    {"id": "o3", "object": "model", "created": 1, "owned_by": "openai", "shutdown_date": "2026-12-11"},
]
GOOGLE = [
    {
        "name": "models/gemini-3.8-flash", "displayName": "Gemini 3.8 Flash", "inputTokenLimit": 1_048_576,
        "outputTokenLimit": 65_536, "supportedGenerationMethods": ["generateContent"], "thinking": True,
    },
    {
        "name": "models/gemini-embedding-001", "displayName": "Embedding", "inputTokenLimit": 2048,
        "outputTokenLimit": 1, "supportedGenerationMethods": ["embedContent"],
    },
]  # fmt: skip
OLLAMA = [
    {
        "name": "llama3.3:70b", "model": "llama3.3:70b", "size": 42_520_413_916,
        "digest": "a6eb4748fd29", "capabilities": ["completion", "tools"],
        "details": {"family": "llama", "parameter_size": "70.6B", "quantization_level": "Q4_K_M",
                    "context_length": 131_072},
    },
    {
        "name": "gemma4:latest", "model": "gemma4:latest", "size": 3_338_801_804, "digest": "c0494fe00251",
        "capabilities": ["completion", "vision", "thinking"], "details": {"context_length": 131_072},
    },
]  # fmt: skip


def vector(text: str, size: int = 16) -> list[float]:
    """Return a unit vector that texts with the same words share."""
    row = [0.0] * size
    for word in text.lower().split():
        row[sum(word.encode()) % size] += 1.0
    length = math.sqrt(sum(value * value for value in row)) or 1.0
    return [value / length for value in row]


def answer(path: str, headers: Mapping[str, str], body: Json) -> object | None:
    """Return the JSON for a path that is not a reply's, or `None` when it is unknown."""
    path = path.partition("?")[0].rstrip("/")
    if path.endswith("/models"):
        return _models(path, headers)
    if path.endswith(("/embed", "/embeddings", ":embedContent", ":batchEmbedContents")):
        return _embedding(path, body)
    fixed: dict[str, object] = {
        "/api/tags": {"models": OLLAMA},
        "/api/ps": {"models": []},
        "/api/version": {"version": "0.13.0"},
        "/api/show": {"capabilities": ["completion"], "model_info": {}, "details": {}},
    }
    return next((value for end, value in fixed.items() if path.endswith(end)), None)


def _models(path: str, headers: Mapping[str, str]) -> object:
    if "anthropic-version" in headers:
        return {"data": ANTHROPIC, "has_more": False, "first_id": None, "last_id": None}
    if "x-goog-api-key" in headers or "/v1beta" in path:
        return {"models": GOOGLE}
    return {"object": "list", "data": OPENAI}


def _embedding(path: str, body: Json) -> object:
    if path.endswith("/api/embed"):
        return {"embeddings": [vector(text) for text in _texts(body["input"])], "prompt_eval_count": 7}
    if path.endswith("/v2/embed"):
        rows = [vector(text) for text in body["texts"]]
        return {"id": "e", "embeddings": {"float": rows}, "meta": {"billed_units": {"input_tokens": 7}}}
    if path.endswith("/embeddings"):
        rows = [vector(text) for text in _texts(body["input"])]
        data = [{"object": "embedding", "index": i, "embedding": row} for i, row in enumerate(rows)]
        return {"object": "list", "data": data, "usage": {"prompt_tokens": 7, "total_tokens": 7}}
    requests = body["requests"] if path.endswith(":batchEmbedContents") else [body]
    rows = [vector(request["content"]["parts"][0]["text"]) for request in requests]
    if path.endswith(":embedContent"):
        return {"embedding": {"values": rows[0]}}
    return {"embeddings": [{"values": row} for row in rows]}


def _texts(given: str | Sequence[str]) -> Sequence[str]:
    return [given] if isinstance(given, str) else given
