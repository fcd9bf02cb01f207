"""Any JSON of any shape at any place gives events or a `ProviderError`, never another exception.

A short run each time. The long one takes ten minutes and prints the seeds that it used; a failure says its own:

pytest -m fuzz -s tests/providers/test_fuzz.py                                  from seed 1 on
MIXCHAT_SEED=57 MIXCHAT_FUZZ_SECONDS=0 pytest -m fuzz -s ... -k chat            seed 57 alone, again
"""

import asyncio
import json
import os
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import httpx2
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from mixchat.config.provider_specs import built_in
from mixchat.domain.errors import ProviderError
from mixchat.domain.events import StreamEnd
from mixchat.domain.model import ModelCard, ModelRef
from mixchat.providers.adapter import _parsed  # pyright: ignore[reportPrivateUsage]
from mixchat.providers.anthropic import AnthropicParser, AnthropicProvider
from mixchat.providers.errors import ErrorMapper
from mixchat.providers.event_stream import json_body, wire_events
from mixchat.providers.google import GoogleParser
from mixchat.providers.json_values import table, tables
from mixchat.providers.ollama import OllamaParser
from mixchat.providers.openai_chat_parser import ChatParser
from mixchat.providers.openai_responses import ResponsesParser
from mixchat.providers.retry_after import retry_after
from mixchat.providers.stream_state import EventParser, StreamState
from tests.wires.dialect import Json

ROUND = 500
"""Examples of each seed in the long run."""
SECONDS = float(os.environ.get("MIXCHAT_FUZZ_SECONDS", "600"))
"""How long the long run takes, all kinds together."""
FIRST_SEED = int(os.environ.get("MIXCHAT_SEED", "1"))
REF = ModelRef("openrouter", "m")
_QUIET = (
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
    HealthCheck.filter_too_much,
    HealthCheck.large_base_example,
)
PARSERS: dict[str, Callable[[StreamState], EventParser]] = {
    "chat": ChatParser, "responses": ResponsesParser, "anthropic": AnthropicParser, "google": GoogleParser, "ollama": OllamaParser,
}  # fmt: skip
LONG_KINDS = (*PARSERS, "bytes", "rest")
FIELDS = (
    "choices", "delta", "message", "content", "text", "finish_reason", "usage", "prompt_tokens", "completion_tokens", "error", "type",
    "response", "output", "status", "incomplete_details", "reason", "annotations", "url", "title", "candidates", "parts", "thought",
    "finishReason", "groundingMetadata", "groundingChunks", "web", "uri", "webSearchQueries", "usageMetadata", "promptTokenCount", "code",
    "content_block", "stop_reason", "input_tokens", "output_tokens", "server_tool_use", "web_search_requests", "done", "done_reason",
    "thinking", "reasoning_content", "reasoning", "refusal", "cost", "cost_details", "is_byok", "cost_in_usd_ticks", "detail", "metadata", "raw",
    "data", "models", "id", "name", "model", "details", "capabilities", "size", "shutdown_date", "promptFeedback", "blockReason", "citations",
    "native_finish_reason", "service_tier", "speed", "summary", "tool_usage", "prompt_tokens_details", "prompt_eval_count", "loc", "msg",
)  # fmt: skip
WORDS = (
    "message_start", "message_delta", "message_stop", "content_block_delta", "content_block_start", "text_delta", "response.completed",
    "response.output_text.delta", "response.failed", "response.incomplete", "stop", "length", "error", "STOP", "null", "response", "web_search",
    "http://a.b", "{\"error\": {\"message\": 5}}", "12", "\ud83d", "\x00", "<think>", "</think>",
)  # fmt: skip

scalars = (
    st.none() | st.booleans() | st.integers() | st.integers(-3, 3) | st.floats(allow_nan=True) | st.text(max_size=8)
    | st.sampled_from(WORDS) | st.just(10**400) | st.just("9" * 40)
)  # fmt: skip
values: st.SearchStrategy[Json] = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=24,
)

