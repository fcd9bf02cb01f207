"""What a provider's own usage, as JSON, comes to in dollars: the bills are worked out by hand, to 1e-9 $.

With the table in `test_prices.py` these are more than a hundred bills. Prices are those of 2026-11-23 unless a day is given.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import pytest

from mixchat.config.provider_specs import built_in
from mixchat.domain.model import ModelRef
from mixchat.ledger.prices import Prices
from mixchat.providers.anthropic import AnthropicParser
from mixchat.providers.errors import ErrorMapper
from mixchat.providers.event_stream import WireEvent
from mixchat.providers.google import GoogleParser
from mixchat.providers.openai_chat_parser import ChatParser
from mixchat.providers.openai_responses import ResponsesParser
from mixchat.providers.stream_state import EventParser, StreamState
from tests.ledger.stage import SteeredClock
from tests.ledger.test_prices import NANO, bill
from tests.wires.dialect import Json

Bill = tuple[str, str, str, Json, Decimal | None, str]

DAY = "2026-11-23T12:00"
SUNDAY_PEAK, MONDAY_PEAK, MONDAY_LATE = "2026-11-22T02:00", "2026-11-23T02:00", "2026-11-23T12:00"


def anthropic(used: Json) -> list[Json]:
    return [
        {"type": "message_start", "message": {"usage": {**used, "output_tokens": 1}}},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "a"}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": used},
    ]


def responses(used: Json) -> list[Json]:
    more = used.pop("_response", {})
    return [
        {"type": "response.output_text.delta", "delta": "a"},
        {"type": "response.completed", "response": {"status": "completed", "usage": used, **more}},
    ]


def chat(used: Json) -> list[Json]:
    more = used.pop("_chunk", {})
    return [
        {"choices": [{"delta": {"content": "a"}, "finish_reason": "stop"}]},
        {"choices": [], "usage": used, **more},
    ]


def google(used: Json) -> list[Json]:
    queries = used.pop("_queries", [])
    grounding = {"groundingMetadata": {"webSearchQueries": queries}} if queries else {}
    return [
        {
            "candidates": [{"content": {"parts": [{"text": "a"}]}, "finishReason": "STOP", **grounding}],
            "usageMetadata": used,
        }
    ]


KINDS: dict[str, tuple[Callable[[StreamState], EventParser], Callable[[Json], list[Json]]]] = {
    "anthropic": (AnthropicParser, anthropic), "responses": (ResponsesParser, responses),
    "chat": (ChatParser, chat), "google": (GoogleParser, google),
}  # fmt: skip

BILLS: list[Bill] = [
    # Anthropic: input_tokens leaves the cache out
    ("fresh input alone", "anthropic", "claude-sonnet-5-5", {"input_tokens": 1200, "output_tokens": 340}, bill((1200, "2"), (340, "10")), DAY),
    ("read from the cache", "anthropic", "claude-sonnet-5-5", {"input_tokens": 10, "cache_read_input_tokens": 5000, "output_tokens": 20}, bill((10, "2"), (5000, ".1"), (20, "10")), DAY),
    ("written for five minutes and an hour", "anthropic", "claude-opus-5-5", {"input_tokens": 7, "cache_creation_input_tokens": 900, "cache_creation": {"ephemeral_5m_input_tokens": 400, "ephemeral_1h_input_tokens": 500}, "output_tokens": 3}, bill((7, "4"), (400, "5"), (500, "8"), (3, "20")), DAY),
    ("a search and a half", "anthropic", "claude-sonnet-5-5", {"input_tokens": 100, "output_tokens": 10, "server_tool_use": {"web_search_requests": 3}}, bill((100, "2"), (10, "10"), searches=(3, "10")), DAY),
    ("in the United States", "anthropic", "claude-opus-5-5", {"input_tokens": 1000, "output_tokens": 100, "inference_geo": "us"}, bill((1000, "4.4"), (100, "22")), DAY),
    ("in the United States, cached and searched", "anthropic", "claude-sonnet-5-5", {"input_tokens": 10, "cache_read_input_tokens": 1000, "cache_creation_input_tokens": 100, "output_tokens": 10, "inference_geo": "us", "server_tool_use": {"web_search_requests": 1}}, bill((10, "2.2"), (1000, ".11"), (100, "2.75"), (10, "11"), searches=(1, "10")), DAY),
    ("anywhere", "anthropic", "claude-opus-5-5", {"input_tokens": 1000, "output_tokens": 100, "inference_geo": "global"}, bill((1000, "4"), (100, "20")), DAY),
    ("a place that has no price of its own", "anthropic", "claude-opus-5-5", {"input_tokens": 1000, "output_tokens": 100, "inference_geo": "not_available"}, bill((1000, "4"), (100, "20")), DAY),
    ("a batch", "anthropic", "claude-sonnet-5-5", {"input_tokens": 1000, "output_tokens": 100, "service_tier": "batch"}, bill((1000, "1"), (100, "5")), DAY),
    ("fast", "anthropic", "claude-opus-5-5", {"input_tokens": 1000, "output_tokens": 100, "speed": "fast", "service_tier": "standard"}, bill((1000, "8"), (100, "40")), DAY),
    ("haiku above its size by what was cached", "anthropic", "claude-haiku-5-5", {"input_tokens": 1, "cache_read_input_tokens": 100000, "output_tokens": 10}, bill((1, ".5"), (100000, ".05"), (10, "2.5")), DAY),
    ("zeros beside words", "anthropic", "claude-sonnet-5-5", {"input_tokens": 0, "output_tokens": 0}, None, DAY),
    # OpenAI Responses: input_tokens holds the cache
    ("half from the cache", "responses", "gpt-4.1", {"input_tokens": 3000, "input_tokens_details": {"cached_tokens": 1500}, "output_tokens": 400}, bill((1500, "2"), (1500, ".5"), (400, "8")), DAY),
    ("written to the cache", "responses", "gpt-6.1-sol", {"input_tokens": 10000, "input_tokens_details": {"cached_tokens": 5000, "cache_write_tokens": 4000}, "output_tokens": 2000}, bill((1000, "2"), (5000, ".1"), (4000, "2.5"), (2000, "10")), DAY),
    ("thinking inside the output", "responses", "o3", {"input_tokens": 100, "output_tokens": 2000, "output_tokens_details": {"reasoning_tokens": 1900}}, bill((100, "2"), (2000, "8")), DAY),
    ("two searches", "responses", "gpt-4.1", {"input_tokens": 100, "output_tokens": 10, "_response": {"tool_usage": {"web_search": {"num_requests": 2}}}}, bill((100, "2"), (10, "8"), searches=(2, "10")), DAY),
    ("flex", "responses", "o3", {"input_tokens": 1000, "output_tokens": 1000, "_response": {"service_tier": "flex"}}, bill((1000, "1"), (1000, "4")), DAY),
    ("the default tier", "responses", "o3", {"input_tokens": 1000, "output_tokens": 1000, "_response": {"service_tier": "default"}}, bill((1000, "2"), (1000, "8")), DAY),
    ("counts as texts and fractions", "responses", "gpt-4.1", {"input_tokens": "3000", "output_tokens": 400.0}, bill((3000, "2"), (400, "8")), DAY),
    ("no count of the output", "responses", "gpt-4.1", {"input_tokens": 3000}, None, DAY),
    # Chat Completions
    ("deepseek's cache hits at peak on a Monday", "chat:deepseek", "deepseek-flash", {"prompt_tokens": 1000, "prompt_cache_hit_tokens": 600, "completion_tokens": 50}, bill((400, ".3"), (600, ".006"), (50, "1.2")), MONDAY_PEAK),
    ("deepseek at the same hour on a Sunday", "chat:deepseek", "deepseek-flash", {"prompt_tokens": 1000, "prompt_cache_hit_tokens": 600, "completion_tokens": 50}, bill((400, ".15"), (600, ".003"), (50, ".6")), SUNDAY_PEAK),
    ("deepseek outside peak hours", "chat:deepseek", "deepseek-flash", {"prompt_tokens": 1000, "completion_tokens": 50}, bill((1000, ".15"), (50, ".6")), MONDAY_LATE),
    ("deepseek pro at peak", "chat:deepseek", "deepseek-v4-pro", {"prompt_tokens": 1000, "completion_tokens": 50}, bill((1000, "1.32"), (50, "3.96")), MONDAY_PEAK),
    ("deepseek pro on a Sunday", "chat:deepseek", "deepseek-v4-pro", {"prompt_tokens": 1000, "completion_tokens": 50}, bill((1000, ".66"), (50, "1.98")), SUNDAY_PEAK),
    ("deepseek pro in August, before peak hours", "chat:deepseek", "deepseek-v4-pro", {"prompt_tokens": 1000, "completion_tokens": 50}, bill((1000, ".435"), (50, ".87")), "2026-08-16T12:00"),
    ("groq", "chat:groq", "llama-3.3-70b-versatile", {"prompt_tokens": 10000, "completion_tokens": 10000}, bill((10000, ".59"), (10000, ".79")), DAY),
    ("openrouter's own charge", "chat:openrouter", "anthropic/claude-sonnet-5.5", {"prompt_tokens": 10, "completion_tokens": 5, "cost": 0.0000701}, Decimal("0.0000701"), DAY),
    ("openrouter by one's own key", "chat:openrouter", "anthropic/claude-sonnet-5.5", {"prompt_tokens": 10, "completion_tokens": 5, "cost": 0.0000035, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.00007}}, Decimal("0.0000735"), DAY),
    ("openrouter by its credits, with an upstream cost beside it", "chat:openrouter", "anthropic/claude-sonnet-5.5", {"prompt_tokens": 10, "completion_tokens": 5, "cost": 0.00007, "is_byok": False, "cost_details": {"upstream_inference_cost": 0.00006}}, Decimal("0.00007"), DAY),
    ("openrouter by one's own key without the upstream cost: the list", "chat:openrouter", "anthropic/claude-sonnet-5.5", {"prompt_tokens": 1000, "completion_tokens": 100, "cost": 0.0001, "is_byok": True}, bill((1000, "2"), (100, "10")), DAY),
    ("xai's ticks, search included", "chat:xai", "grok-none", {"prompt_tokens": 9212, "completion_tokens": 3417, "num_sources_used": 3, "cost_in_usd_ticks": 318319000}, Decimal("0.0318319"), DAY),
    ("perplexity's table", "chat:perplexity", "sonar-none", {"prompt_tokens": 8, "completion_tokens": 400, "cost": {"input_tokens_cost": 0.000008, "output_tokens_cost": 0.0004, "request_cost": 0.005, "total_cost": 0.005408}}, Decimal("0.005408"), DAY),
    ("a gateway's charge for a model that nobody knows", "chat:litellm", "team-model", {"prompt_tokens": 1, "completion_tokens": 1, "cost": "0.000125"}, Decimal("0.000125"), DAY),
    ("zeros and a charge of nothing beside words", "chat:litellm", "team-model", {"prompt_tokens": 0, "completion_tokens": 0, "cost": 0}, None, DAY),
    ("a free model's charge of nothing with counts", "chat:openrouter", "x/y:free", {"prompt_tokens": 10, "completion_tokens": 5, "cost": 0}, Decimal(0), DAY),
    ("xai's thinking, which its completion leaves out", "chat:openai", "gpt-4.1", {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 160, "completion_tokens_details": {"reasoning_tokens": 50}}, bill((100, "2"), (60, "8")), DAY),
    ("usage under x_groq", "chat:groq", "llama-3.3-70b-versatile", {"_chunk": {"x_groq": {"usage": {"prompt_tokens": 100, "completion_tokens": 10}}}}, bill((100, ".59"), (10, ".79")), DAY),
    # Google
    ("thoughts on top of the candidates", "google", "gemini-2.5-flash", {"promptTokenCount": 1000, "candidatesTokenCount": 18, "thoughtsTokenCount": 7}, bill((1000, ".3"), (25, "2.5")), DAY),
    ("what a tool read on top of the prompt", "google", "gemini-3.8-flash", {"promptTokenCount": 1000, "toolUsePromptTokenCount": 500, "candidatesTokenCount": 10}, bill((1500, ".75"), (10, "3.75")), DAY),
    ("grounding 2.5 once for three queries", "google", "gemini-2.5-flash", {"promptTokenCount": 1000, "candidatesTokenCount": 280, "_queries": ["a", "b", "c"]}, bill((1000, ".3"), (280, "2.5"), searches=(1, "35")), DAY),
    ("grounding 3.8 three times for three queries", "google", "gemini-3.8-flash", {"promptTokenCount": 1000, "candidatesTokenCount": 280, "_queries": ["a", "b", "c"]}, bill((1000, ".75"), (280, "3.75"), searches=(3, "14")), DAY),
    ("the same query twice is one", "google", "gemini-3.8-flash", {"promptTokenCount": 1000, "candidatesTokenCount": 280, "_queries": ["a", "a"]}, bill((1000, ".75"), (280, "3.75"), searches=(1, "14")), DAY),
    ("cached content inside the prompt", "google", "gemini-4-argon", {"promptTokenCount": 1000, "cachedContentTokenCount": 10, "candidatesTokenCount": 1000}, bill((990, "2"), (10, ".1"), (1000, "10")), DAY),
    ("argon from December on", "google", "gemini-4-argon", {"promptTokenCount": 1000, "candidatesTokenCount": 1000}, bill((1000, "4"), (1000, "20")), "2026-12-01T00:00"),
]  # fmt: skip
PROVIDERS = {"anthropic": "anthropic", "responses": "openai", "google": "google"}


@pytest.mark.parametrize(
    ("kind", "model", "used", "expected", "when"),
    [case[1:] for case in BILLS],
    ids=[case[0] for case in BILLS],
)
def test_a_usage_from_the_wire_costs_what_the_bill_by_hand_says(
    kind: str, model: str, used: Json, expected: Decimal | None, when: str
) -> None:
    kind, _, provider = kind.partition(":")
    ref = ModelRef(provider or PROVIDERS[kind], model)
    make, spoken = KINDS[kind]
    parser = make(StreamState(ErrorMapper(built_in()["openrouter"], ref)))
    for event in spoken(dict(used)):
        parser.parse(WireEvent(event))
    parser.finish()
    moment = datetime.fromisoformat(f"{when}+00:00").timestamp()
    cost = Prices(clock=SteeredClock()).price(ref, parser.state.usage, moment)
    if expected is None:
        assert cost is None
    else:
        assert cost is not None
        assert abs(cost - expected) <= NANO


def test_there_are_a_hundred_bills_and_more() -> None:
    from tests.ledger.test_prices import CASES

    assert len(CASES) + len(BILLS) >= 100
    assert len({case[0] for case in BILLS}) == len(BILLS)
