"""What the providers promise about their prompt caches, as data.

Sources, November 2026: the vendors' pages on prompt caching and pricing (Anthropic, OpenAI, Google, DeepSeek, xAI,
OpenRouter) and the types of their SDKs. Prices are not here: the price list has them.
"""

import re
from typing import Final

from msgspec import Struct


class CacheRule(Struct, frozen=True, kw_only=True):
    """When a provider still has what it has read."""

    life: float
    """Seconds, counted from the start of the last request that used it."""
    minimum: int
    """Tokens below which nothing is kept."""
    hit: float
    """The share of what should be there that is found, until it was measured here."""
    long_life: float = 0.0
    """Seconds that it can be asked to keep it; 0: it cannot."""


NONE: Final = CacheRule(life=0.0, minimum=0, hit=0.0)
_RULES: Final[tuple[tuple[str, CacheRule], ...]] = (
    (r"anthropic/.*haiku-4", CacheRule(life=300, minimum=4096, hit=1.0, long_life=3600)),
    (r"anthropic/.*-(?:[5-9]|\d\d)-[5-9]", CacheRule(life=300, minimum=512, hit=1.0, long_life=3600)),
    (r"anthropic/", CacheRule(life=300, minimum=1024, hit=1.0, long_life=3600)),
    (r"openai/gpt-(?:5\.[6-9]|[6-9]|\d\d)", CacheRule(life=1800, minimum=1024, hit=0.95)),
    (r"openai/", CacheRule(life=300, minimum=1024, hit=0.7)),
    (r"(?:google|gemini)/gemini-2", CacheRule(life=300, minimum=2048, hit=0.75)),
    (r"(?:google|gemini)/", CacheRule(life=300, minimum=4096, hit=0.75)),
    (r"deepseek/", CacheRule(life=4 * 3600, minimum=64, hit=0.9)),
    (r"xai/", CacheRule(life=300, minimum=128, hit=0.6)),
    (r"openrouter/anthropic/", CacheRule(life=300, minimum=1024, hit=0.9)),
    (r"openrouter/", CacheRule(life=300, minimum=1024, hit=0.5)),
)
"""The first pattern that a reference matches counts."""
_COMPILED: Final = tuple((re.compile(pattern), rule) for pattern, rule in _RULES)


def cache_rule(ref: str) -> CacheRule:
    """Return the rule of the model `provider/model`; a provider that says nothing keeps nothing."""
    return next((rule for pattern, rule in _COMPILED if pattern.match(ref)), NONE)
