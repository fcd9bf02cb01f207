"""What is known of models: facts that travel with mixchat, and what the providers list over them."""

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct, structs

from mixchat.config.config import Config
from mixchat.config.file_writer import FileWriter
from mixchat.config.paths import Paths
from mixchat.domain.clock import Clock, SystemClock
from mixchat.domain.errors import ConfigError, ProviderError, TooSlow
from mixchat.domain.model import ModelCard, ModelRef
from mixchat.domain.provider import Provider
from mixchat.domain.stack import RoleConfig, Slot, Stack


class Listing(Struct, frozen=True):
    """A provider's models, and when it named them."""

    asked: float
    """Seconds since the epoch, UTC."""
    cards: tuple[ModelCard, ...]


class Listings:
    """Keeps listings in a directory. A file that is missing or damaged is as good as none."""

    def __init__(self, folder: Path, files: FileWriter | None = None) -> None:
        self._folder = folder
        self._files = files or FileWriter()
        self._read: dict[str, Listing | None] = {}

    def get(self, provider: str) -> Listing | None:
        """Return the provider's last listing."""
        if provider not in self._read:
            self._read[provider] = self._load(provider)
        return self._read[provider]

    def keep(self, provider: str, listing: Listing) -> None:
        """Put a listing in place of the one before; where nothing can be written it holds for this run."""
        self._read[provider] = listing
        text = msgspec.json.encode(listing).decode()
        with suppress(ConfigError):
            self._files.change(self._path(provider), lambda _: text, matters=False)

    def _load(self, provider: str) -> Listing | None:
        try:
            return msgspec.json.decode(self._path(provider).read_bytes(), type=Listing)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return None

    def _path(self, provider: str) -> Path:
        return self._folder / f"{provider}.json"


NOTICE: Final = timedelta(days=60)
"""How long before its end a model is flagged."""
FRESH: Final = 24 * 3600.0
"""Seconds for which a listing is not asked for again."""
_PATIENCE: Final = 20.0
_STEPS: Final = 5
"""Successors of successors that are followed."""
_SNAPSHOT: Final = re.compile(r"-(?:\d{8}|\d{4}-\d{2}-\d{2})$")