TEMPLATES: dict[str, list[Json]] = {
    "chat": [
        {"id": "c", "choices": [{"index": 0, "delta": {"content": "a", "reasoning_content": "b", "annotations": [{"url_citation": {"url": "http://a.b"}}]}, "finish_reason": None}]},
        {"choices": [{"delta": {"content": [{"type": "thinking", "thinking": [{"text": "x"}]}, {"text": "y"}]}, "finish_reason": "stop", "usage": {"prompt_tokens": 1}}]},
        {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3, "prompt_tokens_details": {"cached_tokens": 1}, "cost": {"total_cost": 1}, "is_byok": True}},
        {"error": {"message": "m", "code": 429, "metadata": {"raw": "{}"}}},
    ],
    "responses": [
        {"type": "response.output_text.delta", "delta": "a"},
        {"type": "response.output_text.annotation.added", "annotation": {"url": "http://a.b", "title": "t"}},
        {"type": "response.completed", "response": {"status": "completed", "output": [{"content": [{"text": "a", "annotations": []}], "summary": []}], "usage": {"input_tokens": 1, "output_tokens": 2, "input_tokens_details": {"cached_tokens": 1}}, "tool_usage": {"web_search": {"num_requests": 1}}}},
        {"type": "response.failed", "response": {"error": {"code": "x", "message": "m"}}},
    ],
    "anthropic": [
        {"type": "message_start", "message": {"usage": {"input_tokens": 1, "cache_creation": {"ephemeral_1h_input_tokens": 1}}}},
        {"type": "content_block_delta", "delta": {"type": "citations_delta", "citation": {"url": "http://a.b", "title": "t"}}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_details": {"explanation": "e"}}, "usage": {"output_tokens": 2, "server_tool_use": {"web_search_requests": 1}}},
        {"type": "message_stop"},
    ],
    "google": [
        {"candidates": [{"content": {"parts": [{"text": "a", "thought": True}, {"text": "b"}]}, "groundingMetadata": {"webSearchQueries": ["q"], "groundingChunks": [{"web": {"uri": "http://a.b", "title": "t"}}]}, "finishReason": "STOP"}], "usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": 2}},
        {"promptFeedback": {"blockReason": "SAFETY"}},
        {"error": {"code": 503, "message": "m", "status": "UNAVAILABLE", "details": [{"retryDelay": "1s"}]}},
    ],
    "ollama": [
        {"message": {"content": "a", "thinking": "b"}, "done": False},
        {"message": {"content": ""}, "done": True, "done_reason": "stop", "prompt_eval_count": 1, "eval_count": 2},
        {"error": "m"},
    ],
}  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, kind: str) -> Json:
    """Draw one of the protocol's own events with any value put at any place in it."""
    value = json.loads(json.dumps(draw(st.sampled_from(TEMPLATES[kind]))))
    for _ in range(draw(st.integers(1, 3))):
        spot, inner = value, None
        while isinstance(spot, dict | list) and spot:
            inner = spot
            key = draw(st.sampled_from(sorted(spot) if isinstance(spot, dict) else range(len(spot))))
            if draw(st.booleans()):
                break
            spot = spot[key]
        if inner is None:
            return draw(values)
        inner[key] = draw(values)  # pyright: ignore[reportPossiblyUnboundVariable]
    return value


def written(value: Json) -> str:
    return json.dumps(value, ensure_ascii=True)


async def read(kind: str, body: bytes, content_type: str) -> None:
    """Read a body as the adapter does."""

    async def pieces() -> AsyncGenerator[bytes]:
        for at in range(0, len(body), 61):
            yield body[at : at + 61]

    asked = httpx2.Request("POST", "http://127.0.0.1")
    response = httpx2.Response(200, headers={"content-type": content_type}, content=pieces(), request=asked)
    parser = PARSERS[kind](StreamState(ErrorMapper(built_in()["openrouter"], REF)))
    ended, failed = None, None
    try:
        async with aclosing(wire_events(response)) as events, aclosing(_parsed(events, parser)) as found:
            async for _ in found:
                pass
        ended = parser.state.end()
    except ProviderError as error:
        failed = error
    assert isinstance(ended, StreamEnd) or (
        failed is not None and failed.message.isprintable() and failed.failure.code
    )


def framed(kind: str, pieces: list[Json]) -> tuple[bytes, str]:
    if kind == "ollama":
        return "".join(f"{written(piece)}\n" for piece in pieces).encode(), "application/x-ndjson"
    return "".join(f"data: {written(piece)}\n\n" for piece in pieces).encode(), "text/event-stream"


