"""Chats from elsewhere, put beside those that are here: nothing that is here is ever written over."""

import hashlib
import sqlite3
from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct, structs

from mixchat.domain.turn import Turn
from mixchat.storage.chats import ChatRecord
from mixchat.storage.database import Database

_encoder = msgspec.json.Encoder()


class Added(Struct, frozen=True):
    """What became of one imported chat."""

    id: str
    """The id that it has here."""
    is_new: bool
    turns: int
    """Turns that were not here yet."""
    brought_back: bool = False
    """The chat had been deleted here."""


class ImportStore:
    """Adds chats whole or not at all. Adding the same one again changes nothing; one that grew gains its new turns."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, record: ChatRecord, turns: Sequence[Turn], files: Mapping[str, bytes]) -> Added:
        """Keep a chat with its turns, each after its parent, and the contents of `files` by their SHA-256.

        An id that means something else here is replaced by one of its own, always the same.

        Raises:
            StorageError: the history cannot be written; nothing of the chat was.
        """
        with self._database.writing() as connection:
            record, turns = _renamed(connection, record, turns)
            row = connection.execute("SELECT deleted FROM chats WHERE id = ?", (record.id,)).fetchone()
            if row is None:
                _insert_chat(connection, record)
            for digest, data in files.items():
                connection.execute("INSERT OR IGNORE INTO files VALUES (?, ?)", (digest, data))
            new = [turn for turn in turns if _insert_turn(connection, turn)]
            if row is not None and new:
                connection.execute(
                    "UPDATE chats SET updated = max(updated, ?), leaf = ? WHERE id = ?",
                    (record.updated, record.leaf, record.id),
                )
            if row is not None and row["deleted"] is not None:
                connection.execute("UPDATE chats SET deleted = NULL WHERE id = ?", (record.id,))
        back = row is not None and row["deleted"] is not None
        return Added(record.id, row is None, len(new), back)


def _renamed(
    connection: sqlite3.Connection, record: ChatRecord, turns: Sequence[Turn]
) -> tuple[ChatRecord, Sequence[Turn]]:
    """Return chat and turns with ids under which nothing else is kept here."""
    here = {turn.id: row[0] for turn in turns if (row := _chat_of(connection, turn.id)) is not None}
    taken = connection.execute("SELECT 1 FROM chats WHERE id = ?", (record.id,)).fetchone()
    chat = record.id
    if taken is not None and not any(_is_in(connection, record.id, turn.id) for turn in turns):
        chat = _other(record.id, "chat", 12)
    names = {turn.id: _other(chat, turn.id, 16) for turn in turns if here.get(turn.id, chat) != chat}

    def renamed(turn_id: str | None) -> str | None:
        return turn_id if turn_id is None else names.get(turn_id, turn_id)

    moved = [
        structs.replace(turn, id=names.get(turn.id, turn.id), chat=chat, parent=renamed(turn.parent))
        for turn in turns
    ]
    return structs.replace(record, id=chat, leaf=renamed(record.leaf)), moved


def _other(*parts: str | int) -> str:
    *said, length = parts
    return hashlib.sha256("\x1f".join(map(str, said)).encode()).hexdigest()[: int(length)]


def _chat_of(connection: sqlite3.Connection, turn_id: str) -> sqlite3.Row | None:
    return connection.execute("SELECT chat FROM turns WHERE id = ?", (turn_id,)).fetchone()


def _is_in(connection: sqlite3.Connection, chat: str, turn_id: str) -> bool:
    """Return whether the turn is in that chat, under its own id or the one that it was given instead."""
    names = (chat, turn_id, _other(chat, turn_id, 16))
    found = connection.execute("SELECT 1 FROM turns WHERE chat = ? AND id IN (?, ?)", names).fetchone()
    return found is not None


def _insert_chat(connection: sqlite3.Connection, record: ChatRecord) -> None:
    state = msgspec.json.encode(record.state).decode()
    flags = (record.pinned, record.private)
    connection.execute(
        "INSERT INTO chats (id, title, created, updated, pinned, private, leaf, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (record.id, record.title, record.created, record.updated, *flags, record.leaf, state),
    )
    connection.executemany(
        "INSERT OR IGNORE INTO tags VALUES (?, ?)", [(record.id, tag) for tag in record.tags]
    )


def _insert_turn(connection: sqlite3.Connection, turn: Turn) -> bool:
    """Insert a turn that is not here, deleted or not, and return whether it was inserted."""
    body = _encoder.encode(structs.replace(turn, prompt="", reply=""))
    place = (turn.id, turn.chat, turn.parent, turn.created.timestamp(), turn.outcome)
    done = connection.execute(
        "INSERT OR IGNORE INTO turns (id, chat, parent, created, outcome, prompt, reply, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (*place, turn.prompt, turn.reply, body),
    )
    return done.rowcount > 0
