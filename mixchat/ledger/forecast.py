"""What a call is expected to cost before it is sent: the real request, a reply of the usual length, the cache."""

from collections.abc import Callable, Sequence

from msgspec import Struct

from mixchat.domain.meter import MeteredCall
from mixchat.domain.model import ModelRef
from mixchat.domain.request import ModelRequest
from mixchat.domain.usage import Cost, Usage
from mixchat.ledger.cache_book import Kept, variant_of
from mixchat.ledger.estimate import Estimator
from mixchat.ledger.prices import Prices


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


def forecast(
    call: MeteredCall,
    request: ModelRequest,
    kept: Sequence[Kept],
    *,
    now: float,
    hit: Callable[[ModelRef], float],
    estimator: Estimator,
    prices: Prices,
) -> Forecast:
    """Return what `request` is expected to cost.

    Args:
        call: what it is and for whom.
        request: all that would be sent.
        kept: what the chat's models were sent last.
        now: seconds since the epoch.
        hit: the share of what should be warm at a model that is found so.
        estimator: counts tokens.
        prices: prices them.
    """
    read, written = estimator.request(request), estimator.length(call, request)
    variant = variant_of(call.ref, request.effort, request.system, search=request.search)
    warm = {one.variant: one.warm_tokens(now) for one in kept}
    cached = min(round(warm.get(variant, 0) * hit(call.ref)), read)
    share = estimator.share_written(call.ref)
    usage = Usage(input=read, output=written, cache_read=cached, cache_write=round((read - cached) * share))
    usd = prices.price(call.ref, usage, now)
    return Forecast(cost=Cost(usd, exact=usd == 0), input=read, output=written, cached=cached)
