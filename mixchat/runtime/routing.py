"""Who answers: the stack in use, and the router with all that it works with."""

import contextlib
import threading
from collections.abc import Callable
from decimal import Decimal
from functools import cached_property, partial
from typing import TYPE_CHECKING

from msgspec import structs

from mixchat.config.config import Budget
from mixchat.domain.chat_request import Pin
from mixchat.domain.errors import ConfigError, ProviderError
from mixchat.domain.model import ModelRef
from mixchat.domain.request import FileLimits
from mixchat.domain.stack import RoleConfig, Stack
from mixchat.runtime.settings import Settings
from mixchat.runtime.storage import Storage

if TYPE_CHECKING:
    from mixchat.classifier.learned import Learned
    from mixchat.domain.provider import Provider
    from mixchat.routing.embedding_adviser import EmbeddingClassifier, MeteredEmbedder
    from mixchat.routing.health import Health
    from mixchat.routing.judge import Judge
    from mixchat.routing.router import Router
    from mixchat.routing.services import RoutingServices


def _preload(provider: "Provider") -> None:
    with contextlib.suppress(ProviderError):  # said in a sentence by the turn that needs it
        provider.preload()


def _in_background(work: Callable[[], object]) -> None:
    threading.Thread(target=work, daemon=True).start()


