"""The list of chats: titles, tags, and which of a chat's branches is on the screen."""

import sqlite3
import uuid

import msgspec
from msgspec import Struct

from mixchat.domain.chat_request import GenerationSettings, Pin
from mixchat.domain.clock import Clock
from mixchat.storage.database import Database


class ChatState(Struct, frozen=True, kw_only=True):
    """What a chat remembers between two openings."""

    settings: GenerationSettings = GenerationSettings()
    pin: Pin | None = None


class ChatRecord(Struct, frozen=True, kw_only=True):
    """One chat as the list shows it. Times are seconds since the epoch."""

    id: str
    title: str
    created: float
    updated: float
    pinned: bool = False
    private: bool = False
    leaf: str | None = None
    """The last turn of the branch on the screen; empty while every turn is taken back; `None`: nothing was said."""
    state: ChatState = ChatState()
    tags: tuple[str, ...] = ()


_FIELDS = (
    "id, title, created, updated, pinned, private, leaf, state,"
    " (SELECT group_concat(tag, char(31)) FROM (SELECT tag FROM tags WHERE chat = chats.id ORDER BY tag)) AS tags"
)


class ChatStore:
    """Keeps the chats. A deleted chat can be brought back; what it cost stays in the ledger either way."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def new(self, *, title: str = "", private: bool = False) -> ChatRecord:
        """Return a chat that is not on disk yet; `save` puts it there."""
        now = self._clock.now()
        return ChatRecord(id=uuid.uuid4().hex[:12], title=title, created=now, updated=now, private=private)

    def save(self, record: ChatRecord) -> None:
        """Write everything but the tags over what was saved before."""
        state = msgspec.json.encode(record.state).decode()
        flags = (record.pinned, record.private)
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO chats (id, title, created, updated, pinned, private, leaf, state)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET title = excluded.title, updated = excluded.updated,"
                " pinned = excluded.pinned, private = excluded.private, leaf = excluded.leaf, state = excluded.state",
                (record.id, record.title, record.created, record.updated, *flags, record.leaf, state),
            )

    def find(self, text: str) -> ChatRecord:
        """Return the chat whose id is `text` or is the only one to begin with it.

        Raises:
            KeyError: no chat fits, or several do; the message says which.
        """
        rows = self._database.connection.execute(
            f"SELECT {_FIELDS} FROM chats WHERE deleted IS NULL AND substr(id, 1, length(?)) = ? LIMIT 2",
            (text, text),
        ).fetchall()
        if not text or not rows:
            raise KeyError(f"There is no chat {text!r}; see `mixchat history list`.")
        if len(rows) > 1:
            raise KeyError(f"Several chats begin with {text!r}; write more of the id.")
        return _record(rows[0])

    def last(self) -> ChatRecord | None:
        """Return the chat that was used last, or `None` when there is none."""
        row = self._database.connection.execute(
            f"SELECT {_FIELDS} FROM chats WHERE deleted IS NULL ORDER BY updated DESC LIMIT 1"
        ).fetchone()
        return None if row is None else _record(row)

    def list(self, limit: int | None = None, *, deleted: bool = False) -> list[ChatRecord]:
        """Return the chats, pinned ones first, then the newest."""
        rows = self._database.connection.execute(
            f"SELECT {_FIELDS} FROM chats WHERE (deleted IS NOT NULL) = ?"
            " ORDER BY pinned DESC, updated DESC LIMIT ?",
            (deleted, -1 if limit is None else limit),
        )
        return [_record(row) for row in rows]

    def tag(self, chat: str, *tags: str) -> None:
        """Give the chat exactly these tags."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM tags WHERE chat = ?", (chat,))
            connection.executemany("INSERT OR IGNORE INTO tags VALUES (?, ?)", [(chat, tag) for tag in tags])

    def delete(self, chat: str) -> None:
        """Hide the chat; `restore` brings it back."""
        self._mark(chat, self._clock.now())

    def drop_empty(self, chat: str) -> None:
        """Remove the chat for good if it never had a turn that stayed."""
        with self._database.writing() as connection:
            connection.execute(
                "DELETE FROM chats WHERE id = ? AND NOT EXISTS (SELECT 1 FROM turns WHERE chat = ?)",
                (chat, chat),
            )

    def restore(self, chat: str) -> None:
        """Bring a deleted chat back."""
        self._mark(chat, None)

    def purge(self, before: float) -> int:
        """Remove for good what was deleted before then (seconds since the epoch); return how many."""
        with self._database.writing() as connection:
            return connection.execute("DELETE FROM chats WHERE deleted < ?", (before,)).rowcount

    def _mark(self, chat: str, when: float | None) -> None:
        with self._database.writing() as connection:
            connection.execute("UPDATE chats SET deleted = ? WHERE id = ?", (when, chat))


def _record(row: sqlite3.Row) -> ChatRecord:
    return ChatRecord(
        id=row["id"],
        title=row["title"],
        created=row["created"],
        updated=row["updated"],
        pinned=bool(row["pinned"]),
        private=bool(row["private"]),
        leaf=row["leaf"],
        state=msgspec.json.decode(row["state"], type=ChatState),
        tags=tuple(row["tags"].split("\x1f")) if row["tags"] else (),
    )
