"""What is kept on disk: chats, drafts, prices and the ledger. Each is opened when it is first asked for."""

from contextlib import closing, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mixchat.config.config import Config
from mixchat.domain.clock import Clock, SystemClock
from mixchat.domain.errors import ConfigError, StorageError
from mixchat.runtime.settings import Settings

if TYPE_CHECKING:
    from mixchat.ledger.ledger import Ledger
    from mixchat.ledger.prices import Prices
    from mixchat.storage.chats import ChatRecord, ChatStore
    from mixchat.storage.database import Database
    from mixchat.storage.drafts import Drafts
    from mixchat.storage.search import Search
    from mixchat.storage.turns import TurnStore


class Storage:
    """The files of one person on this machine.

    Args:
        settings: where the files are, and what the config says of prices and budgets.
        keep_chats: whether what is said is saved; what it costs is counted either way.
        clock: the time.
    """

    def __init__(self, settings: Settings, *, keep_chats: bool = True, clock: Clock | None = None) -> None:
        self.clock = clock or SystemClock()
        self._settings = settings
        self._keep_chats = keep_chats
        self.background = False
        """Whether writes are made by a thread, so that no screen and no other request waits for them."""
        self.go_on_unpriced = ""
        """What whoever is there does to go on with a call of unknown price; empty: nobody can be asked about it."""

    @cached_property
    def database(self) -> "Database":
        """The history file, with the ledger.

        Raises:
            ConfigError: it cannot be opened.
        """
        from mixchat.storage.database import Database

        return Database(self._settings.paths.data / "history.db", background=self.background)

    @cached_property
    def _chat_database(self) -> "Database":
        from mixchat.storage.database import Database

        return self.database if self._keep_chats else Database(Path(":memory:"))

    @cached_property
    def chats(self) -> "ChatStore":
        """The list of chats."""
        from mixchat.storage.chats import ChatStore

        return ChatStore(self._chat_database, self.clock)

    @cached_property
    def turns(self) -> "TurnStore":
        """The turns of every chat; those of a process that died are settled first."""
        from mixchat.storage.turns import TurnStore

        store = TurnStore(self._chat_database, self._settings.allowed_secrets)
        store.recover()
        return store

    def last_record(self) -> "ChatRecord | None":
        """Return the chat that was used last; where no chats are kept, a copy that can be gone on with and is not kept."""
        if self._keep_chats:
            return self.chats.last()
        from mixchat.storage.copy import copy_chat

        record = self._saved_chats.last()
        if record is not None:
            copy_chat(self.database, self._chat_database, record)
        return record

    @cached_property
    def _saved_chats(self) -> "ChatStore":
        from mixchat.storage.chats import ChatStore

        return ChatStore(self.database, self.clock)

    def purge(self) -> None:
        """Take what was deleted and can no longer be brought back off the disk; it takes its time, in any thread."""
        from mixchat.storage.database import Database
        from mixchat.storage.deletion import UNDO_TIME, purge

        with suppress(StorageError, ConfigError), closing(Database(self.database.path)) as database:
            purge(database, self.clock.now() - UNDO_TIME)

    @cached_property
    def search(self) -> "Search":
        """Finds words in chats."""
        from mixchat.storage.search import Search

        return Search(self._chat_database)

    @cached_property
    def drafts(self) -> "Drafts":
        """What was typed and not sent, and the prompts that were."""
        from mixchat.storage.drafts import Drafts

        return Drafts(self._chat_database, self.clock)

    @cached_property
    def prices(self) -> "Prices":
        """What models cost."""
        from mixchat.ledger.prices import Prices

        return Prices(
            self._settings.config.prices,
            clock=self.clock,
            saved=self._settings.paths.data,
            at_home=self._settings.providers.is_local,
        )

    @cached_property
    def ledger(self) -> "Ledger":
        """What was spent, and what may be."""
        from mixchat.ledger.ledger import Ledger

        ledger = Ledger(self.database, self.prices, self._settings.config.budget, clock=self.clock)
        ledger.budgets.go_on_unpriced = self.go_on_unpriced
        return ledger

    def use_config(self, config: Config) -> None:
        """Let a changed config's budgets and prices count from the next call on."""
        if "ledger" in self.__dict__:
            self.ledger.budgets.limits = config.budget
        if "prices" in self.__dict__:
            self.prices.overrides = config.prices

    def close(self) -> None:
        """Close the files that were opened; what was committed is on disk."""
        for name in ("database", "_chat_database"):
            if name in self.__dict__:
                self.__dict__.pop(name).close()
