"""Every model that could be chosen, with its price and how it is right now."""

from collections.abc import Container, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from mixchat.domain.errors import ProviderError
from mixchat.domain.model import ModelCard, ModelRef

if TYPE_CHECKING:
    from mixchat.domain.provider import Provider
    from mixchat.runtime.runtime import Runtime


class ModelOffer(Struct, frozen=True, kw_only=True):
    """One model."""

    card: ModelCard
    alias: str = ""
    input: Decimal | None = None
    """Dollars per million tokens read; `None`: unknown."""
    output: Decimal | None = None
    """Dollars per million tokens written; `None`: unknown."""
    unreachable: str = ""
    """Why it cannot be asked, in words; empty: it can."""
    retiring: bool = False
    ended: bool = False
    role: str | None = None
    """The first role of the stack that has it."""
    favourite: bool = False


class ModelList:
    """Gathers models from the catalog, the listings and the stack."""

    def __init__(self, runtime: "Runtime") -> None:
        self._runtime = runtime

    def offers(self) -> list[ModelOffer]:
        """Return every model, those that can be asked first. Blocks while the price list is opened the first time."""
        self.load()
        roles, aliases, favourites = self._roles(), self._aliases(), self.favourites()
        found = {card.ref: card for name in self._chat_providers() for card in self._cards(name)}
        found |= {
            ref: self._runtime.settings.catalog.card(ref)
            for ref in (*roles, *aliases)
            if ref not in found and self._chats(ref)
        }
        offers = [self._offer(card, aliases, roles, favourites) for card in found.values()]
        return sorted(offers, key=lambda offer: (bool(offer.unreachable), offer.role is None, offer.card.ref))

    def _chats(self, ref: ModelRef) -> bool:
        service = self._runtime.settings.provider_specs.get(ref.provider)
        return service is None or service.api != "embed"

    def _chat_providers(self) -> list[str]:
        """Return the services that can be chatted with."""
        return [
            name for name, service in self._runtime.settings.provider_specs.items() if service.api != "embed"
        ]

    def load(self) -> None:
        """Open the price list. Blocks for up to half a second the first time; safe in a thread."""
        self._runtime.storage.prices.load()

    @property
    def today(self) -> date:
        """The day, UTC."""
        return datetime.fromtimestamp(self._runtime.storage.clock.now(), UTC).date()

    def rests(self, ref: ModelRef) -> float:
        """Return the seconds until a model that failed is tried again; 0: it is well."""
        return self._runtime.routing.health.state(ref).seconds

    async def ask(self) -> list[str]:
        """Ask the providers that were not asked today for their models; return who did not answer."""
        providers = [found for name in self._chat_providers() if (found := self._stale(name)) is not None]
        failed = await self._runtime.settings.catalog.refresh(providers)
        return [name for name in failed if self._runtime.settings.provider_specs[name].needs_key]

    def _stale(self, name: str) -> "Provider | None":
        if not self._runtime.settings.providers.reachable(name) or not self._runtime.settings.catalog.stale(
            name
        ):
            return None
        try:
            return self._runtime.settings.providers.get(name)
        except ProviderError:
            return None

    def _cards(self, provider: str) -> Iterator[ModelCard]:
        listed = (
            self._runtime.settings.catalog.listed(provider)
            if self._runtime.settings.providers.reachable(provider)
            else ()
        )
        yield from listed or self._runtime.settings.catalog.built_in(provider)

    def _roles(self) -> dict[ModelRef, str]:
        roles: dict[ModelRef, str] = {}
        for role, config in self._runtime.routing.stack.roles.items():
            for slot in (*config.slots, *(slot for slot in (config.plan, config.execute) if slot)):
                roles.setdefault(slot.ref, role)
        return roles

    def _aliases(self) -> dict[ModelRef, str]:
        return {
            ref: name for name, ref in sorted(self._runtime.settings.catalog.aliases().items(), reverse=True)
        }

    def offer(self, ref: ModelRef) -> ModelOffer:
        """Return what is known of one model, without waiting for the price list."""
        return self._offer(self._runtime.settings.catalog.card(ref), {}, {})

    def _offer(
        self,
        card: ModelCard,
        aliases: Mapping[ModelRef, str],
        roles: Mapping[ModelRef, str],
        favourites: Container[ModelRef] = (),
    ) -> ModelOffer:
        prices = self._runtime.storage.prices
        rates = prices.rates(card.ref) if prices.tells(card.ref) else None
        today = self.today
        return ModelOffer(
            card=card,
            alias=aliases.get(card.ref, ""),
            input=rates.input if rates else None,
            output=rates.output if rates else None,
            unreachable=self.unreachable(card.ref),
            retiring=self._runtime.settings.catalog.retiring(card.ref, today),
            ended=card.retires is not None and card.retires < today,
            role=roles.get(card.ref),
            favourite=card.ref in favourites,
        )

    def favourites(self) -> dict[ModelRef, str]:
        """Return the favourite models, each with its name in the config; roles are left out."""
        resolve = self._runtime.routing.resolve_name
        named = {name: resolve(name) for name in self._runtime.settings.config.favourites}
        return {pin.slot.ref: name for name, pin in named.items() if pin is not None and pin.slot is not None}

    def toggle_favourite(self, ref: ModelRef) -> bool:
        """Make a model a favourite, or no longer; return whether it is one now.

        Raises:
            ConfigError: the config cannot be used or read.
            OSError: it cannot be written.
        """
        from mixchat.config.edit import set_value

        settings = self._runtime.settings
        name = self.favourites().get(ref)
        others = [other for other in settings.config.favourites if other != name]
        names = others if name is not None else [*others, str(ref)]
        set_value(settings.paths.config_file, "favourites", names or None, settings.files)
        settings.config = structs.replace(settings.config, favourites=tuple(names))
        return name is None

    def unreachable(self, ref: ModelRef) -> str:
        """Return why a model cannot be asked, in words; empty: it can."""
        from mixchat.providers.local.model_store import ModelStore

        provider, settings = ref.provider, self._runtime.settings
        if provider == "local" and ref.model not in ModelStore.of(settings.paths, settings.config).names():
            return "not downloaded"
        if self._runtime.settings.providers.reachable(provider):
            return ""
        if provider not in self._runtime.settings.provider_specs:
            return "no such provider"
        variable = next(iter(self._runtime.settings.credentials.variables(provider)), "")
        return f"needs {variable}" if variable else "needs a key"
