"""Usage as the servers that speak Chat Completions tell it, in inclusive buckets."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from mixchat.providers.reading import count, table
from mixchat.words.usage import Usage


def usage_of(told: Mapping[str, object], chunk: Mapping[str, object]) -> Usage:
    """Return the usage that `told` means; `chunk` is what it came in."""
    read = table(told.get("prompt_tokens_details"))
    written = table(told.get("completion_tokens_details"))
    cached = read.get("cached_tokens")
    reasoning = count(written.get("reasoning_tokens"))
    tier = chunk.get("service_tier")
    return Usage(
        input=count(told.get("prompt_tokens")),
        output=_output(told, reasoning),
        cache_read=count(told.get("prompt_cache_hit_tokens") if cached is None else cached),
        cache_write=count(read.get("cache_write_tokens")),
        reasoning=reasoning,
        searches=_searches(told),
        tier=tier
        if isinstance(tier, str) and tier not in {"default", "auto", "standard", "on_demand"}
        else None,
        billed=_dollars(told.get("cost")),
    )


def _output(told: Mapping[str, object], reasoning: int | None) -> int | None:
    """Return the tokens out; xAI leaves its reasoning out of them, which only its total shows."""
    out, total, into = (count(told.get(f"{name}_tokens")) for name in ("completion", "total", "prompt"))
    if None in (out, total, into) or not reasoning:
        return out
    assert out is not None
    assert total is not None
    assert into is not None
    return out + reasoning if total == into + out + reasoning else out


def _searches(told: Mapping[str, object]) -> int | None:
    """Return the web searches: OpenRouter's name for them, else xAI's, else Perplexity's."""
    served = table(told.get("server_tool_use")).get("web_search_requests")
    names = (served, told.get("num_sources_used"), told.get("num_search_queries"))
    return next((number for name in names if (number := count(name)) is not None), None)


def _dollars(cost: object) -> Decimal | None:
    """Return what the server says it charged, as OpenRouter does in dollars."""
    if isinstance(cost, bool) or not isinstance(cost, int | float | str):
        return None
    try:
        amount = Decimal(str(cost))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None
