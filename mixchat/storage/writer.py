"""One thread that makes writes, one after another in the order in which they were asked for.

Whoever keeps a screen alive asks it and goes on. What the disk does not take is kept in memory and tried again.
"""

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from msgspec import Struct

from mixchat.domain.errors import StorageError
from mixchat.storage.transaction import transaction, unwritable

if TYPE_CHECKING:
    from concurrent.futures import Future

Result = TypeVar("Result")
Job = Callable[[sqlite3.Connection], Any]
"""Does a write within a transaction. It may run in another thread, and more than once until it is committed."""
Done = Callable[[], None]
"""Is called, in that thread, when the write is committed."""

PATIENCE: Final = 10.0
"""Seconds that is waited for another program that writes."""
BUSY: Final = 0.25
"""Seconds of one try while another program writes; that long nothing is said about it."""
_AGAIN: Final = 0.25
"""Seconds between two tries."""
_AT_MOST: Final = 0.005
"""Seconds that are waited for a write before others are let in: less than a frame takes."""
_AT_THE_END: Final = 1.0
"""Seconds for what cannot be written when the program ends."""
_LONGEST: Final = 30.0
"""Seconds for writes that are under way and that nothing hinders."""


class _Entry(Struct):
    """A write that waits; one without a job only waits for those before it."""

    job: Job | None
    done: Done
    asked: "Future[Any] | None" = None
    """Whoever waits for it, and may give up."""
    until: float = 0.0
    """Until when whoever waits lets it be tried, on the monotonic clock."""


class _GivenUp(Exception):
    """Nobody waits for the write any more."""


class Writer:
    """Makes writes, each in one transaction. The thread begins with the first.

    Args:
        connect: opens a connection for the thread.
        path: the file that is written.
    """

    def __init__(self, connect: Callable[[], sqlite3.Connection], path: Path) -> None:
        self._connect = connect
        self._path = path
        self._entries: deque[_Entry] = deque()
        self._changed = threading.Condition()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self._version: int | None = None
        self._foreign = False
        self.commits = 0
        """How many writes were made."""
        self.trouble: str | None = None
        """Why the first of them cannot be made at the moment."""

    @property
    def waiting(self) -> int:
        """How many writes wait, the one that is being made included."""
        return len(self._entries)

    def post(self, job: Job, done: Done) -> None:
        """Take a write that is made as soon as all before it are."""
        self._add(_Entry(job, done))

    async def run(
        self, job: Callable[[sqlite3.Connection], Result] | None, patience: float = PATIENCE
    ) -> Result:
        """Make a write after all before it and return what it gives; without a job, wait for those.

        Cancelled before it is made, it is not made. Cancelled while it is committed, it counts: it returns, and the
        task is cancelled at its next step.

        Raises:
            StorageError: nothing can be written, after `patience` seconds if another program writes, else at once.
        """
        import asyncio
        from concurrent.futures import Future
        from concurrent.futures import wait as wait_for

        asked: Future[Result] = Future()
        self._add(_Entry(job, _nothing, asked, time.monotonic() + patience))
        # Whoever yields to the loop comes back after its next frames; a write mostly takes less than one of them.
        if self.trouble is None and wait_for([asked], _AT_MOST).done:
            return asked.result()
        try:
            return await asyncio.wrap_future(asked)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if asked.cancel() or task is None or asked.exception() is not None:
                raise
            task.uncancel()
            task.cancel()
            return asked.result()

    def others_wrote(self) -> bool:
        """Return whether another program has written since this was last asked, as far as it was looked at."""
        found, self._foreign = self._foreign, False
        return found

    def look(self) -> None:
        """Look, after all that waits, whether another program has written."""
        if not self.waiting:
            self._add(_Entry(None, _nothing))

    def settle(self, seconds: float) -> bool:
        """Wait until nothing waits; return whether that is so.

        Args:
            seconds: as long where writing has failed; while it goes well, it is waited for the end of it.
        """
        until = time.monotonic() + _LONGEST
        with self._changed:
            while not self._changed.wait_for(lambda: not self._entries, seconds):
                if self.trouble is not None or time.monotonic() > until:
                    return False
        return True

    def close(self) -> None:
        """Give what waits a last chance, and end the thread."""
        self.settle(_AT_THE_END)
        self._closed.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(_AT_THE_END)

    def _add(self, entry: _Entry) -> None:
        with self._changed:
            self._entries.append(entry)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="history", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def _work(self) -> None:
        connection: sqlite3.Connection | None = None
        while (entry := self._next()) is not None:
            try:
                connection = connection or self._connect()
                self._make(connection, entry)
            except StorageError as error:
                self._put_off(error)
            except (sqlite3.Error, OSError) as error:
                self._put_off(unwritable(error, self._path))
        if connection is not None:
            connection.close()

    def _next(self) -> _Entry | None:
        """Return what is to be done, as soon as there is something; `None`: nothing more is."""
        with self._changed:
            self._changed.wait_for(lambda: self._entries or self._closed.is_set())
            return self._entries[0] if self._entries and not self._closed.is_set() else None

    def _make(self, connection: sqlite3.Connection, entry: _Entry) -> None:
        """Make a write and take it off the queue; what can be made later raises."""
        result: object = None
        failure: Exception | None = None
        try:
            result = self._written(connection, entry)
            self.trouble = None
        except _GivenUp:
            pass
        except StorageError as error:
            if _can_be_tried_again(error) and not (entry.asked and entry.asked.running()):
                raise
            failure = error
        except Exception as error:  # noqa: BLE001 - what is wrong with one write is not wrong with the next
            failure = error
        self._end(entry, result, failure)

    def _written(self, connection: sqlite3.Connection, entry: _Entry) -> object:
        result: object = None
        if entry.asked is not None and entry.asked.cancelled():
            raise _GivenUp
        if entry.job is None:
            _hold(entry)
        else:
            with transaction(connection, self._path):
                result = entry.job(connection)
                _hold(entry)
            self.commits += 1
            entry.done()
        before, self._version = self._version, int(connection.execute("PRAGMA data_version").fetchone()[0])
        self._foreign = self._foreign or (before is not None and before != self._version)
        return result

    def _end(self, entry: _Entry, result: object, failure: Exception | None) -> None:
        with self._changed:
            self._entries.remove(entry)
            self._changed.notify_all()
        if entry.asked is None:
            if failure is not None:
                from mixchat.config.crash_report import log_failure

                log_failure(failure)
        elif failure is not None:
            entry.asked.set_exception(failure)
        elif not entry.asked.cancelled():
            entry.asked.set_result(result)

    def _put_off(self, error: StorageError) -> None:
        """Tell whoever waits for a write that it cannot be made, once it has waited for long enough."""
        self.trouble = str(error)
        now = time.monotonic()
        for entry in tuple(self._entries):
            late = now >= entry.until or "locked" not in str(error)
            if entry.asked is not None and late:
                if entry.asked.set_running_or_notify_cancel():
                    self._end(entry, None, StorageError(str(error), passing=True))
                else:
                    self._end(entry, None, None)
        self._closed.wait(_AGAIN)


def _hold(entry: _Entry) -> None:
    """From here on nobody can give the write up; raise `_GivenUp` if somebody has."""
    if entry.asked is not None and not entry.asked.set_running_or_notify_cancel():
        raise _GivenUp


def _can_be_tried_again(error: StorageError) -> bool:
    return error.passing or type(error.__cause__) is sqlite3.DatabaseError


def _nothing() -> None:
    pass
