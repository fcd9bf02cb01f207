"""Turns on disk: saved whole, read back when they are looked at."""

import sqlite3
from collections.abc import Iterator, Sequence

import msgspec
from msgspec import structs

from mixchat.domain.errors import Failure
from mixchat.domain.turn import Outcome, Turn
from mixchat.secrets.scan import Allows, masked, nothing
from mixchat.storage.database import Database
from mixchat.storage.owner import Owner, this_process

_DIED = "mixchat ended in the middle of this reply; what had arrived is kept."
_AT_ONCE = 500
"""Turns that one query reads."""
_LONG = 300_000
"""Characters of a turn from which a thread writes it: with its search index that takes longer than a frame."""
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Turn)


class Stub(msgspec.Struct, frozen=True):
    """What is known of a turn without reading it."""

    id: str
    parent: str | None
    prompt_length: int
    """Characters."""
    reply_length: int
    outcome: str


class TurnStore:
    """Keeps the turns of every chat. A turn is saved several times while it grows; the last one counts.

    Args:
        database: the history file.
        allows: whether the person lets a credential pass.
    """

    def __init__(self, database: Database, allows: Allows = nothing) -> None:
        self._allows = allows
        self._database = database
        self._waiting: dict[str, Turn] = {}
        """Turns that could not be written yet, as they are to be."""
        self._held: dict[str, bytes] = {}
        """Attached texts that hold a credential and were not sent, by their digest."""

    def save(self, turn: Turn) -> None:
        """Write `turn` over what was saved of it before, in one transaction.

        Raises:
            StorageError: the disk is full, read-only or locked; what was saved before is untouched.
        """
        with self._database.writing() as connection:
            _write(connection, turn)

    def post(self, turn: Turn) -> bool:
        """Save `turn`, at once or as soon as the history can be written; return whether it is on disk or nearly.

        What waits is read as if it were there.
        """
        self._waiting[turn.id] = turn
        written: list[Turn] = []

        def write(connection: sqlite3.Connection) -> None:
            newest = self._waiting.get(turn.id)
            if newest is not None:
                _write(connection, newest)
                written.append(newest)

        def done() -> None:
            if written and self._waiting.get(turn.id) is written[-1]:
                del self._waiting[turn.id]

        return self._database.post(write, done, aside=len(turn.prompt) + len(turn.reply) > _LONG)

    def get(self, turn_id: str) -> Turn:
        """Return the turn with that id.

        Raises:
            KeyError: there is none.
        """
        return self.several([turn_id])[turn_id]

    def several(self, turn_ids: Sequence[str]) -> dict[str, Turn]:
        """Return the turns with those ids, read at once, in about half the time that one by one takes.

        Raises:
            KeyError: one of them is not there.
        """
        turns = {turn_id: self._waiting[turn_id] for turn_id in turn_ids if turn_id in self._waiting}
        asked = [turn_id for turn_id in turn_ids if turn_id not in turns]
        for start in range(0, len(asked), _AT_ONCE):
            rows = self._database.connection.execute(
                "SELECT id, prompt, reply, body FROM turns WHERE id IN (SELECT value FROM json_each(?))",
                (_encoder.encode(asked[start : start + _AT_ONCE]).decode(),),
            )
            for turn_id, prompt, reply, body in rows:
                turns[turn_id] = structs.replace(_decoder.decode(body), prompt=prompt, reply=reply)
        for turn_id in asked:
            if turn_id not in turns:
                raise KeyError(turn_id)
        return turns

    def stubs(self, chat: str) -> list[Stub]:
        """Return every turn of a chat that was not deleted, in the order they were sent."""
        rows = self._database.connection.execute(
            "SELECT id, parent, length(prompt), length(reply), outcome FROM turns"
            " WHERE chat = ? AND deleted IS NULL ORDER BY key",
            (chat,),
        )
        stubs = {row[0]: Stub(*row) for row in rows}
        for turn in list(self._waiting.values()):
            if turn.chat == chat:
                stubs[turn.id] = Stub(turn.id, turn.parent, len(turn.prompt), len(turn.reply), turn.outcome)
        return list(stubs.values())

    def delete(self, turn_id: str, when: float | None) -> None:
        """Hide the turn since `when` (seconds since the epoch), or with `None` bring it back."""
        with self._database.writing() as connection:
            connection.execute("UPDATE turns SET deleted = ? WHERE id = ?", (when, turn_id))

    def withdraw(self, turn_id: str) -> None:
        """Forget a turn to which nothing had come; its prompt is back in the composer."""
        self._waiting.pop(turn_id, None)
        self._database.post(lambda connection: _delete(connection, turn_id))

    def recover(self) -> list[Turn]:
        """Settle the turns whose process died, and return them; those of a living one stay open."""
        orphans = list(self._orphans())
        for turn in orphans:
            self.save(turn)
        return orphans

    def _orphans(self) -> Iterator[Turn]:
        rows = self._database.connection.execute(
            "SELECT turns.id, pid, born FROM turns LEFT JOIN owners ON owners.turn = turns.id WHERE outcome = 'open'"
        ).fetchall()
        for turn_id, pid, born in rows:
            if pid is None or not Owner(pid, born).alive:
                turn = self.get(turn_id)
                failure = Failure("interrupted", _DIED, turn.ref)
                yield structs.replace(turn, outcome=Outcome.FAILED, failure=failure)

    def keep_text(self, digest: str, text: str) -> None:
        """Keep an attached text under the SHA-256 of its UTF-8, on disk without the credentials in it until it is sent.

        Raises:
            StorageError: the history cannot be written.
        """
        shown = masked(text, self._allows)
        if shown != text and self.file(digest) is None:
            self._held[digest] = text.encode()
        self.keep_file(digest, shown.encode())

    def release_file(self, digest: str) -> None:
        """Keep an attached text in full: a model was sent it."""
        data = self._held.pop(digest, None)
        if data is not None:
            self._database.post(lambda connection: _replace_file(connection, digest, data))

    def keep_file(self, digest: str, data: bytes) -> None:
        """Keep an attachment's content under its SHA-256, once."""
        with self._database.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO files VALUES (?, ?)", (digest, data))

    def file(self, digest: str) -> bytes | None:
        """Return an attachment's content, or `None` if it was never kept."""
        if digest in self._held:
            return self._held[digest]
        row = self._database.connection.execute(
            "SELECT data FROM files WHERE digest = ?", (digest,)
        ).fetchone()
        return None if row is None else bytes(row[0])


def _write(connection: sqlite3.Connection, turn: Turn) -> None:
    place = (turn.id, turn.chat, turn.parent, turn.created.timestamp())
    body = _encoder.encode(structs.replace(turn, prompt="", reply=""))
    connection.execute(
        "INSERT INTO turns (id, chat, parent, created, outcome, prompt, reply, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET outcome = excluded.outcome, prompt = excluded.prompt,"
        " reply = excluded.reply, body = excluded.body",
        (*place, turn.outcome, turn.prompt, turn.reply, body),
    )
    if turn.outcome is Outcome.OPEN:
        owner = this_process()
        connection.execute("INSERT OR IGNORE INTO owners VALUES (?, ?, ?)", (turn.id, owner.pid, owner.born))
    else:
        connection.execute("DELETE FROM owners WHERE turn = ?", (turn.id,))


def _delete(connection: sqlite3.Connection, turn_id: str) -> None:
    connection.execute("DELETE FROM turns WHERE id = ?", (turn_id,))


def _replace_file(connection: sqlite3.Connection, digest: str, data: bytes) -> None:
    connection.execute("UPDATE files SET data = ? WHERE digest = ?", (data, digest))
