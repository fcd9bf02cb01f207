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
    deleted: float | None = None
    """When it was deleted; it can be brought back until it is gone for good."""


_FIELDS = (
    "id, title, created, updated, pinned, private, leaf, state, deleted,"
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

    def add(self, record: ChatRecord) -> None:
        """Put a new chat on disk; one that is there already stays as it is.

        Raises:
            StorageError: the history cannot be written.
        """
        with self._database.writing() as connection:
            _insert(connection, record)

    def get(self, chat: str) -> ChatRecord | None:
        """Return a chat as it is on disk, deleted or not; `None`: it is not there."""
        row = self._database.connection.execute(
            f"SELECT {_FIELDS} FROM chats WHERE id = ?", (chat,)
        ).fetchone()
        return None if row is None else _record(row)

    @property
    def is_settled(self) -> bool:
        """Whether everything that was changed is on disk."""
        return not self._database.unwritten

    async def writable(self) -> None:
        """Wait, without holding anything else up, until no other program writes; not for ever."""
        await self._database.free()

    def change(self, before: ChatRecord, after: ChatRecord) -> ChatRecord:
        """Write what differs between the two and nothing else; return the chat as it is on disk now.

        What another window changed in the meantime stays changed. A chat that is not on disk is put there.

        Raises:
            StorageError: the history cannot be written.
        """
        with self._database.writing() as connection:
            _change(connection, before, after)
        return self.get(after.id) or after

    def post(self, before: ChatRecord, after: ChatRecord) -> None:
        """Change a chat as `change` does, at once or as soon as the history can be written."""
        self._database.post(lambda connection: _change(connection, before, after))

    def accept(self, record: ChatRecord) -> ChatRecord:
        """Note that something is said in the chat now; return it as it is on disk.

        It is put on disk if it is new, brought back if it was deleted, and given its title if it has none.

        Raises:
            StorageError: the history cannot be written.
        """
        with self._database.writing() as connection:
            _insert(connection, record)
            connection.execute(
                "UPDATE chats SET updated = max(updated, ?), deleted = NULL,"
                " title = CASE title WHEN '' THEN ? ELSE title END WHERE id = ?",
                (record.updated, record.title, record.id),
            )
        return self.get(record.id) or record

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
        self._database.post(lambda connection: _drop_empty(connection, chat))

    def restore(self, chat: str) -> None:
        """Bring a deleted chat back."""
        self._mark(chat, None)

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
        deleted=row["deleted"],
    )


def _insert(connection: sqlite3.Connection, record: ChatRecord) -> None:
    state = msgspec.json.encode(record.state).decode()
    flags = (record.pinned, record.private)
    connection.execute(
        "INSERT INTO chats (id, title, created, updated, pinned, private, leaf, state)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        (record.id, record.title, record.created, record.updated, *flags, record.leaf, state),
    )


def _change(connection: sqlite3.Connection, before: ChatRecord, after: ChatRecord) -> None:
    columns = ("title", "updated", "pinned", "private", "leaf")
    changed = {
        name: getattr(after, name) for name in columns if getattr(after, name) != getattr(before, name)
    }
    settings = [f"{name} = :{name}" for name in changed]
    parts = {
        f"state_{name}": msgspec.json.encode(getattr(after.state, name)).decode()
        for name in ("settings", "pin")
        if getattr(after.state, name) != getattr(before.state, name)
    }
    if parts:
        pairs = ", ".join(f"'$.{name.removeprefix('state_')}', json(:{name})" for name in parts)
        settings.append(f"state = json_set(state, {pairs})")
    _insert(connection, before)
    if settings:
        connection.execute(
            f"UPDATE chats SET {', '.join(settings)} WHERE id = :id", {**changed, **parts, "id": after.id}
        )


def _drop_empty(connection: sqlite3.Connection, chat: str) -> None:
    connection.execute(
        "DELETE FROM chats WHERE id = ? AND NOT EXISTS (SELECT 1 FROM turns WHERE chat = ?)", (chat, chat)
    )