class Catalog:
    """Answers from memory and disk; only `refresh` asks anybody. Nothing is read before it is needed."""

    def __init__(
        self, paths: Paths, config: Config, clock: Clock | None = None, files: FileWriter | None = None
    ) -> None:
        self.own_aliases = config.aliases
        """The config's short names; they go before the built-in ones."""
        self._listings = Listings(paths.data / "listings", files)
        self._clock = clock or SystemClock()

    def aliases(self) -> Mapping[str, ModelRef]:
        """Return the models by their short names; the config's go before the built-in ones."""
        written = self._facts.aliases | self.own_aliases
        return {name: ModelRef.parse(ref) for name, ref in written.items()}

    def resolve(self, name: str) -> ModelRef | None:
        """Return the model that an alias or a reference names, or `None` when it is neither."""
        if (ref := self.own_aliases.get(name) or self._facts.aliases.get(name)) is not None:
            return ModelRef.parse(ref)
        try:
            return ModelRef.parse(name)
        except ValueError:
            return None

    def card(self, ref: ModelRef) -> ModelCard:
        """Return what is known of a model; for one that nobody knows, a card that says nothing."""
        listed = self._listed(ref.provider).get(ref.model)
        known = self._known(ref)
        return known if listed is None else _over(listed, known)

    def listed(self, provider: str) -> tuple[ModelCard, ...]:
        """Return the models that the provider had when it was last asked, with all that is known of them."""
        return tuple(self.card(card.ref) for card in self._listed(provider).values())

    def built_in(self, provider: str) -> tuple[ModelCard, ...]:
        """Return the provider's models that mixchat knows without asking."""
        refs = (ModelRef.parse(written) for written in self._facts.models)
        return tuple(self._known(ref) for ref in refs if ref.provider == provider)

    def named(self, model: str, providers: Iterable[str]) -> tuple[ModelRef, ...]:
        """Return the models of `providers` that are known and have this name behind the provider's."""
        refs = (ModelRef(provider, model) for provider in providers)
        return tuple(
            ref for ref in refs if str(ref) in self._facts.models or model in self._listed(ref.provider)
        )

    def current(self, written: str) -> str | None:
        """Return the reference to use for a model: itself, its successor once it has retired, or nothing."""
        ref, today = ModelRef.parse(written), datetime.fromtimestamp(self._clock.now(), UTC).date()
        for _ in range(_STEPS):
            card = self.card(ref)
            if card.retires is None or card.retires > today:
                return str(ref)
            if card.successor is None or card.successor.provider != ref.provider:
                return None
            ref = card.successor
        return None

    def retiring(self, ref: ModelRef, today: date) -> bool:
        """Return whether the model ends within 60 days, or has ended."""
        retires = self.card(ref).retires
        return retires is not None and retires - today <= NOTICE

    def stale(self, provider: str) -> bool:
        """Return whether the provider was not asked for its models within a day."""
        listing = self._listings.get(provider)
        return listing is None or not 0 <= self._clock.now() - listing.asked < FRESH

    async def refresh(self, providers: Iterable[Provider]) -> dict[str, ProviderError]:
        """Ask the providers for their models, all at once; return the errors of those that did not answer.

        Their listings from before stay. Cancelling keeps the answers that came.
        """
        import asyncio

        providers = tuple(providers)
        errors = await asyncio.gather(*(self._ask(provider) for provider in providers))
        return {provider.name: error for provider, error in zip(providers, errors, strict=True) if error}

    async def _ask(self, provider: Provider) -> ProviderError | None:
        import asyncio

        try:
            async with asyncio.timeout(_PATIENCE):
                cards = await provider.models()
        except ProviderError as error:
            return error
        except TimeoutError:
            return TooSlow(f"{provider.name} did not list its models within {_PATIENCE:.0f} seconds.")
        self._listings.keep(provider.name, Listing(self._clock.now(), cards))
        return None

    def _listed(self, provider: str) -> dict[str, ModelCard]:
        listing = self._listings.get(provider)
        return {} if listing is None else {card.ref.model: card for card in listing.cards}

    def _known(self, ref: ModelRef) -> ModelCard:
        """Return the facts that travel with mixchat; a dated snapshot is the model that it is one of."""
        facts = self._facts.models
        own = facts.get(str(ref)) or facts.get(_SNAPSHOT.sub("", str(ref))) or {}
        family = self._facts.families.get(str(own.get("family")), {})
        fields = {name: value for name, value in (family | own).items() if name != "family"}
        if "successor" in fields:
            fields["successor"] = structs.asdict(ModelRef.parse(fields["successor"]))
        return msgspec.convert({"ref": structs.asdict(ref), **fields}, ModelCard)

    @cached_property
    def _facts(self) -> "_Facts":
        import tomllib

        text = Path(__file__).with_name("catalog.toml").read_text(encoding="utf-8")
        return msgspec.convert(tomllib.loads(text), _Facts)


class _Facts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file `catalog.toml`."""

    aliases: dict[str, str]
    families: dict[str, dict[str, Any]]
    models: dict[str, dict[str, Any]]


def _over(strong: ModelCard, weak: ModelCard) -> ModelCard:
    """Return `weak` with everything that `strong` says in its place."""
    said = {name: value for name, value in structs.asdict(strong).items() if value is not None}
    return structs.replace(weak, **said)


def retiring(stack: Stack, card: Callable[[ModelRef], ModelCard], today: date) -> tuple[str, ...]:
    """Return a sentence for every model of the stack that ends within 60 days or has, with its successor."""
    refs = dict.fromkeys(slot.ref for role_config in stack.roles.values() for slot in all_slots(role_config))
    return tuple(_sentence(found, today) for found in map(card, refs) if _soon(found, today))


def _soon(card: ModelCard, today: date) -> bool:
    return card.retires is not None and card.retires - today <= NOTICE


def all_slots(role_config: RoleConfig) -> tuple[Slot, ...]:
    """Return every slot of a role, its planner and its executor first."""
    return tuple(
        slot for slot in (role_config.plan, role_config.execute, *role_config.slots) if slot is not None
    )


def _sentence(card: ModelCard, today: date) -> str:
    ends = "retired" if card.retires is not None and card.retires <= today else "retires"
    then = f"; take {card.successor} instead" if card.successor else ""
    return f"{card.ref} {ends} on {card.retires}{then}."
