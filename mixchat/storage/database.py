"""The one SQLite file: chats, turns and the ledger. A file of a later mixchat is opened only to say so."""

import contextlib
import sqlite3
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

from mixchat.config.private_files import close_to_others, private_directory, private_file
from mixchat.domain.errors import ConfigError, StorageError
from mixchat.storage import functions
from mixchat.storage.transaction import advice, transaction
from mixchat.storage.writer import BUSY, PATIENCE, Done, Job, Writer

Result = TypeVar("Result")
VERSION: Final = 7
"""How many migrations there are. A file that has had them all is opened without loading them."""
_LOOK_AGAIN: Final = 0.1
"""Seconds between two looks whether another program still writes."""
_MEMORY: Final = ":memory:"


class Database:
    """The history file, opened on construction and brought up to date.

    A command writes by `writing`, in its own thread. What has a screen, or answers several at once, is given a database in
    the `background`: its own connection only reads, and whatever is written by `post` and `write` is made by a thread, so
    that nobody waits for the disk or for another program.

    Raises:
        ConfigError: the file or its directory cannot be written, or a newer mixchat made it.
    """

    def __init__(
        self,
        path: Path,
        migrations: Sequence[str] | None = None,
        *,
        patience: float = PATIENCE,
        background: bool = False,
    ) -> None:
        self.path = path
        self._in_memory = str(path) == _MEMORY
        self._background = background and not self._in_memory
        self._writer = Writer(lambda: self._connected(BUSY), path)
        self._commits = 0
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
            if self._background:
                self.connection.execute("PRAGMA query_only = ON")
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

    def _prepare(self, migrations: Sequence[str] | None) -> None:
        """Bring the file up to date: by all migrations, or by those that are given."""
        wanted = VERSION if migrations is None else len(migrations)
        if self.version > wanted:
            raise ConfigError(f"The history at {self.path} was written by a newer mixchat; upgrade this one.")
        if self.version < wanted:
            from mixchat.storage.migrations import MIGRATIONS, migrate

            copy = not self._in_memory
            migrate(self.connection, self.path, MIGRATIONS if migrations is None else migrations, copy=copy)

    @property
    def version(self) -> int:
        """How many migrations the file has had."""
        return int(self.connection.execute("PRAGMA user_version").fetchone()[0])

    def changed_elsewhere(self) -> bool:
        """Return whether another program has written since this was last asked; it costs next to nothing.

        What was written at the same time as something of our own is told the next time, and may be told twice.
        """
        before, self._seen = self._seen, self._data_version()
        own, self._commits = self._commits != self._writer.commits, self._writer.commits
        others = self._writer.others_wrote()
        if before != self._seen and own:
            self._writer.look()
        return others or (before != self._seen and not own)

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

    @contextmanager
    def reading(self) -> Generator[None]:
        """Read everything as it was at one moment: what is written meanwhile is seen afterwards."""
        if self.connection.in_transaction:
            yield
            return
        self.connection.execute("BEGIN")
        try:
            yield
        finally:
            self.connection.execute("ROLLBACK")

    async def write(self, job: Callable[[sqlite3.Connection], Result]) -> Result:
        """Make a write, after all that was posted before, and return what it gives; nothing else is held up.

        Cancelled before it is made, it is not made; see `Writer.run`.

        Raises:
            StorageError: the disk is full, read-only, or for long locked; nothing of it is written.
        """
        if self._background:
            return await self._writer.run(job)
        if not self._in_memory:
            await self._free()
        with self.writing() as connection:
            return job(connection)

    async def _free(self) -> None:
        """Wait in the loop until no other program writes; whoever writes then and still cannot is told why."""
        import asyncio

        for _ in range(round(self._patience / _LOOK_AGAIN)):
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
        with self._patient_for(0):
            try:
                self.connection.execute("BEGIN IMMEDIATE")
                self.connection.execute("ROLLBACK")
            except sqlite3.OperationalError as error:
                return "locked" in str(error)
        return False

    @contextmanager
    def _patient_for(self, seconds: float) -> Generator[None]:
        before, self.patience = self.patience, seconds
        try:
            yield
        finally:
            self.patience = before

    def post(self, job: Job, done: Done = lambda: None) -> None:
        """Write as soon as it can be, in the order in which it was posted; a command does so now, if it can be.

        What waits is lost with the program: `unwritten` says how much that is.
        """
        if not self._background and not self._writer.waiting:
            try:
                with self.writing() as connection:
                    job(connection)
            except StorageError as error:
                if self._in_memory or not error.passing:
                    raise
                self._writer.trouble = str(error)
            else:
                done()
                return
        self._writer.post(job, done)

    def offer(self, job: Job) -> None:
        """Write what may be left out: should another program be writing, it is."""
        if self._background:
            if self.trouble is None:
                self.post(job)
            return
        with self._patient_for(0), contextlib.suppress(StorageError), self.writing() as connection:
            job(connection)

    async def flush(self) -> None:
        """Wait until all that was posted is written.

        Raises:
            StorageError: it cannot be at the moment; it is kept in memory.
        """
        if self._writer.waiting:
            await self._writer.run(None, 0)

    @property
    def unwritten(self) -> int:
        """How many writes wait in memory."""
        return self._writer.waiting

    @property
    def trouble(self) -> str | None:
        """Why something waits in memory, in a sentence; `None`: nothing does."""
        return self._writer.trouble if self._writer.waiting else None

    def settle(self, seconds: float = PATIENCE) -> bool:
        """Wait until all that was posted is written; return whether it is."""
        return self._writer.settle(seconds)

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
        self._writer.close()
        self.connection.close()
