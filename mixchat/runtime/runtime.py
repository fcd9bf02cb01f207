"""Where the parts are joined. Each is built when it is first asked for; the screen does not wait for the ledger."""

import contextlib
import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mixchat.config.config import Config
from mixchat.config.load import working_directory
from mixchat.domain.errors import ConfigError, ProviderError
from mixchat.domain.role import DAILY_DRIVER
from mixchat.runtime.routing import Routing
from mixchat.runtime.settings import Settings
from mixchat.runtime.storage import Storage
from mixchat.storage.owner import this_process

if TYPE_CHECKING:
    from mixchat.chat.chat import Chat
    from mixchat.chat.services import ChatServices


class Runtime:
    """Everything that a chat needs, by composition. Made by `build_runtime`, closed by `aclose`."""

    def __init__(self, settings: Settings, storage: Storage, routing: Routing) -> None:
        self.settings = settings
        self.storage = storage
        self.routing = routing

    def use_config(self, config: Config) -> None:
        """Let a changed config count from the next turn on; what was made after the old one is made anew."""
        self.settings.use_config(config)
        self.storage.use_config(config)
        self.routing.renew()

    @cached_property
    def chat_services(self) -> "ChatServices":
        """What every chat works with."""
        from mixchat.chat.services import ChatServices

        return ChatServices(
            chats=self.storage.chats,
            turns=self.storage.turns,
            router=lambda: self.routing.router,
            clock=self.storage.clock,
            learned=self.routing.teaches,
            mask=self.mask,
        )

    async def mask(self, text: str) -> str:
        """Return `text` without the credentials in it, unless the config says that nobody looks for them."""
        from mixchat.secrets.scan import mask

        if not self.routing.services.check_secrets:
            return text
        return await mask(text, self.settings.allowed_secrets)

    def new_chat(self) -> "Chat":
        """Return a new chat; it is on disk once something was sent."""
        from mixchat.chat.chat import Chat

        return Chat(self.storage.chats.new(private=self.settings.config.private), self.chat_services)

    def saved_chat(self, chat_id: str) -> "Chat":
        """Return the chat whose id is, or begins with, `chat_id`.

        Raises:
            ConfigError: no chat fits, or several do.
        """
        from mixchat.chat.chat import Chat

        try:
            return Chat(self.storage.chats.find(chat_id), self.chat_services)
        except KeyError as error:
            raise ConfigError(str(error.args[0])) from None

    def last_chat(self) -> "Chat":
        """Return the chat that was used last, or a new one if there is none."""
        from mixchat.chat.chat import Chat

        record = self.storage.last_record()
        return Chat(record, self.chat_services) if record else self.new_chat()

    def preload_prices(self) -> None:
        """Read the price list, which tells what a message would cost, if any of its models can be asked.

        Whoever may be pinned counts as well, and so does a provider whose address is one of this machine. Blocks for up to
        half a second; called in a thread once the screen is up.
        """
        if any(map(self.settings.providers.reachable, self.storage.prices.listed)):
            self.storage.prices.load()

    def preload(self) -> None:
        """Import what the first turn probably needs: the SDK of the first model there is a key for.

        Each SDK takes 25 to 40 MB; the others come when a prompt that is being written, or a fallback, needs them.

        Blocks for seconds; called in a thread once the screen is up. What fails here fails again, with a
        sentence, in the turn that needs it.
        """
        this_process()
        roles = self.routing.stack.roles
        order = dict.fromkeys((DAILY_DRIVER, *roles))
        named = [slot.ref.provider for role in order if role in roles for slot in roles[role].slots]
        reachable = [name for name in dict.fromkeys(named) if self.settings.providers.reachable(name)]
        for provider in reachable[:1]:
            with contextlib.suppress(ProviderError):
                self.settings.providers.get(provider).preload()

    def start_log(self) -> None:
        """Start the log file."""
        from mixchat.config.log import start_log

        start_log(self.settings.paths)

    async def discover(self, *, unnamed: bool = False) -> bool:
        """Slot the models of servers on this machine that nobody had asked yet, if the stack is `auto`.

        Returns whether something new was found; takes milliseconds when nothing is there. With `unnamed`, servers
        at their usual addresses are looked for, too.
        """
        from mixchat.config.stacks import AUTO
        from mixchat.providers.discovery import discover

        if self.routing.stack.name != AUTO or not await discover(
            self.settings.provider_specs.values(),
            self.settings.catalog,
            self.settings.providers,
            unnamed=unnamed,
        ):
            return False
        self.routing.use_stack(AUTO)
        return True

    async def aclose(self) -> None:
        """Close the connections that were opened, end the local engine, and close the history."""
        await self.routing.aclose()
        await self.settings.aclose()
        self.close_files()

    def write_in_background(self) -> None:
        """Let threads write from now on, so that no screen and no other request waits for the disk."""
        self.storage.background = self.settings.files.background = True

    def close_files(self) -> None:
        """Write what waits, and close the history."""
        self.settings.files.close()
        self.storage.close()


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
    settings = Settings(os.environ if environ is None else environ, cwd or working_directory())
    storage = Storage(settings, keep_chats=keep_chats)
    return Runtime(settings, storage, Routing(settings, storage, stack=stack, teaching=teaching))
