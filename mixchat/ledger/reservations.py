"""What is set aside for calls under way, so that two mixchats cannot spend the same dollar twice."""

import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from msgspec import Struct, json

from mixchat.domain.meter import MeteredCall, Purpose
from mixchat.domain.model import ModelRef
from mixchat.domain.usage import Usage
from mixchat.ledger.money import to_pico
from mixchat.ledger.open_call import OpenCall
from mixchat.storage.owner import Owner, this_process

_COLUMNS: Final = (
    "pid, born, day, started, beat, provider, model, purpose, role, chat, turn, input, output, amount"
)
_INSERT: Final = f"INSERT INTO reservations ({_COLUMNS}) VALUES ({', '.join('?' * 14)})"


class Orphan(Struct, frozen=True, kw_only=True):
    """A call whose mixchat died before it could say what became of it."""

    key: int
    call: MeteredCall
    day: str
    started: float
    last_seen: float
    usage: Usage
    """As far as the dead program told; before that, what it expected."""


class Reservations:
    """The calls under way in every mixchat that shares the history file.

    Each method is part of the caller's transaction.
    """

    def __init__(self, owner: Owner | None = None) -> None:
        self._owner = owner

    def add(
        self, connection: sqlite3.Connection, live: OpenCall, expected_output: int, amount: Decimal | None
    ) -> int:
        """Set `amount` dollars aside and return the key that the call keeps."""
        call, owner = live.call, self._owner or this_process()
        cursor = connection.execute(
            _INSERT,
            (
                owner.pid, owner.born, live.day, live.started, live.started,
                call.ref.provider, call.ref.model, call.purpose, call.role, call.chat, call.turn,
                live.input_tokens, expected_output, None if amount is None else to_pico(amount),
            ),
        )  # fmt: skip
        key = cursor.lastrowid
        assert key is not None, "an INSERT into a rowid table has a row id"
        return key

    def follow(
        self, connection: sqlite3.Connection, key: int, usage: Usage, cost: Decimal | None, now: float
    ) -> None:
        """Write down how far a call is; a reply that is longer than expected sets more aside."""
        connection.execute(
            "UPDATE reservations SET usage = :usage, beat = :now, "
            "amount = CASE WHEN amount IS NULL OR amount < :cost THEN :cost ELSE amount END WHERE key = :key",
            {
                "usage": json.encode(usage).decode(),
                "now": now,
                "cost": None if cost is None else to_pico(cost),
                "key": key,
            },
        )

    def remove(self, connection: sqlite3.Connection, key: int) -> bool:
        """Free what was set aside, and return whether it still was."""
        return connection.execute("DELETE FROM reservations WHERE key = ?", (key,)).rowcount > 0

    def orphans(self, connection: sqlite3.Connection) -> Iterator[Orphan]:
        """Yield the calls of programs that died."""
        owners = [Owner(*row) for row in connection.execute("SELECT DISTINCT pid, born FROM reservations")]
        for owner in owners:
            if owner != (self._owner or this_process()) and not owner.alive:
                rows = connection.execute(
                    "SELECT * FROM reservations WHERE pid = ? AND born = ?", (owner.pid, owner.born)
                ).fetchall()
                yield from (_orphan(row) for row in rows)


def _orphan(row: sqlite3.Row) -> Orphan:
    seen = json.decode(row["usage"], type=Usage)
    expected = Usage(input=row["input"], output=row["output"])
    purpose: Purpose = row["purpose"]
    return Orphan(
        key=row["key"],
        call=MeteredCall(
            ref=ModelRef(row["provider"], row["model"]),
            purpose=purpose,
            role=row["role"],
            chat=row["chat"],
            turn=row["turn"],
        ),
        day=row["day"],
        started=row["started"],
        last_seen=row["beat"],
        usage=expected if seen == Usage() else seen,
    )
