"""One write to the history: whole or not at all, and what is said when it cannot be made."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from mixchat.domain.errors import StorageError


@contextmanager
def transaction(connection: sqlite3.Connection, path: Path) -> Generator[None]:
    """Hold the write lock for one transaction; it is rolled back when the body raises.

    Raises:
        StorageError: the disk is full, read-only or locked; nothing of the transaction is written.
    """
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise unwritable(error, path) from error
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def unwritable(error: Exception, path: Path) -> StorageError:
    """Return what is to be said when the history cannot be written."""
    return StorageError(
        f"The history at {path.parent} cannot be written ({error}); {advice(error)}.",
        passing=isinstance(error, sqlite3.OperationalError)
        and error.sqlite_errorcode != sqlite3.SQLITE_ERROR,
    )


def unreadable(error: Exception) -> StorageError:
    """Return what is to be said when the history opens, but something in it cannot be read."""
    return StorageError(f"The history cannot be read ({error}); {advice(error)}.")


def advice(error: Exception) -> str:
    """Return what a person can do when the file cannot be opened or written."""
    words = str(error)
    if "malformed" in words or "not a database" in words:
        return "it is damaged: move it away to begin a new one, or put a copy of it back"
    if "full" in words or "disk I/O" in words:
        return "make room on the disk, then try again"
    if "locked" in words:
        return "another program holds it; try again in a moment"
    return "set MIXCHAT_DATA_DIR to a directory that can be written"
