"""What was posted and is not on disk yet, by a key: reads look here first, and only the newest is written."""

import sqlite3
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from mixchat.storage.database import Database

Value = TypeVar("Value")


class Pending(Generic[Value]):
    """Posts values under keys.

    Args:
        database: the history file.
        write: writes the value of a key within a transaction.
    """

    def __init__(
        self, database: "Database", write: Callable[[sqlite3.Connection, str, Value], object]
    ) -> None:
        self._database = database
        self._write = write
        self._values: dict[str, Value] = {}
        self._queued: set[str] = set()
        """Keys whose newest value will be written by a write that has not begun."""
        self._lock = threading.Lock()

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def items(self) -> dict[str, Value]:
        """Return what waits, by its key, in the order in which the keys came."""
        with self._lock:
            return dict(self._values)

    def get(self, key: str) -> Value | None:
        """Return what waits under a key."""
        return self._values.get(key)

    def post(self, key: str, value: Value) -> None:
        """Write `value` at once or as soon as it can be."""
        with self._lock:
            self._values[key] = value
            if key in self._queued and self._database.unwritten:
                return
            self._queued.add(key)
        written: list[Value] = []

        def write(connection: sqlite3.Connection) -> None:
            with self._lock:
                self._queued.discard(key)
                written[:] = [self._values[key]] if key in self._values else []
            for newest in written:
                self._write(connection, key, newest)

        def done() -> None:
            with self._lock:
                if written and key in self._values and self._values[key] is written[0]:
                    del self._values[key]

        self._database.post(write, done)

    def forget(self, key: str) -> None:
        """Do not write what waits under a key."""
        with self._lock:
            self._values.pop(key, None)
