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
from mixchat.storage.pending import Pending
from mixchat.storage.writer import Job

_DIED = "mixchat ended in the middle of this reply; what had arrived is kept."
_AT_ONCE = 500
"""Turns that one query reads."""
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
        self._waiting: Pending[Turn] = Pending(database, lambda connection, _, turn: _write(connection, turn))
        self._hidden: Pending[float | None] = Pending(database, _hide)
        self._gone: Pending[float] = Pending(database, _delete)
        self._files: Pending[bytes] = Pending(database, _keep_file)
        self._released: Pending[bytes] = Pending(database, _replace_file)
        self._held: dict[str, bytes] = {}
        """Attached texts that hold a credential and were not sent, by their digest."""

    def saving(self, turn: Turn) -> Job:
        """Return the write that saves `turn` over what was saved of it before, to be made with another one."""
        return lambda connection: _write(connection, turn)

    def post(self, turn: Turn) -> None:
        """Save `turn`, at once or as soon as the history can be written.

        What waits is read as if it were there; `trouble` says why it does.
        """
        self._waiting.post(turn.id, turn)

    @property
    def trouble(self) -> str | None:
        """Why something cannot be written at the moment, in a sentence; `None`: nothing waits for that."""
        return self._database.trouble

    async def flush(self) -> None:
        """Wait until all that was posted is on disk.

        Raises:
            StorageError: it cannot be written at the moment.
        """
        await self._database.flush()

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
        turns = {turn_id: turn for turn_id in turn_ids if (turn := self._waiting.get(turn_id)) is not None}
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
        # What waits is looked at before the disk: what is written in between is in both, and missing in neither.
        hidden, waiting = {**self._hidden.items(), **self._gone.items()}, self._waiting.items()
        shown = [turn_id for turn_id, when in hidden.items() if when is None]
        back = " OR id IN (SELECT value FROM json_each(?))" if shown else ""
        rows = self._database.connection.execute(
            "SELECT id, parent, length(prompt), length(reply), outcome FROM turns"
            f" WHERE chat = ? AND (deleted IS NULL{back}) ORDER BY key",
            (chat, _encoder.encode(shown).decode()) if shown else (chat,),
        )
        stubs = {row[0]: Stub(*row) for row in rows}
        for turn in waiting.values():
            if turn.chat == chat:
                stubs[turn.id] = Stub(turn.id, turn.parent, len(turn.prompt), len(turn.reply), turn.outcome)
        return [stub for stub in stubs.values() if hidden.get(stub.id) is None]

    def open_after(self, chat: str, parent: str | None) -> list[str]:
        """Return the turns under way in the place after `parent`, whoever answers them, as they are on disk now."""
        rows = self._database.connection.execute(
            "SELECT id FROM turns WHERE outcome = 'open' AND chat = ? AND parent IS ? AND deleted IS NULL",
            (chat, parent),
        )
        return [row[0] for row in rows]

    def delete(self, turn_id: str, when: float | None) -> None:
        """Hide the turn since `when` (seconds since the epoch), or with `None` bring it back."""
        self._hidden.post(turn_id, when)

    def withdraw(self, turn_id: str) -> None:
        """Forget a turn to which nothing had come; its prompt is back in the composer."""
        self._waiting.forget(turn_id)
        self._gone.post(turn_id, 0.0)

    def recover(self) -> list[Turn]:
        """Settle the turns whose process died, and return them; those of a living one stay open."""
        orphans = list(self._orphans())
        for turn in orphans:
            self.post(turn)
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
        """Keep an attached text under the SHA-256 of its UTF-8, on disk without the credentials in it until it is sent."""
        shown = masked(text, self._allows)
        if shown != text and self.file(digest) is None:
            self._held[digest] = text.encode()
        self.keep_file(digest, shown.encode())

    def release_file(self, digest: str) -> None:
        """Keep an attached text in full: a model was sent it."""
        data = self._held.pop(digest, None)
        if data is not None:
            self._released.post(digest, data)

    def keep_file(self, digest: str, data: bytes) -> None:
        """Keep an attachment's content under its SHA-256, once."""
        self._files.post(digest, data)

    def file(self, digest: str) -> bytes | None:
        """Return an attachment's content, or `None` if it was never kept."""
        for kept in (self._held, self._released, self._files):
            if (data := kept.get(digest)) is not None:
                return data
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


def _hide(connection: sqlite3.Connection, turn_id: str, when: float | None) -> None:
    connection.execute("UPDATE turns SET deleted = ? WHERE id = ?", (when, turn_id))


def _keep_file(connection: sqlite3.Connection, digest: str, data: bytes) -> None:
    connection.execute("INSERT OR IGNORE INTO files VALUES (?, ?)", (digest, data))


def _delete(connection: sqlite3.Connection, turn_id: str, _: float) -> None:
    connection.execute("DELETE FROM turns WHERE id = ?", (turn_id,))


def _replace_file(connection: sqlite3.Connection, digest: str, data: bytes) -> None:
    connection.execute("UPDATE files SET data = ? WHERE digest = ?", (data, digest))
