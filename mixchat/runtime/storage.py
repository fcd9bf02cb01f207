"""What is kept on disk: chats, drafts, prices and the ledger. Each is opened when it is first asked for."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mixchat.domain.clock import Clock, SystemClock
from mixchat.runtime.settings import Settings

if TYPE_CHECKING:
    from mixchat.ledger.ledger import Ledger
    from mixchat.ledger.prices import Prices
    from mixchat.storage.chats import ChatStore
    from mixchat.storage.database import Database
    from mixchat.storage.drafts import Drafts
    from mixchat.storage.search import Search
    from mixchat.storage.turns import TurnStore


class Storage(Settings):
    """The files of one person on this machine.

    Args:
        environ: the environment.
        cwd: the directory whose profile counts.
        keep_chats: whether what is said is saved; what it costs is counted either way.
        clock: the time.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        cwd: Path | None,
        *,
        keep_chats: bool = True,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(environ, cwd)
        self.clock = clock or SystemClock()
        self._keep_chats = keep_chats

    @cached_property
    def database(self) -> "Database":
        """The history file, with the ledger.

        Raises:
            ConfigError: it cannot be opened.
        """
        from mixchat.storage.database import Database

        return Database(self.paths.data / "history.db")

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

        store = TurnStore(self._chat_database)
        store.recover()
        return store

    @cached_property
    def search(self) -> "Search":
        """Finds words in chats."""
        from mixchat.storage.search import Search

        return Search(self._chat_database)

    @cached_property
    def drafts(self) -> "Drafts":
        """What was typed and not sent, and the prompts that were."""
        from mixchat.storage.drafts import Drafts

        return Drafts(self._chat_database)

    @cached_property
    def prices(self) -> "Prices":
        """What models cost."""
        from mixchat.ledger.prices import Prices

        return Prices(
            self.config.prices, clock=self.clock, saved=self.paths.data, at_home=self.providers.is_local
        )

    @cached_property
    def ledger(self) -> "Ledger":
        """What was spent, and what may be."""
        from mixchat.ledger.ledger import Ledger

        return Ledger(self.database, self.prices, self.config.budget, clock=self.clock)

    def close_files(self) -> None:
        """Close the files that were opened; what was committed is on disk."""
        for name in ("database", "_chat_database"):
            if name in self.__dict__:
                self.__dict__.pop(name).close()