class Routing:
    """Joins the stack, the router and what was learned; each is made when it is first asked for.

    Args:
        settings: the config, the stacks, the providers and what is known of models.
        storage: prices and the ledger.
        stack: the stack to use instead of the config's.
        teaching: whether pins and corrections teach the router: they do where a person makes them.
    """

    def __init__(
        self, settings: Settings, storage: Storage, *, stack: str | None = None, teaching: bool = False
    ) -> None:
        self._settings = settings
        self._storage = storage
        self._stack_name = stack
        self._teaching = teaching
        self._prepared: set[str] = set()
        """Providers whose libraries are loaded, or on the way."""

    def renew(self) -> None:
        """Make the router and what it works with anew: the config has changed."""
        for part in ("router", "services", "_embedding_classifier", "vectors"):
            self.__dict__.pop(part, None)
        self.use_stack(self.stack.name)

    @cached_property
    def stack(self) -> Stack:
        """The stack in use.

        Raises:
            ConfigError: there is none of that name, or its file cannot be used.
        """
        return self._ready(self._settings.stacks.get(self._stack_name or self._settings.config.stack))

    def use_stack(self, name: str) -> Stack:
        """Put another stack to use from the next turn on, and return it.

        Raises:
            ConfigError: there is none of that name, or its file cannot be used; the old one stays.
        """
        self.stack = self._ready(self._settings.stacks.get(name))
        self.router.stack = self.stack
        return self.stack

    def _ready(self, stack: Stack) -> Stack:
        """Return the stack with the personas of its roles, and the config's system prompt in those that have none.

        Raises:
            ConfigError: a persona is not in the prompt library, or has no system prompt.
        """
        return structs.replace(
            stack,
            roles={
                name: structs.replace(role_config, system=self._system(role_config))
                for name, role_config in stack.roles.items()
            },
        )

    def _system(self, role_config: RoleConfig) -> str | None:
        if role_config.persona is None:
            return role_config.system or self._settings.config.system
        from mixchat.config.prompts import Prompts

        try:
            system = Prompts(self._settings.paths.prompts).get(role_config.persona).fill({}).system
        except ConfigError as error:
            raise ConfigError(
                f"The role {role_config.role} has the persona {role_config.persona}. {error}"
            ) from None
        if system is None:
            raise ConfigError(
                f"The role {role_config.role} has the persona {role_config.persona}, which is a prompt without a system prompt; "
                f"add one with: mixchat prompts edit {role_config.persona}"
            )
        return system

    @cached_property
    def learned(self) -> "Learned":
        """What the person's pins and corrections taught."""
        from mixchat.classifier.learned import Learned

        settings = self._settings
        return Learned(settings.paths.data, enabled=settings.config.router.learn, files=settings.files)

    @cached_property
    def health(self) -> "Health":
        """Which models are to be left alone for a while."""
        from mixchat.routing.health import Health
        from mixchat.routing.shared_breakers import SharedBreakers

        clock = self._storage.clock
        return Health(clock, SharedBreakers(self._settings.paths.data, clock, self._settings.files))

    @cached_property
    def services(self) -> "RoutingServices":
        """What routing works with."""
        from mixchat.ledger.lazy_meter import LazyMeter
        from mixchat.routing.services import Limits, RoutingServices

        return RoutingServices(
            providers=self._settings.providers,
            cards=self._settings.catalog.card,
            file_limits=self._file_limits,
            meter=LazyMeter(lambda: self._storage.ledger),
            clock=self._storage.clock,
            health=self.health,
            tokens=lambda text, ref: self._storage.ledger.estimator.tokens(text, ref),
            allowed=self._settings.allowed_secrets,
            check_secrets=self._settings.config.router.secrets,
            limits=Limits(silence=self._settings.config.router.silence),
        )

    @cached_property
    def router(self) -> "Router":
        """Gives every message to the right model."""
        from mixchat.classifier.lazy_classifier import LazyClassifier
        from mixchat.routing.cost_facts import CostFacts
        from mixchat.routing.cost_order import CostOrder
        from mixchat.routing.router import Router

        return Router(
            self.stack,
            classifier=LazyClassifier(lambda: self.learned),
            resources=self.services,
            advisers=[
                adviser for adviser in (self._embedding_classifier, self._judge()) if adviser is not None
            ],
            economy=CostOrder(
                economy=lambda: self._settings.config.router.economy,
                facts=CostFacts(lambda: self._storage.ledger, self._storage.prices, self._storage.clock.now),
                budget_used=self._budget_used,
                price=self._price,
                name=self.called,
            ),
        )

    @cached_property
    def _embedding_classifier(self) -> "EmbeddingClassifier | None":
        """The embedding model that compares prompts with examples, if there is one."""
        if self.vectors is None:
            return None
        from mixchat.routing.embedding_adviser import EmbeddingClassifier

        return EmbeddingClassifier(self.vectors, self.services, self._settings.paths.data)

    @cached_property
    def vectors(self) -> "MeteredEmbedder | None":
        """The embedding model: the config's, else the stack's, if any; what it costs is in the ledger."""
        name = self._settings.config.router.embeddings
        ref = self._settings.catalog.resolve(name) if name else self.stack.embeddings
        if ref is None:
            return None
        from mixchat.routing.embedding_adviser import MeteredEmbedder

        embeddings = self._settings.embeddings
        return MeteredEmbedder(
            ref,
            embeddings.embed,
            self.services.meter,
            preload=embeddings.preload,
            reachable=lambda: embeddings.reachable(ref),
        )

    def preload(self, asked: str | None = None) -> None:
        """Load in the background what those need who are asked about a prompt, so that nobody is late for it.

        Args:
            asked: the name of who is to answer it, if it is known already.
        """
        pin = self.resolve_name(asked) if asked else None
        role = self.stack.roles.get(pin.role) if pin is not None and pin.role else None
        slots = [pin.slot] if pin is not None and pin.slot is not None else role.slots[:1] if role else []
        for slot in slots:
            self.prepare(slot.ref)
        name = self._settings.config.router.judge
        ref = self._settings.catalog.resolve(name) if name else None
        if ref is not None:
            with contextlib.suppress(ProviderError):
                _in_background(self._settings.providers.get(ref.provider).preload)
        if self._settings.config.router.embeddings or self.stack.embeddings:
            _in_background(self._settings.embeddings.preload)

    def prepare(self, ref: ModelRef) -> None:
        """Load in the background what a call to a model's provider needs, once, if it can be called at all."""
        name = ref.provider
        if name in self._prepared or not self._settings.providers.reachable(name):
            return
        self._prepared.add(name)
        with contextlib.suppress(ProviderError):
            _in_background(partial(_preload, self._settings.providers.get(name)))

    def _judge(self) -> "Judge | None":
        name = self._settings.config.router.judge
        ref = self._settings.catalog.resolve(name) if name else None
        if ref is None:
            return None
        from mixchat.routing.judge import Judge, JudgeSettings

        return Judge(JudgeSettings(ref=ref, margin=self._settings.config.router.margin), self.services)

    def teaches(self) -> "Learned | None":
        """Return where it is kept what turns teach; `None` where nobody teaches."""
        return self.learned if self._teaching else None

    async def aclose(self) -> None:
        """Close the connections that were opened for embeddings."""
        if (classifier := self.__dict__.get("_embedding_classifier")) is not None:
            await classifier.aclose()

    def _budget_used(self, chat: str | None) -> float:
        """Return the share of the tightest budget that is used; the ledger is not asked when there is none."""
        if self._settings.config.budget == Budget():
            return 0.0
        return float(self._storage.ledger.budgets.fraction(chat) or 0)

    def called(self, ref: ModelRef) -> str:
        """Return a model's alias, or its name."""
        names = [name for name, named in self._settings.catalog.aliases().items() if named == ref]
        return min(names, key=len) if names else ref.model

    def _file_limits(self, provider: str) -> FileLimits:
        spec = self._settings.provider_specs.get(provider)
        return FileLimits() if spec is None else FileLimits(spec.largest_image, spec.largest_files)

    def _price(self, ref: ModelRef) -> Decimal | None:
        """Return about what a million tokens of a usual turn cost, three read for one written."""
        rates = self._storage.prices.rates(ref)
        if rates is None or rates.input is None or rates.output is None:
            return None
        return (3 * rates.input + rates.output) / 4

    def resolve_name(self, name: str) -> Pin | None:
        """Return what `@name` means: a role of the stack, an alias or a model; `None`: nothing."""
        from mixchat.routing.names import resolve

        return resolve(
            name,
            self.stack,
            self._settings.catalog.aliases(),
            self._settings.provider_specs.__contains__,
            self._named,
        )

    def unknown_name_message(self, name: str, *, roles: bool = True) -> str:
        """Return the sentence about a name that `resolve_name` knows nothing for; without `roles`, about models alone."""
        from mixchat.routing.names import unresolved

        return unresolved(name, self.stack, self._settings.catalog.aliases(), self._named, roles=roles)

    def _named(self, model: str) -> tuple[ModelRef, ...]:
        return self._settings.catalog.named(model, self._settings.provider_specs)
