"""Who answers: the stack in use, and the router with all that it works with."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from mixchat.config.config import Budget
from mixchat.domain.chat_request import Pin
from mixchat.domain.clock import Clock
from mixchat.domain.model import ModelRef
from mixchat.domain.stack import Stack
from mixchat.runtime.storage import Storage

if TYPE_CHECKING:
    from mixchat.classifier.learned import Learned
    from mixchat.routing.embedding_adviser import EmbeddingClassifier, MeteredEmbedder
    from mixchat.routing.health import Health
    from mixchat.routing.judge import Judge
    from mixchat.routing.router import Router
    from mixchat.routing.services import RoutingServices


class RoutingRuntime(Storage):
    """Joins the stack, the router and what was learned; each is made when it is first asked for.

    Args:
        environ: the environment.
        cwd: the directory whose profile counts.
        stack: the stack to use instead of the config's.
        keep_chats: whether what is said is saved.
        clock: the time.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        cwd: Path | None,
        *,
        stack: str | None = None,
        keep_chats: bool = True,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(environ, cwd, keep_chats=keep_chats, clock=clock)
        self._stack_name = stack

    @cached_property
    def stack(self) -> Stack:
        """The stack in use.

        Raises:
            ConfigError: there is none of that name, or its file cannot be used.
        """
        return self._ready(self.stacks.get(self._stack_name or self.config.stack))

    def use_stack(self, name: str) -> Stack:
        """Put another stack to use from the next turn on, and return it.

        Raises:
            ConfigError: there is none of that name, or its file cannot be used; the old one stays.
        """
        self.stack = self._ready(self.stacks.get(name))
        self.router.stack = self.stack
        return self.stack

    def _ready(self, stack: Stack) -> Stack:
        """Return the stack with the config's system prompt in the roles that have none of their own."""
        posts = {
            name: post if post.system else structs.replace(post, system=self.config.system)
            for name, post in stack.roles.items()
        }
        return structs.replace(stack, roles=posts)

    @cached_property
    def learned(self) -> "Learned":
        """What the person's pins and corrections taught."""
        from mixchat.classifier.learned import Learned

        return Learned(self.paths.data, enabled=self.config.router.learn)

    @cached_property
    def health(self) -> "Health":
        """Which models are to be left alone for a while."""
        from mixchat.routing.health import Health

        return Health(self.clock)

    @cached_property
    def resources(self) -> "RoutingServices":
        """What routing works with."""
        from mixchat.ledger.lazy_meter import LazyMeter
        from mixchat.routing.services import RoutingServices

        return RoutingServices(
            providers=self.providers,
            cards=self.catalog.card,
            meter=LazyMeter(lambda: self.ledger),
            clock=self.clock,
            health=self.health,
            tokens=lambda text, ref: self.ledger.estimator.tokens(text, ref),
            check_secrets=self.config.router.secrets,
        )

    @cached_property
    def router(self) -> "Router":
        """Gives every prompt to the right model."""
        from mixchat.classifier.classifier import LocalClassifier
        from mixchat.routing.cost_order import CostOrder
        from mixchat.routing.router import Router

        return Router(
            self.stack,
            classifier=LocalClassifier(self.learned),
            resources=self.resources,
            advisers=[adviser for adviser in (self._meaning, self._judge()) if adviser is not None],
            economy=CostOrder(
                thrift=self._thrift,
                price=self._price,
            ),
        )

    @cached_property
    def _meaning(self) -> "EmbeddingClassifier | None":
        """The embedding model that compares prompts with examples, if there is one."""
        if self.vectors is None:
            return None
        from mixchat.routing.embedding_adviser import EmbeddingClassifier

        return EmbeddingClassifier(self.vectors, self.resources, self.paths.data)

    @cached_property
    def vectors(self) -> "MeteredEmbedder | None":
        """The embedding model: the config's, else the stack's, if any; what it costs is in the ledger."""
        name = self.config.router.embeddings
        ref = self.catalog.resolve(name) if name else self.stack.embeddings
        if ref is None:
            return None
        from mixchat.routing.embedding_adviser import MeteredEmbedder

        return MeteredEmbedder(ref, self.embeddings.embed, self.resources.meter)

    def _judge(self) -> "Judge | None":
        name = self.config.router.judge
        ref = self.catalog.resolve(name) if name else None
        if ref is None:
            return None
        from mixchat.routing.judge import Judge, JudgeSettings

        return Judge(JudgeSettings(ref=ref, margin=self.config.router.margin), self.resources)

    def _thrift(self, chat: str | None) -> float:
        """Return the share of the tightest budget that is used; the ledger is not asked when there is none."""
        if self.config.budget == Budget():
            return 0.0
        return float(self.ledger.budgets.fraction(chat) or 0)

    def _price(self, ref: ModelRef) -> Decimal | None:
        """Return about what a million tokens of a usual turn cost, three read for one written."""
        rates = self.prices.rates(ref)
        if rates is None or rates.input is None or rates.output is None:
            return None
        return (3 * rates.input + rates.output) / 4

    def pin(self, name: str) -> Pin | None:
        """Return what `@name` means: a role of the stack, an alias or a model; `None`: nothing."""
        from mixchat.routing.names import resolve

        return resolve(
            name, self.stack, self.catalog.aliases(), self.provider_specs.__contains__, self._named
        )

    def no_pin(self, name: str, *, roles: bool = True) -> str:
        """Return the sentence about a name that `pin` knows nothing for; without `roles`, about models alone."""
        from mixchat.routing.names import unresolved

        return unresolved(name, self.stack, self.catalog.aliases(), self._named, roles=roles)

    def _named(self, model: str) -> tuple[ModelRef, ...]:
        return self.catalog.named(model, self.provider_specs)
