"""The one SQLite file: chats, turns and the ledger, and how it grew.

`MIGRATIONS` is append-only: each script runs once, in one transaction with the record that it ran
(`PRAGMA user_version`), after the file was copied. A file of a later mixchat is opened only to say so.
"""

import contextlib
import sqlite3
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from mixchat.config.private_files import close_to_others, private_directory, private_file
from mixchat.domain.errors import ConfigError, StorageError
from mixchat.storage import functions
from mixchat.storage.backlog import Backlog, Done, Job
from mixchat.storage.ledger_schema import CACHES, LEDGER
from mixchat.storage.schema import CHATS, DRAFTS, GROWTH, SEARCH, VECTORS
from mixchat.storage.transaction import advice, transaction

MIGRATIONS: Final[tuple[str, ...]] = (CHATS, LEDGER, VECTORS, SEARCH, DRAFTS, CACHES, GROWTH)
PATIENCE: Final = 10.0
"""Seconds that a command waits for another program that writes."""
_LOOK_AGAIN: Final = 0.1
"""Seconds between two looks whether another program still writes."""
_MEMORY: Final = ":memory:"
_BACKUP: Final = "before-version-"


class Database:
    """The history file, opened on construction and brought up to date.

    What holds the screen up must not wait for other programs: see `patience` and `post`.

    Raises:
        ConfigError: the file or its directory cannot be written, or a newer mixchat made it.
    """

    def __init__(
        self, path: Path, migrations: Sequence[str] = MIGRATIONS, *, patience: float = PATIENCE
    ) -> None:
        self.path = path
        self._in_memory = str(path) == _MEMORY
        self._backlog = Backlog(self._another, path)
        try:
            if not self._in_memory:
                private_directory(path.parent)
                private_file(path)
                for beside in ("-wal", "-shm"):
                    close_to_others(path.with_name(path.name + beside))
            self.connection = self._connected(PATIENCE)
            self._prepare(migrations)
            self.patience = patience
            self._seen = self._data_version()
        except (OSError, sqlite3.Error, StorageError) as error:
            reason = (isinstance(error, OSError) and error.strerror) or error
            raise ConfigError(
                f"The history at {path} cannot be opened ({reason}); {advice(error)}."
            ) from error

    @property
    def patience(self) -> float:
        """Seconds that a write waits for another program that writes."""
        return self._patience

    @patience.setter
    def patience(self, seconds: float) -> None:
        self._patience = seconds
        self.connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")

    def _connected(self, patience: float) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=patience, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        functions.register(connection)
        run = connection.execute
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = NORMAL")
        run("PRAGMA foreign_keys = ON")
        run("PRAGMA secure_delete = ON")
        return connection

    def _another(self) -> sqlite3.Connection:
        """Return a connection of its own for the thread that writes what could not be written at once."""
        return self._connected(PATIENCE)

    def _prepare(self, migrations: Sequence[str]) -> None:
        if self.version == len(migrations):
            return
        if self.version > len(migrations):
            raise ConfigError(f"The history at {self.path} was written by a newer mixchat; upgrade this one.")
        self._back_up()
        for number in range(self.version, len(migrations)):
            self._migrate(number, migrations[number])

    def _back_up(self) -> None:
        """Copy the file as it is, unless it is new; the copy is made beside its place and moved there whole."""
        if self.version == 0 or self._in_memory:
            return
        kept = self.path.with_name(f"{self.path.name}.{_BACKUP}{self.version + 1}")
        fresh = kept.with_name(kept.name + ".part")
        fresh.unlink(missing_ok=True)
        private_file(fresh)
        with contextlib.closing(sqlite3.connect(fresh)) as copy:
            self.connection.backup(copy)
        fresh.replace(kept)

    def backups(self) -> list[Path]:
        """Return the copies that were made before the file was brought up to date."""
        return sorted(self.path.parent.glob(f"{self.path.name}.{_BACKUP}*"))

    def _migrate(self, number: int, script: str) -> None:
        with self.writing() as connection:
            if self.version > number:
                return
            for statement in _statements(script):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number + 1}")

    @property
    def version(self) -> int:
        """How many migrations the file has had."""
        return int(self.connection.execute("PRAGMA user_version").fetchone()[0])

    def changed_elsewhere(self) -> bool:
        """Return whether another program, or our own backlog, has written since this was last asked; it costs next to nothing."""
        before, self._seen = self._seen, self._data_version()
        return before != self._seen

    def _data_version(self) -> int:
        return int(self.connection.execute("PRAGMA data_version").fetchone()[0])

    @contextmanager
    def writing(self) -> Generator[sqlite3.Connection]:
        """Hold the write lock for one transaction; it is rolled back when the body raises.

        Raises:
            StorageError: the disk is full, read-only or locked; nothing of the transaction is written.
        """
        with transaction(self.connection, self.path):
            yield self.connection

    async def free(self, seconds: float = PATIENCE) -> None:
        """Wait in the loop until no other program writes, at most so many seconds.

        Whoever writes then and still cannot is told why.
        """
        import asyncio

        for _ in range(round(seconds / _LOOK_AGAIN)):
            if not self._is_held():
                return
            await asyncio.sleep(_LOOK_AGAIN)

    def why_not_writable(self) -> str | None:
        """Return in a sentence why nothing can be written now; `None`: it can."""
        try:
            with self.writing() as connection:
                connection.execute("CREATE TABLE IF NOT EXISTS temp.probe (x)")
                connection.execute(f"PRAGMA user_version = {self.version}")
        except StorageError as error:
            return str(error)
        return None

    def _is_held(self) -> bool:
        run = self.connection.execute
        run("PRAGMA busy_timeout = 0")
        try:
            run("BEGIN IMMEDIATE")
            run("ROLLBACK")
        except sqlite3.OperationalError as error:
            return "locked" in str(error)
        finally:
            self.patience = self._patience
        return False

    def post(self, job: Job, done: Done = lambda: None, *, aside: bool = False) -> bool:
        """Write now, or if that cannot be as soon as it can, in the order in which it was posted.

        Return whether it is written or will be in a moment. What waits is lost with the program: `unwritten` says how
        much that is.

        Args:
            job: the write.
            done: is called once it is made.
            aside: it takes so long that keys would wait for it: the thread makes it at once.
        """
        if not self._backlog.waiting or self._in_memory:
            if aside and not self._in_memory:
                self._backlog.add(job, done)
                return True
            try:
                with self.writing() as connection:
                    job(connection)
            except StorageError as error:
                if self._in_memory or not error.passing:
                    raise
                self._backlog.trouble = str(error)
            else:
                done()
                return True
        self._backlog.add(job, done)
        return aside and self._backlog.trouble is None

    @property
    def unwritten(self) -> int:
        """How many writes wait in memory."""
        return self._backlog.waiting

    @property
    def trouble(self) -> str | None:
        """Why something waits in memory, in a sentence; `None`: nothing does."""
        return self._backlog.trouble if self._backlog.waiting else None

    def settle(self, seconds: float = PATIENCE) -> bool:
        """Wait until all that was posted is written; return whether it is."""
        return self._backlog.settle(seconds)

    def forget_free_pages(self) -> None:
        """Take what was deleted out of the search index, the log beside the file, and the copies of it.

        Raises:
            StorageError: the history cannot be written.
        """
        with self.writing() as connection:
            connection.execute("INSERT INTO texts (texts) VALUES ('optimize')")
        self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Write what waits, if it can be written by now, and close the file."""
        self._backlog.close()
        self.connection.close()


def _statements(script: str) -> Iterator[str]:
    """Yield the single statements of `script`; a trigger's body belongs to its statement."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
