"""The list of chats: titles, tags, and which of a chat's branches is on the screen."""

import sqlite3
import uuid
from collections.abc import Sequence

import msgspec
from msgspec import Struct, structs

from mixchat.domain.chat_request import GenerationSettings, Pin
from mixchat.domain.clock import Clock
from mixchat.storage.database import Database
from mixchat.storage.writer import Job


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

_COLUMNS = ("title", "updated", "pinned", "private", "leaf", "deleted")
"""What of a chat is changed column by column."""


class ChatStore:
    """Keeps the chats. A deleted chat can be brought back; what it cost stays in the ledger either way."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._waiting: list[tuple[ChatRecord, ChatRecord]] = []
        """Changes that are not on disk yet, each as the chat was before and after it."""

    def new(self, *, title: str = "", private: bool = False) -> ChatRecord:
        """Return a chat that is not on disk yet; `save` puts it there."""
        now = self._clock.now()
        return ChatRecord(id=uuid.uuid4().hex[:12], title=title, created=now, updated=now, private=private)

    def get(self, chat: str) -> ChatRecord | None:
        """Return a chat, deleted or not, what was changed of it included; `None`: it is not there."""
        waiting = tuple(self._waiting)  # before the row is read: what is written in between is in both
        row = self._database.connection.execute(
            f"SELECT {_FIELDS} FROM chats WHERE id = ?", (chat,)
        ).fetchone()
        return None if row is None else _as_changed(_record(row), waiting)

    def post(self, before: ChatRecord, after: ChatRecord) -> ChatRecord:
        """Write what differs between the two and nothing else, at once or as soon as it can be; return the chat as it is now.

        What another window changed in the meantime stays changed. A chat that is not on disk is put there.
        """
        change = (before, after)
        self._waiting.append(change)
        self._database.post(
            lambda connection: _change(connection, before, after), lambda: self._waiting.remove(change)
        )
        return self.get(after.id) or after

    async def accept(self, record: ChatRecord, first: Job) -> ChatRecord:
        """Note that something is said in the chat now, and make `first` with that; return it as it is on disk.

        It is put on disk if it is new, brought back if it was deleted, and given its title if it has none.

        Raises:
            StorageError: the history cannot be written; nothing is.
        """
        await self._database.write(lambda connection: (_accept(connection, record), first(connection)))
        return self.get(record.id) or record

    def find(self, text: str, *, deleted: bool = False) -> ChatRecord:
        """Return the chat whose id is `text` or is the only one to begin with it; or such a deleted one.

        Raises:
            KeyError: no chat fits, or several do; the message says which.
        """
        found = self._found(deleted=deleted, begins=text, limit=2)
        if not text or not found:
            kind, flag = ("deleted chat", " --deleted") if deleted else ("chat", "")
            raise KeyError(f"There is no {kind} {text!r}; see `mixchat history list{flag}`.")
        if len(found) > 1:
            raise KeyError(f"Several chats begin with {text!r}; write more of the id.")
        return found[0]

    def last(self) -> ChatRecord | None:
        """Return the chat that was used last, or `None` when there is none."""
        return max(self._found(limit=1), key=lambda record: record.updated, default=None)

    def list(self, limit: int | None = None, *, deleted: bool = False) -> list[ChatRecord]:
        """Return the chats, pinned ones first, then the newest."""
        found = self._found(deleted=deleted, order="pinned DESC, updated DESC", limit=limit)
        return sorted(found, key=lambda record: (not record.pinned, -record.updated))[:limit]

    def _found(
        self, *, deleted: bool = False, begins: str = "", order: str = "updated DESC", limit: int | None
    ) -> Sequence[ChatRecord]:
        """Return chats with what is still to be written of them; as many more than `limit` as have changed."""
        waiting = tuple(self._waiting)
        changed = [after.id for _, after in waiting]
        rows = self._database.connection.execute(
            f"SELECT {_FIELDS} FROM chats"
            " WHERE ((deleted IS NOT NULL) = ? OR id IN (SELECT value FROM json_each(?)))"
            f" AND substr(id, 1, length(?)) = ? ORDER BY {order} LIMIT ?",
            (
                deleted, msgspec.json.encode(changed).decode(), begins, begins,
                -1 if limit is None else limit + len(changed),
            ),
        )  # fmt: skip
        records = [_as_changed(_record(row), waiting) for row in rows]
        return [record for record in records if (record.deleted is not None) == deleted]

    def tag(self, chat: str, *tags: str) -> None:
        """Give the chat exactly these tags."""
        self._alter(chat, tags=tuple(sorted(set(tags))))

    def delete(self, chat: str) -> None:
        """Hide the chat; `restore` brings it back."""
        self._alter(chat, deleted=self._clock.now())

    def last_deleted(self, since: float) -> ChatRecord | None:
        """Return the chat that was deleted last, in whichever window, if that was since then."""
        deleted = [(record.deleted or 0.0, record) for record in self.list(deleted=True)]
        when, record = max(deleted, key=lambda pair: pair[0], default=(0.0, None))
        return record if when >= since else None

    def restore(self, chat: str) -> None:
        """Bring a deleted chat back."""
        self._alter(chat, deleted=None)

    def _alter(self, chat: str, **fields: object) -> None:
        record = self.get(chat)
        if record is not None:
            self.post(record, structs.replace(record, **fields))

    def drop_empty(self, chat: str) -> None:
        """Remove the chat for good if it never had a turn that stayed."""
        self._database.post(lambda connection: _drop_empty(connection, chat))


def _as_changed(record: ChatRecord, waiting: Sequence[tuple[ChatRecord, ChatRecord]]) -> ChatRecord:
    for before, after in waiting:
        if after.id == record.id:
            record = structs.replace(record, **_changes(before, after, record))
    return record


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


def _accept(connection: sqlite3.Connection, record: ChatRecord) -> None:
    _insert(connection, record)
    connection.execute(
        "UPDATE chats SET updated = max(updated, ?), deleted = NULL,"
        " title = CASE title WHEN '' THEN ? ELSE title END WHERE id = ?",
        (record.updated, record.title, record.id),
    )


def _changes(before: ChatRecord, after: ChatRecord, record: ChatRecord) -> dict[str, object]:
    """Return what a change makes of a chat's fields."""
    names = (*_COLUMNS, "tags")
    changes = {name: getattr(after, name) for name in names if getattr(after, name) != getattr(before, name)}
    parts = {
        name: getattr(after.state, name)
        for name in ("settings", "pin")
        if getattr(after.state, name) != getattr(before.state, name)
    }
    return {**changes, "state": structs.replace(record.state, **parts)} if parts else changes


def _change(connection: sqlite3.Connection, before: ChatRecord, after: ChatRecord) -> None:
    changed = {
        name: getattr(after, name) for name in _COLUMNS if getattr(after, name) != getattr(before, name)
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
    if after.tags != before.tags:
        connection.execute("DELETE FROM tags WHERE chat = ?", (after.id,))
        connection.executemany(
            "INSERT OR IGNORE INTO tags VALUES (?, ?)", [(after.id, tag) for tag in after.tags]
        )


def _drop_empty(connection: sqlite3.Connection, chat: str) -> None:
    connection.execute(
        "DELETE FROM chats WHERE id = ? AND NOT EXISTS (SELECT 1 FROM turns WHERE chat = ?)", (chat, chat)
    )
