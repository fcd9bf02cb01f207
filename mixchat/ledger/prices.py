"""What a call costs: the config's prices first, then the price list; unknown is `None`, never zero."""

import threading
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from mixchat.config.config import PriceConfig
from mixchat.config.provider_specs import built_in
from mixchat.domain.clock import Clock, SystemClock
from mixchat.domain.model import ModelRef
from mixchat.domain.usage import Usage
from mixchat.ledger.money import ZERO
from mixchat.ledger.price_overlay import corrected, listed_moment
from mixchat.ledger.pricelist import LISTED, PriceList
from mixchat.ledger.rates import Rates, charge

LIST_FILE: Final = "prices.bin"
"""Where a fetched price list is kept, in the data directory."""

_OLLAMA_CLOUD: Final = ("-cloud", ":cloud")


@cache
def _on_machine() -> frozenset[str]:
    """Return the built-in providers that cost nothing where they run on this machine."""
    return frozenset(name for name, spec in built_in().items() if spec.on_machine)


def _anywhere(provider: str) -> bool:
    return provider in _on_machine()


class Prices:
    """Prices of every model, in dollars per million tokens.

    Args:
        overrides: the config's `[prices]`, by model reference.
        clock: says which day it is, since prices are dated.
        saved: the directory where a fetched price list is kept; `None` for the package's own alone.
        at_home: whether what is sent to a provider stays on this machine; a server of the user's is never asked about,
            since its prices are the config's to say.
    """

    def __init__(
        self,
        overrides: Mapping[str, PriceConfig] | None = None,
        *,
        clock: Clock | None = None,
        saved: Path | None = None,
        at_home: Callable[[str], bool] = _anywhere,
    ) -> None:
        self.overrides = overrides or {}
        """The config's prices, by model reference."""
        self._clock = clock or SystemClock()
        self._saved = saved / LIST_FILE if saved else None
        self._at_home = at_home
        self._list: PriceList | None = None
        self._lock = threading.Lock()

    @property
    def ready(self) -> bool:
        """Whether the price list is in memory, so that no question has to wait for it."""
        return self._list is not None

    @property
    def listed(self) -> Collection[str]:
        """The providers whose prices the price list has."""
        return LISTED

    def tells(self, ref: ModelRef) -> bool:
        """Whether the price of `ref` can be told without waiting for the price list: it is in memory or not needed."""
        return self.ready or ref.provider not in LISTED or self._unpaid(ref, self._moment()) is not None

    def load(self) -> PriceList:
        """Return the price list, opened on first use. Blocks for up to half a second; safe in a thread."""
        with self._lock:
            if self._list is None:
                self._list = PriceList(self._saved)
            return self._list

    def refresh(self, url: str | None = None) -> int:
        """Fetch the newest price list, use it from now on, and return how many models it prices. Blocks.

        Raises:
            Unreachable: it cannot be fetched; the one in use stays.
        """
        from mixchat.ledger.refresh import fetch

        if self._saved is None:
            raise ValueError("these prices were made without a place to keep a fetched list")
        models = fetch(self._saved, url)
        with self._lock:
            self._list = PriceList(self._saved)
        return models

    def rates(
        self,
        ref: ModelRef,
        when: float | None = None,
        *,
        context: int = 0,
        tier: str | None = None,
        place: str | None = None,
    ) -> Rates | None:
        """Return what `ref` costs per million tokens, or `None` if nobody says.

        Args:
            ref: the model.
            when: seconds since the epoch; `None` is now.
            context: tokens of the prompt, since some models cost more above a size.
            tier: the service tier, as in `Usage.tier`.
            place: where the call was run, as in `Usage.place`.
        """
        moment = self._moment(when)
        override = self.overrides.get(str(ref))
        rates = self._unpaid(ref, moment)
        if rates is None and ref.provider in LISTED:
            rates = self.load().rates(ref, listed_moment(ref, moment), context, tier)
            rates = None if rates is None else corrected(rates, ref, moment, place)
        if override is None:
            return rates
        return _overridden(rates or Rates(date=moment.date(), source="config"), override)

    def changes(self, ref: ModelRef) -> tuple[str, ...]:
        """Return the days (ISO, UTC) on which the listed price of `ref` changes, in order."""
        return self.load().changes(ref) if ref.provider in LISTED else ()

    def price(self, ref: ModelRef, usage: Usage, when: float | None = None) -> Decimal | None:
        """Return what `usage` of `ref` costs in dollars, or `None` if its price or a count is unknown.

        What the provider itself says it charged goes before every price.
        """
        if usage.billed is not None:
            return usage.billed
        rates = self.rates(ref, when, context=usage.input or 0, tier=usage.tier, place=usage.place)
        return None if rates is None else charge(rates, usage)

    def _moment(self, when: float | None = None) -> datetime:
        return datetime.fromtimestamp(self._clock.now() if when is None else when, UTC)

    def _unpaid(self, ref: ModelRef, moment: datetime) -> Rates | None:
        """Return a price of nothing for what runs on this machine, else `None`."""
        free = ref.provider == "local" or (
            ref.provider in _on_machine()
            and self._at_home(ref.provider)
            and not (ref.provider == "ollama" and ref.model.endswith(_OLLAMA_CLOUD))
        )
        if not free:
            return None
        return Rates(input=ZERO, output=ZERO, search=ZERO, date=moment.date(), source="this machine")


def _overridden(listed: Rates, said: PriceConfig) -> Rates:
    """Return `listed` with what the config says in its place; a cache price left out is that of the input."""
    if said.input is not None:
        listed = replace(
            listed, input=said.input, cache_read=said.input, cache_write=said.input, cache_write_long=None
        )
    if said.output is not None:
        listed = replace(listed, output=said.output)
    if said.cache_read is not None:
        listed = replace(listed, cache_read=said.cache_read)
    if said.cache_write is not None:
        listed = replace(listed, cache_write=said.cache_write, cache_write_long=None)
    if said.search is not None:
        listed = replace(listed, search=said.search)
    return replace(listed, source="config")
