"""Usage as compatible servers tell it."""

from decimal import Decimal

import pytest

from mixchat.providers.openai_chat_parser import usage_of


def test_reasoning_that_stands_beside_the_completion_is_added() -> None:
    """Format: docs.x.ai/docs/guides/reasoning; the total is what gives it away."""
    told = {
        "prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 35,
        "completion_tokens_details": {"reasoning_tokens": 20},
    }  # fmt: skip
    assert usage_of(told, {}).output == 25
    inside = told | {"completion_tokens": 25}
    assert usage_of(inside, {}).output == 25


def test_deepseeks_cache_hits_are_cache_reads() -> None:
    """Format: api-docs.deepseek.com/guides/kv_cache."""
    told = {"prompt_tokens": 100, "completion_tokens": 1, "prompt_cache_hit_tokens": 64}
    assert (usage_of(told, {}).input, usage_of(told, {}).cache_read) == (100, 64)


@pytest.mark.parametrize(
    ("cost", "dollars"),
    [(0.00014, Decimal("0.00014")), ("0.5", Decimal("0.5")), (0, Decimal(0)), (None, None), (True, None),
     (-1, None), ("much", None), (float("nan"), None), ({"total": 1}, None), ({"total_cost": 0.006, "input_tokens_cost": 0.001}, Decimal("0.006"))],
)  # fmt: skip
def test_what_the_server_charged_is_kept_to_the_digit(cost: object, dollars: Decimal | None) -> None:
    assert usage_of({"cost": cost}, {}).billed == dollars


def test_what_is_not_said_is_unknown_never_zero() -> None:
    usage = usage_of({}, {})
    assert usage.input is None
    assert usage.output is None
    assert usage_of({"prompt_tokens": "seven", "completion_tokens": -1}, {}) == usage
