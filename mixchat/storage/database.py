"""The one SQLite file: chats, turns and the ledger, and how it grew.

`MIGRATIONS` is append-only: each script runs once, in one transaction with the record that it ran
(`PRAGMA user_version`). A file of a later mixchat is opened only to say so.
"""

import sqlite3
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from mixchat.domain.errors import ConfigError, StorageError
from mixchat.storage.ledger_schema import LEDGER

CHATS: Final = """
CREATE TABLE chats (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL DEFAULT '',
    created REAL NOT NULL,
    updated REAL NOT NULL,
    pinned INTEGER NOT NULL DEFAULT 0,
    private INTEGER NOT NULL DEFAULT 0,
    deleted REAL,
    leaf TEXT,
    state TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX chats_by_update ON chats (deleted, pinned DESC, updated DESC);
CREATE TABLE tags (
    chat TEXT NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    PRIMARY KEY (chat, tag)
) STRICT, WITHOUT ROWID;
CREATE TABLE turns (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    chat TEXT NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    parent TEXT,
    created REAL NOT NULL,
    outcome TEXT NOT NULL,
    deleted REAL,
    prompt TEXT NOT NULL,
    reply TEXT NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX turns_by_chat ON turns (chat, key);
CREATE TABLE owners (
    turn TEXT PRIMARY KEY REFERENCES turns (id) ON DELETE CASCADE,
    pid INTEGER NOT NULL,
    born REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE files (
    digest TEXT PRIMARY KEY,
    data BLOB NOT NULL
) STRICT;
CREATE VIRTUAL TABLE words USING fts5(
    prompt, reply, content='turns', content_rowid='key', tokenize="unicode61 remove_diacritics 2", prefix='1 2 3 4'
);
CREATE TRIGGER turns_indexed AFTER INSERT ON turns WHEN new.outcome <> 'open' BEGIN
    INSERT INTO words (rowid, prompt, reply) VALUES (new.key, new.prompt, new.reply);
END;
CREATE TRIGGER turns_settled AFTER UPDATE OF outcome, prompt, reply ON turns BEGIN
    INSERT INTO words (words, rowid, prompt, reply)
        SELECT 'delete', old.key, old.prompt, old.reply WHERE old.outcome <> 'open';
    INSERT INTO words (rowid, prompt, reply)
        SELECT new.key, new.prompt, new.reply WHERE new.outcome <> 'open';
END;
CREATE TRIGGER turns_removed AFTER DELETE ON turns WHEN old.outcome <> 'open' BEGIN
    INSERT INTO words (words, rowid, prompt, reply) VALUES ('delete', old.key, old.prompt, old.reply);
END;
CREATE TABLE drafts (
    place TEXT PRIMARY KEY,
    text TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE prompts (
    key INTEGER PRIMARY KEY,
    text TEXT NOT NULL
) STRICT;
"""

VECTORS: Final = """
CREATE TABLE vectors (
    turn TEXT NOT NULL REFERENCES turns (id) ON DELETE CASCADE,
    model TEXT NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (turn, model)
) STRICT, WITHOUT ROWID;
"""

MIGRATIONS: Final[tuple[str, ...]] = (CHATS, LEDGER, VECTORS)


class Database:
    """The history file, opened on construction and brought up to date.

    Raises:
        ConfigError: the file or its directory cannot be written, or a newer mixchat made it.
    """

    def __init__(self, path: Path, migrations: Sequence[str] = MIGRATIONS) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.connection = sqlite3.connect(path, timeout=10, isolation_level=None)
            self.connection.row_factory = sqlite3.Row
            self._prepare(migrations)
        except (OSError, sqlite3.Error, StorageError) as error:
            reason = (isinstance(error, OSError) and error.strerror) or error
            raise ConfigError(
                f"The history at {path} cannot be opened ({reason}); {_advice(error)}."
            ) from error

    def _prepare(self, migrations: Sequence[str]) -> None:
        run = self.connection.execute
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = NORMAL")
        run("PRAGMA foreign_keys = ON")
        if self.version == len(migrations):
            return
        if self.version > len(migrations):
            raise ConfigError(f"The history at {self.path} was written by a newer mixchat; upgrade this one.")
        for number in range(self.version, len(migrations)):
            self._migrate(number, migrations[number])

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

    @contextmanager
    def writing(self) -> Generator[sqlite3.Connection]:
        """Hold the write lock for one transaction; it is rolled back when the body raises.

        Raises:
            StorageError: the disk is full, read-only or locked; nothing of the transaction is written.
        """
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            yield self.connection
            self.connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise StorageError(
                f"The history cannot be written ({error}); make room at {self.path.parent}, or copy what you need."
            ) from error
        finally:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close the file; whatever was committed is on disk."""
        self.connection.close()


def unreadable(error: Exception) -> StorageError:
    """Return what is to be said when the history opens, but something in it cannot be read."""
    return StorageError(f"The history cannot be read ({error}); {_advice(error)}.")


def _advice(error: Exception) -> str:
    """Return what a person can do when the file cannot be opened."""
    words = str(error)
    if "malformed" in words or "not a database" in words:
        return "it is damaged: move it away to begin a new one, or put a copy of it back"
    if "full" in words or "disk I/O" in words:
        return "make room on the disk, then try again"
    if "locked" in words:
        return "another program holds it; try again in a moment"
    return "set MIXCHAT_DATA_DIR to a directory that can be written"


def _statements(script: str) -> Iterator[str]:
    """Yield the single statements of `script`; a trigger's body belongs to its statement."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
