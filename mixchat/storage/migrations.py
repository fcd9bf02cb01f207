"""How the history file grew.

`MIGRATIONS` is append-only: each script runs once, in one transaction with the record that it ran
(`PRAGMA user_version`), after the file was copied.
"""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from mixchat.config.private_files import private_file
from mixchat.storage.ledger_schema import CACHES, LEDGER
from mixchat.storage.schema import CHATS, DRAFTS, GROWTH, SEARCH, VECTORS
from mixchat.storage.transaction import transaction

MIGRATIONS: Final[tuple[str, ...]] = (CHATS, LEDGER, VECTORS, SEARCH, DRAFTS, CACHES, GROWTH)
_BACKUP: Final = "before-version-"


def version_of(connection: sqlite3.Connection) -> int:
    """Return how many migrations the file has had."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, path: Path, migrations: Sequence[str], *, copy: bool) -> None:
    """Bring a file up to date.

    Args:
        connection: of the file.
        path: where it is.
        migrations: all of them; those that it has had are passed over.
        copy: whether to copy it before.

    Raises:
        StorageError: it cannot be written.
    """
    version = version_of(connection)
    if copy and version > 0:
        _back_up(connection, path, version)
    for number in range(version, len(migrations)):
        with transaction(connection, path):
            if version_of(connection) > number:  # another program was quicker
                continue
            for statement in _statements(migrations[number]):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number + 1}")


def backups(path: Path) -> list[Path]:
    """Return the copies that were made of a file before it was brought up to date."""
    return sorted(path.parent.glob(f"{path.name}.{_BACKUP}*"))


def _back_up(connection: sqlite3.Connection, path: Path, version: int) -> None:
    """Copy the file as it is; the copy is made beside its place and moved there whole."""
    kept = path.with_name(f"{path.name}.{_BACKUP}{version + 1}")
    fresh = kept.with_name(kept.name + ".part")
    fresh.unlink(missing_ok=True)
    private_file(fresh)
    with contextlib.closing(sqlite3.connect(fresh)) as copy:
        connection.backup(copy)
    fresh.replace(kept)


def _statements(script: str) -> Iterator[str]:
    """Yield the single statements of `script`; a trigger's body belongs to its statement."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
