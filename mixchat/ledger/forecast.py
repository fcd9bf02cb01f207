"""What a call is expected to cost before it is sent: the real request, a reply of the usual length, the cache."""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from mixchat.domain.meter import MeteredCall
from mixchat.domain.model import ModelRef
from mixchat.domain.request import ModelRequest
from mixchat.domain.usage import Cost, Usage
from mixchat.ledger.estimate import Estimator
from mixchat.ledger.prices import Prices

WARM: float = 300.0
"""Seconds that a provider keeps what it has read; the shortest that any of them promises."""


class Forecast(Struct, frozen=True, kw_only=True):
    """An estimate made before anything is sent."""

    cost: Cost
    """Dollars; `None` when the model's price is unknown."""
    input: int
    """Tokens of all that would be sent: system prompt, history, files and prompt."""
    output: int
    """Tokens of the reply, going by how long this role's replies were so far."""
    cached: int = 0
    """Tokens of the input that this model is likely to have in its cache still."""
    cache_loss: Decimal | None = None
    """Dollars lost by leaving the model that has the conversation in its cache."""


def forecast(
    call: MeteredCall,
    request: ModelRequest,
    past: Sequence[tuple[ModelRef, float, Usage]],
    *,
    now: float,
    estimator: Estimator,
    prices: Prices,
) -> Forecast:
    """Return what `request` is expected to cost.

    Args:
        call: what it is and for whom.
        request: all that would be sent.
        past: model, end and usage of the chat's latest answers, the last one first.
        now: seconds since the epoch.
        estimator: counts tokens.
        prices: prices them.
    """
    read, written = estimator.request(request), estimator.length(call, request)
    cached = min(_warm_tokens(past, call.ref, now), read)
    share = estimator.share_written(call.ref)
    usage = Usage(input=read, output=written, cache_read=cached, cache_write=round((read - cached) * share))
    usd = prices.price(call.ref, usage, now)
    loss = None
    if usd is not None and past and past[0][0] != call.ref:
        loss = _loss(usage, min(_warm_tokens(past, past[0][0], now), read), call.ref, prices, now)
    return Forecast(
        cost=Cost(usd, exact=usd == 0), input=read, output=written, cached=cached, cache_loss=loss
    )


def _warm_tokens(past: Sequence[tuple[ModelRef, float, Usage]], ref: ModelRef, now: float) -> int:
    """Return how much of the conversation `ref` is likely to have in its cache."""
    for model, ended, usage in past:
        if model == ref:
            uses_cache = bool(usage.cache_read or usage.cache_write)
            return (usage.input or 0) if uses_cache and 0 <= now - ended <= WARM else 0
    return 0


def _loss(usage: Usage, warm: int, ref: ModelRef, prices: Prices, now: float) -> Decimal | None:
    """Return what reading `warm` tokens anew costs more than having had them in this model's cache."""
    lost = warm - (usage.cache_read or 0)
    if lost <= 0:
        return None
    rates = prices.rates(ref, now, context=usage.input or 0)
    if rates is None or rates.input is None or rates.cache_read is None:
        return None
    return ((rates.input - rates.cache_read) * lost).scaleb(-6)
