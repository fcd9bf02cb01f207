"""What a provider itself says it charged for a call. It goes before every price list."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from mixchat.providers.json_values import count, dollars, table

_TICKS: Final = Decimal(10) ** 10
"""xAI counts in ticks of a ten-thousand-millionth of a dollar (docs.x.ai, `cost_in_usd_ticks`)."""


def charge_of(usage: Mapping[str, object]) -> Decimal | None:
    """Return the dollars that a usage says were charged, or `None` when it does not say.

    OpenRouter: `cost`, its own fee alone where `is_byok` says that one's own key paid the provider, whose part is in
    `cost_details.upstream_inference_cost`. xAI: `cost_in_usd_ticks`. Perplexity: `cost` is a table with `total_cost`.
    """
    ticks = count(usage.get("cost_in_usd_ticks"))
    if ticks is not None:
        return Decimal(ticks) / _TICKS
    told = usage.get("cost")
    if parts := table(told):
        return dollars(parts.get("total_cost"))
    fee = dollars(told)
    if fee is None or usage.get("is_byok") is not True:
        return fee
    upstream = dollars(table(usage.get("cost_details")).get("upstream_inference_cost"))
    return None if upstream is None else fee + upstream
