"""What a call is charged: while it runs, when it has ended, and when its program died."""

from typing import Final

from mixchat.domain.errors import Failure
from mixchat.domain.growing_text import GrowingText
from mixchat.domain.meter import MeteredCall
from mixchat.domain.usage import Cost, Usage
from mixchat.ledger.money import ZERO, normalised
from mixchat.ledger.open_call import OpenCall
from mixchat.ledger.prices import Prices
from mixchat.ledger.rates import Rates
from mixchat.ledger.reservations import Orphan
from mixchat.ledger.rows import CallRow

_UNSURE: Final = frozenset({"timeout", "interrupted"})
"""Failures after which the provider may charge for what it never told us about: it had read the request."""


class Charges:
    """Turns usage into money, by the prices of the day on which a call began."""

    def __init__(self, prices: Prices) -> None:
        self._prices = prices

    def so_far(self, live: OpenCall) -> Cost:
        """Return what a call under way has cost; unknown until the price list is in memory."""
        if live.usage == Usage():
            return Cost(ZERO, exact=False)
        usd = (
            self._prices.price(live.call.ref, live.usage, live.started)
            if self._prices.tells(live.call.ref)
            else None
        )
        return Cost(None if usd is None else normalised(usd), exact=usd == ZERO)

    def ended(
        self,
        key: int,
        live: OpenCall,
        text: str,
        usage: Usage,
        counted: int,
        *,
        complete: bool,
        failure: Failure | None,
        ended: float,
    ) -> CallRow:
        """Return the row of a call that has ended.

        Args:
            key: its number.
            live: what was known of it while it ran.
            text: all that came.
            usage: as the provider reported it.
            counted: characters that had come when the provider last counted.
            complete: whether the reply is whole.
            failure: why it is not.
            ended: when that was.
        """
        if _costs_nothing(text, usage, failure):
            charged, rates = usage, None
            # A filter may charge for reading what it refuses.
            cost = Cost(ZERO, exact=failure is None or failure.code != "refused")
        else:
            whole = complete or (failure is not None and failure.code == "refused")
            charged = live.final(GrowingText(text), usage, counted, complete=whole)
            exact = _is_exact(live.call, usage, complete=whole)
            rates, cost = self._priced(live.call, charged, live.started, exact=exact)
        return CallRow(
            key=key,
            call=live.call,
            day=live.day,
            started=live.started,
            ended=ended,
            usage=charged,
            rates=rates,
            cost=cost,
            complete=complete,
            error=failure.code if failure else None,
        )

    def orphaned(self, orphan: Orphan) -> CallRow:
        """Return the row of a call whose program died: charged for what had been noted of it."""
        rates, cost = self._priced(orphan.call, orphan.usage, orphan.started, exact=False)
        return CallRow(
            key=orphan.key,
            call=orphan.call,
            day=orphan.day,
            started=orphan.started,
            ended=orphan.last_seen,
            usage=orphan.usage,
            rates=rates,
            cost=cost,
            complete=False,
            error="interrupted",
        )

    def _priced(
        self, call: MeteredCall, usage: Usage, when: float, *, exact: bool
    ) -> tuple[Rates | None, Cost]:
        rates = None
        if usage.billed is None:
            rates = self._prices.rates(
                call.ref, when, context=usage.input or 0, tier=usage.tier, place=usage.place
            )
        usd = self._prices.price(call.ref, usage, when)
        return rates, Cost(None if usd is None else normalised(usd), exact=exact or usd == ZERO)


def _costs_nothing(text: str, usage: Usage, failure: Failure | None) -> bool:
    """Whether nothing is owed for a call: it reached no server, or failed before the provider counted anything.

    A call that was given up in silence was read and perhaps answered, so it is estimated like one that was stopped.
    """
    if failure is None:
        return False
    if not failure.reached:
        return True
    return not text and usage == Usage() and failure.code not in _UNSURE


def _is_exact(call: MeteredCall, usage: Usage, *, complete: bool) -> bool:
    """Whether all that a price needs was reported by the provider.

    Google grounds a number of requests a day for nothing, counted over all that uses the key: what is charged for
    grounding is the most that it can be.
    """
    if not complete or (call.ref.provider == "google" and usage.searches and usage.billed is None):
        return False
    counted = usage.input is not None and (usage.output is not None or call.purpose == "embedding")
    return counted or usage.billed is not None
