"""The price list that comes with genai-prices, read for one model, moment, context size and service tier.

Importing it takes a quarter of a second, so it is imported when a list is first opened, never at start-up.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mixchat.domain.model import ModelRef
from mixchat.ledger.rates import Rates

if TYPE_CHECKING:
    from genai_prices.data_snapshot import DataSnapshot
    from genai_prices.types import ModelInfo, ModelPrice, TieredPrices

LISTED: Final[Mapping[str, str]] = {
    "anthropic": "anthropic",
    "cerebras": "cerebras",
    "cohere": "cohere",
    "deepseek": "deepseek",
    "fireworks": "fireworks",
    "gemini": "google",
    "google": "google",
    "groq": "groq",
    "meta": "meta",
    "minimax": "minimax",
    "mistral": "mistral",
    "moonshot": "moonshotai",
    "moonshotai": "moonshotai",
    "novita": "novita",
    "openai": "openai",
    "openrouter": "openrouter",
    "perplexity": "perplexity",
    "together": "together",
    "voyage": "voyageai",
    "xai": "x-ai",
    "zai": "zai",
}
"""Built-in providers and their names in the list. Any other is a server of the user's, which has none."""

_STANDARD = frozenset({None, "", "auto", "default", "on_demand", "scale", "standard"})
_SIZES = frozenset(
    [
        "audio",
        "flash",
        "image",
        "lite",
        "live",
        "max",
        "mini",
        "nano",
        "pro",
        "realtime",
        "tts",
        "turbo",
        "ultra",
    ]
)
_WORD = re.compile("[a-z]+")


class PriceList:
    """One edition of the list: the one that came with the package, or a newer one that was fetched."""

    def __init__(self, saved: Path | None = None) -> None:
        from genai_prices import __version__, data_snapshot

        from mixchat.ledger.refresh import restore

        fetched = restore(saved) if saved else None
        self._snapshot: DataSnapshot = fetched or data_snapshot.get_snapshot()
        day = fetched.timestamp.date().isoformat() if fetched else None
        self.edition = f"genai-prices of {day}" if day else f"genai-prices {__version__}"

    def rates(self, ref: ModelRef, when: datetime, context: int = 0, tier: str | None = None) -> Rates | None:
        """Return what `ref` costs at `when` for a prompt of `context` tokens, or `None` if it is not listed.

        A service tier that the list has no price for makes the price unknown, not the standard one.
        """
        model = self._find(ref)
        if model is None:
            return None
        variant = _variant(ref.provider, tier)
        if variant and not any(dict(offer.when) == variant for offer in model.price_variants or ()):
            return None
        prices = model.get_prices(when, variant)
        return Rates(
            input=_at(prices.input_mtok, context),
            output=_at(prices.output_mtok, context),
            cache_read=_at(prices.cache_read_mtok, context),
            cache_write=_at(_first(prices, "cache_write_mtok", "cache_write_5m_mtok"), context),
            cache_write_long=_at(prices.cache_write_1h_mtok, context),
            search=_at(prices.web_searches_kcount, context),
            request=_at(prices.requests_kcount, context),
            date=_since(model, when) or when.astimezone(UTC).date(),
            source=self.edition,
        )

    def changes(self, ref: ModelRef) -> tuple[str, ...]:
        """Return the ISO dates on which the price of `ref` changes, in order."""
        from genai_prices.types import ModelPrice, StartDateConstraint

        model = self._find(ref)
        if model is None or isinstance(model.prices, ModelPrice):
            return ()
        starts = (price.constraint for price in model.prices)
        return tuple(
            sorted(each.start_date.isoformat() for each in starts if isinstance(each, StartDateConstraint))
        )

    def _find(self, ref: ModelRef) -> "ModelInfo | None":
        provider = LISTED.get(ref.provider)
        if provider is None:
            return None
        try:
            _, model = self._snapshot.find_provider_model(ref.model, None, provider, None)
        except LookupError:
            return None
        return None if _is_another_size(ref.model, model.id) else model


def _is_another_size(asked: str, found: str) -> bool:
    """Whether a loose match took, say, a `-lite` model for the larger one whose name it begins with."""
    return bool((set(_WORD.findall(asked.lower())) - set(_WORD.findall(found.lower()))) & _SIZES)


def _variant(provider: str, tier: str | None) -> dict[str, str]:
    if tier in _STANDARD or tier is None:
        return {}
    if tier == "batch":
        return {"processing": "batch"}
    return {"speed" if provider == "anthropic" and tier == "fast" else "service_tier": tier}


def _first(prices: "ModelPrice", *names: str) -> "Decimal | TieredPrices | None":
    return next((price for name in names if (price := getattr(prices, name)) is not None), None)


def _at(price: "Decimal | TieredPrices | None", context: int) -> Decimal | None:
    """Return the price of the highest tier that `context` is above; a tier holds for every token."""
    if price is None or isinstance(price, Decimal):
        return price
    return next((tier.price for tier in reversed(price.tiers) if context > tier.start), price.base)


def _since(model: "ModelInfo", when: datetime) -> date | None:
    from genai_prices.types import ModelPrice, StartDateConstraint

    if isinstance(model.prices, ModelPrice):
        return None
    for dated in reversed(model.prices):
        if dated.constraint is None or dated.constraint.active(when):
            return dated.constraint.start_date if isinstance(dated.constraint, StartDateConstraint) else None
    return None