def each(kind: str, examples: int) -> Callable[[], None]:
    """Return the run over one parser."""

    @settings(max_examples=examples, deadline=None, suppress_health_check=_QUIET)
    @given(st.lists(mutated(kind) | values, max_size=5), st.sampled_from(["stream", "whole"]))
    def run(pieces: list[Json], form: str) -> None:
        if form == "whole":
            whole: Json = pieces[0] if len(pieces) == 1 else pieces
            asyncio.run(read(kind, written(whole).encode(), "application/json"))
        else:
            asyncio.run(read(kind, *framed(kind, pieces)))

    return run


def bytes_run(examples: int) -> Callable[[], None]:
    """Return the run of any bytes at all over every parser."""
    tokens = st.sampled_from([b"data:", b"data: ", b"\n", b"\r", b"\r\n", b"\n\n", b"event: error\n", b": x\n", b"id: 1\n", b"{", b"}", b"[", b'"',
                              b"[DONE]", b'{"choices":[{"delta":{"content":"a"}}]}', b"\xef\xbb\xbf", b"\xff", b"<html>", b"retry: x\n"])  # fmt: skip

    @settings(max_examples=examples, deadline=None, suppress_health_check=_QUIET)
    @given(
        st.lists(tokens | st.binary(max_size=12), max_size=24),
        st.sampled_from(sorted(PARSERS)),
        st.sampled_from(
            ["text/event-stream", "application/json", "application/x-ndjson", "", "text/html", "image/png"]
        ),
    )
    def run(pieces: list[bytes], kind: str, content_type: str) -> None:
        asyncio.run(read(kind, b"".join(pieces), content_type))

    return run


def rest_run(examples: int) -> Callable[[], None]:
    """Return the run over error bodies, lists of models and waits."""
    mapper = ErrorMapper(built_in()["openrouter"], REF)

    @settings(max_examples=examples, deadline=None, suppress_health_check=_QUIET)
    @given(
        values,
        st.sampled_from([None, 200, 400, 401, 403, 404, 413, 429, 500, 503]),
        st.dictionaries(
            st.sampled_from(["retry-after", "x-ratelimit-reset", "date", "retry-after-ms"]),
            st.text(max_size=20),
        ),
    )
    def run(value: Json, status: int | None, headers: dict[str, str]) -> None:
        body = written(value).encode()
        assert mapper.failure(body, status, headers).message.isprintable()
        assert mapper.failure(value, status, headers).message.isprintable()
        waits = retry_after(headers, str(value)[:400], body.decode())
        assert waits is None or 0 <= waits <= 86_400
        cards(value)
        try:
            json_body(body, mapper)
        except ProviderError:
            return

    return run  # fmt: skip


def cards(value: Json) -> None:
    """Read a list of models with the reader of every adapter."""
    from mixchat.providers import ollama, openai_client
    from mixchat.providers.google import GoogleProvider

    spec = built_in()["ollama"]
    for model in [*tables(value), table(value)]:
        made: list[ModelCard] = [
            openai_client._card("x", model),  # pyright: ignore[reportPrivateUsage]
            ollama._card(spec, model),  # pyright: ignore[reportPrivateUsage]
        ]
        for adapter in (GoogleProvider, AnthropicProvider):
            reader = adapter.__new__(adapter)
            reader._service = spec  # pyright: ignore[reportPrivateUsage]
            made.append(reader._card(model))  # pyright: ignore[reportPrivateUsage]
        assert all(isinstance(card.ref.model, str) for card in made)


@pytest.mark.parametrize("kind", PARSERS)
def test_any_json_gives_events_or_a_provider_error(kind: str) -> None:
    each(kind, 150)()


def test_any_bytes_give_events_or_a_provider_error() -> None:
    bytes_run(150)()


def test_any_error_body_list_and_wait_is_read() -> None:
    rest_run(150)()


@pytest.mark.fuzz
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", LONG_KINDS)
def test_the_long_run(kind: str) -> None:
    until, number = time.monotonic() + SECONDS / len(LONG_KINDS), FIRST_SEED
    while True:
        print(f"{kind}, seed {number}: {ROUND} examples")  # shown with a failure, or with -s
        made = {"bytes": bytes_run, "rest": rest_run}.get(kind)
        seed(number)(made(ROUND) if made else each(kind, ROUND))()
        if time.monotonic() >= until:
            return
        number += 1
