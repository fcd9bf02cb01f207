"""Writes that could not be made at once: kept in memory, in order, and made by a thread when they can be."""

import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Final

from mixchat.domain.errors import StorageError
from mixchat.storage.transaction import transaction

Job = Callable[[sqlite3.Connection], None]
"""Does a write within a transaction. It may run in another thread, and more than once until it is committed."""
Done = Callable[[], None]
"""Is called, in that thread, when the write is committed."""

_AGAIN: Final = 0.25
"""Seconds between two tries."""
_AT_THE_END: Final = 1.0
"""Seconds for what waits when the program ends."""
_LONGEST: Final = 30.0
"""Seconds for writes that are under way and that nothing hinders."""


class Backlog:
    """Holds writes and makes them one after another. It has a thread only while something waits.

    Args:
        connect: opens a connection for the thread.
        path: the file that is written.
    """

    def __init__(self, connect: Callable[[], sqlite3.Connection], path: Path) -> None:
        self._connect = connect
        self._path = path
        self._jobs: deque[tuple[Job, Done]] = deque()
        self._lock = threading.Lock()
        self._empty = threading.Event()
        self._empty.set()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self.trouble: str | None = None
        """Why the first of them could not be made."""

    @property
    def waiting(self) -> int:
        """How many writes wait."""
        return len(self._jobs)

    def add(self, job: Job, done: Done) -> None:
        """Take a write that is made as soon as all before it are."""
        with self._lock:
            self._jobs.append((job, done))
            self._empty.clear()
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="history", daemon=True)
                self._thread.start()

    def settle(self, seconds: float) -> bool:
        """Wait until nothing waits; return whether that is so.

        Args:
            seconds: as long where writing has failed; while it goes well, it is waited for the end of it.
        """
        until = monotonic() + _LONGEST
        while not self._empty.wait(seconds):
            if self.trouble is not None or monotonic() > until:
                return False
        return True

    def close(self) -> None:
        """Give what waits a last chance."""
        if self.waiting:
            self.settle(_AT_THE_END)
        self._closed.set()

    def _work(self) -> None:
        connection: sqlite3.Connection | None = None
        while True:
            with suppress(sqlite3.Error, OSError):
                connection = connection or self._connect()
                while self._jobs:
                    self._make(connection, *self._jobs[0])
            with self._lock:
                if not self._jobs:
                    self._thread, self.trouble = None, None
                    self._empty.set()
                    break
            if self._closed.wait(_AGAIN):
                break
        if connection is not None:
            connection.close()

    def _make(self, connection: sqlite3.Connection, job: Job, done: Done) -> None:
        try:
            with transaction(connection, self._path):
                job(connection)
        except StorageError as error:
            self.trouble = str(error)
            if error.passing:
                raise sqlite3.OperationalError from error
        else:
            done()
        self._jobs.popleft()
