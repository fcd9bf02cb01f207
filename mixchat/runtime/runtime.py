"""Where the parts are joined. Each is built when it is first asked for; the screen does not wait for the ledger."""

import contextlib
import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mixchat.config.config import Config
from mixchat.config.load import working_directory
from mixchat.domain.clock import Clock
from mixchat.domain.errors import ConfigError, ProviderError
from mixchat.runtime.routing import RoutingRuntime
from mixchat.storage.owner import this_process

if TYPE_CHECKING:
    from mixchat.chat.chat import Chat
    from mixchat.chat.services import ChatServices


class Runtime(RoutingRuntime):
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
        super().__init__(environ, cwd, stack=stack, keep_chats=keep_chats, clock=clock)
        self._teaching = teaching

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

    @cached_property
    def chat_services(self) -> "ChatServices":
        """What every chat works with."""
        from mixchat.chat.services import ChatServices

        return ChatServices(
            chats=self.chats,
            turns=self.turns,
            router=lambda: self.router,
            clock=self.clock,
            learn=self._learn,
            mask=self.mask,
        )

    async def mask(self, text: str) -> str:
        """Return `text` without the credentials in it, unless the config says that nobody looks for them."""
        from mixchat.secrets.scan import mask

        return await mask(text) if self.resources.check_secrets else text

    def _learn(self, prompt: str, target: str, source: str) -> None:
        """Teach the router, if it can be written down; a turn never fails for that."""
        if not self._teaching:
            return
        with contextlib.suppress(OSError):
            self.learned.add(prompt, target, source)

    def new_chat(self) -> "Chat":
        """Return a new chat; it is on disk once something was sent."""
        from mixchat.chat.chat import Chat

        return Chat(self.chats.new(private=self.config.private), self.chat_services)

    def saved_chat(self, chat_id: str) -> "Chat":
        """Return the chat whose id is, or begins with, `chat_id`.

        Raises:
            ConfigError: no chat fits, or several do.
        """
        from mixchat.chat.chat import Chat

        try:
            return Chat(self.chats.find(chat_id), self.chat_services)
        except KeyError as error:
            raise ConfigError(str(error.args[0])) from None

    def last_chat(self) -> "Chat":
        """Return the chat that was used last, or a new one if there is none."""
        from mixchat.chat.chat import Chat

        record = self.chats.last()
        return Chat(record, self.chat_services) if record else self.new_chat()

    def preload(self) -> None:
        """Import what the first turn needs: the price list and the SDKs of the stack's first seats.

        Blocks for seconds; called in a thread once the screen is up. What fails here fails again, with a
        sentence, in the turn that needs it.
        """
        this_process()
        seated = dict.fromkeys(seat.ref.provider for post in self.stack.roles.values() for seat in post.seats)
        for provider in filter(self.providers.reachable, seated):
            with contextlib.suppress(ProviderError):
                self.providers.get(provider).preload()
        if not all(map(self.providers.is_local, filter(self.providers.reachable, seated))):
            self.prices.load()

    def keep_log(self) -> None:
        """Begin the log."""
        from mixchat.config.log import start_log

        start_log(self.paths)

    async def discover(self) -> bool:
        """Seat the models of servers on this machine that nobody had asked yet, if the stack is `auto`.

        Returns whether something new was found; takes milliseconds when nothing is there.
        """
        from mixchat.config.stacks import AUTO
        from mixchat.providers.discovery import discover

        if self.stack.name != AUTO or not await discover(
            self.provider_specs.values(), self.catalog, self.providers
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


def build_runtime(
    *,
    stack: str | None = None,
    keep_chats: bool = True,
    teaching: bool = False,
    environ: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Runtime:
    """Return the runtime of this machine and directory; nothing is read or opened yet.

    Args:
        stack: the stack to use instead of the config's.
        keep_chats: whether what is said is saved; what it costs is counted either way.
        teaching: whether pins and corrections teach the router: they do where a person makes them.
        environ: the environment, by default the process's.
        cwd: the directory whose profile counts, by default the current one.
    """
    return Runtime(
        os.environ if environ is None else environ,
        cwd or working_directory(),
        stack=stack,
        keep_chats=keep_chats,
        teaching=teaching,
    )
