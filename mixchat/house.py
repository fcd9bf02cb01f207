"""Where the parts are joined. Each is built when it is first asked for; the screen does not wait for the ledger."""

import contextlib
import os
from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from mixchat.archive import Archive
from mixchat.papers.config import Budget, Config
from mixchat.papers.config_load import working_directory
from mixchat.papers.process import this_process
from mixchat.words.clock import Clock
from mixchat.words.error import ConfigError, ProviderError
from mixchat.words.model import ModelRef
from mixchat.words.question import Pin
from mixchat.words.stack import Stack

if TYPE_CHECKING:
    from mixchat.chat.chat import Chat
    from mixchat.chat.desk import Desk
    from mixchat.routing.health import Health
    from mixchat.routing.judge import Judge
    from mixchat.routing.learned import Learned
    from mixchat.routing.meaning import Counted, Meaning
    from mixchat.routing.resources import Resources
    from mixchat.routing.router import Router


class House(Archive):
    """Everything that a chat needs, joined. Built by `build`, closed by `aclose`."""

    def __init__(
        self,
        environ: Mapping[str, str],
        cwd: Path | None,
        *,
        stack: str | None = None,
        keep_chats: bool = True,
        teaching: bool = False,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(environ, cwd, keep_chats=keep_chats, clock=clock)
        self._teaching = teaching
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

    def use_config(self, config: Config) -> None:
        """Let a changed config count from the next turn on; what was made after the old one is made anew."""
        self.config = config
        for part in ("router", "resources", "stacks", "_meaning", "vectors"):
            self.__dict__.pop(part, None)
        if "ledger" in self.__dict__:
            self.ledger.budgets.limits = config.budget
        self.catalog.own_aliases = config.aliases
        if "prices" in self.__dict__:
            self.prices.overrides = config.prices
        self.use_stack(self.stack.name)

    def _ready(self, stack: Stack) -> Stack:
        """Return the stack with the config's system prompt in the roles that have none of their own."""
        posts = {
            name: post if post.system else structs.replace(post, system=self.config.system)
            for name, post in stack.posts.items()
        }
        return structs.replace(stack, posts=posts)

    @cached_property
    def health(self) -> "Health":
        """Which models are to be left alone for a while."""
        from mixchat.routing.health import Health

        return Health(self.clock)

    @cached_property
    def resources(self) -> "Resources":
        """What routing works with."""
        from mixchat.ledger.deferred import Deferred
        from mixchat.routing.resources import Resources

        return Resources(
            providers=self.providers,
            cards=self.catalog.card,
            meter=Deferred(lambda: self.ledger),
            clock=self.clock,
            health=self.health,
            tokens=lambda text, ref: self.ledger.estimator.tokens(text, ref),
            check_secrets=self.config.router.secrets,
        )

    @cached_property
    def router(self) -> "Router":
        """Gives every prompt to the right model."""
        from mixchat.routing.classifier import LocalClassifier
        from mixchat.routing.difficulty import difficulty
        from mixchat.routing.economy import Economy
        from mixchat.routing.router import Router

        return Router(
            self.stack,
            classifier=LocalClassifier(self.learned),
            resources=self.resources,
            advisers=[adviser for adviser in (self._meaning, self._judge()) if adviser is not None],
            economy=Economy(
                thrift=self._thrift,
                price=self._price,
                difficulty=difficulty,
                threshold=self.config.router.difficulty,
            ),
        )

    @cached_property
    def _meaning(self) -> "Meaning | None":
        """The embedding model that compares prompts with examples, if there is one."""
        if self.vectors is None:
            return None
        from mixchat.routing.meaning import Meaning

        return Meaning(self.vectors, self.resources, self.paths.data)

    @cached_property
    def vectors(self) -> "Counted | None":
        """The embedding model: the config's, else the stack's, if any; what it costs is in the ledger."""
        name = self.config.router.embeddings
        ref = self.catalog.resolve(name) if name else self.stack.embeddings
        if ref is None:
            return None
        from mixchat.routing.meaning import Counted

        return Counted(ref, self.embeddings.embed, self.resources.meter)

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

    @cached_property
    def desk(self) -> "Desk":
        """What every chat works with."""
        from mixchat.chat.desk import Desk

        return Desk(
            chats=self.chats,
            turns=self.turns,
            router=lambda: self.router,
            clock=self.clock,
            learn=self._learn,
        )

    @cached_property
    def learned(self) -> "Learned":
        """What the person's pins and corrections taught."""
        from mixchat.routing.learned import Learned

        return Learned(self.paths.data, enabled=self.config.router.learn)

    def _learn(self, prompt: str, target: str, source: str) -> None:
        """Teach the router, if it can be written down; a turn never fails for that."""
        if not self._teaching:
            return
        with contextlib.suppress(OSError):
            self.learned.add(prompt, target, source)

    def new_chat(self) -> "Chat":
        """Return a new chat; it is on disk once something was sent."""
        from mixchat.chat.chat import Chat

        return Chat(self.chats.new(private=self.config.private), self.desk)

    def saved_chat(self, chat_id: str) -> "Chat":
        """Return the chat whose id is, or begins with, `chat_id`.

        Raises:
            ConfigError: no chat fits, or several do.
        """
        from mixchat.chat.chat import Chat

        try:
            return Chat(self.chats.find(chat_id), self.desk)
        except KeyError as error:
            raise ConfigError(str(error.args[0])) from None

    def last_chat(self) -> "Chat":
        """Return the chat that was used last, or a new one if there is none."""
        from mixchat.chat.chat import Chat

        record = self.chats.last()
        return Chat(record, self.desk) if record else self.new_chat()

    def pin(self, name: str) -> Pin | None:
        """Return what `@name` means: a role of the stack, an alias or a model; `None`: nothing."""
        from mixchat.routing.pins import resolve

        return resolve(name, self.stack, self.catalog.aliases(), self.services.__contains__)

    def warm(self) -> None:
        """Import what the first turn needs: the price list and the SDKs of the stack's first seats.

        Blocks for seconds; called in a thread once the screen is up. What fails here fails again, with a
        sentence, in the turn that needs it.
        """
        this_process()
        seated = dict.fromkeys(seat.ref.provider for post in self.stack.posts.values() for seat in post.seats)
        for provider in filter(self.providers.reachable, seated):
            with contextlib.suppress(ProviderError):
                self.providers.get(provider).warm()
        if not all(map(self.providers.is_local, filter(self.providers.reachable, seated))):
            self.prices.load()

    def keep_log(self) -> None:
        """Begin the log."""
        from mixchat.papers.log import start_log

        start_log(self.paths)

    async def discover(self) -> bool:
        """Seat the models of servers on this machine that nobody had asked yet, if the stack is `auto`.

        Returns whether something new was found; takes milliseconds when nothing is there.
        """
        from mixchat.discovery import discover
        from mixchat.papers.stacks import AUTO

        if self.stack.name != AUTO or not await discover(
            self.services.values(), self.catalog, self.providers
        ):
            return False
        self.use_stack(AUTO)
        return True

    async def aclose(self) -> None:
        """Close the connections that were opened, end the local engine, and close the history."""
        if (meaning := self.__dict__.get("_meaning")) is not None:
            await meaning.aclose()
        if "embeddings" in self.__dict__:
            await self.embeddings.aclose()
        if "providers" in self.__dict__:
            await self.providers.aclose()
        self.close_files()


def build(
    *,
    stack: str | None = None,
    keep_chats: bool = True,
    teaching: bool = False,
    environ: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> House:
    """Return the house of this machine and directory; nothing is read or opened yet.

    Args:
        stack: the stack to use instead of the config's.
        keep_chats: whether what is said is saved; what it costs is counted either way.
        teaching: whether pins and corrections teach the router: they do where a person makes them.
        environ: the environment, by default the process's.
        cwd: the directory whose profile counts, by default the current one.
    """
    return House(
        os.environ if environ is None else environ,
        cwd or working_directory(),
        stack=stack,
        keep_chats=keep_chats,
        teaching=teaching,
    )
