"""What is on disk while the program runs, or after it is gone."""

import json
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

_PICO: Final = Decimal(10) ** 12


class TurnRow(Struct, frozen=True):
    """A turn as it is saved."""

    id: str
    chat: str
    parent: str | None
    outcome: str
    prompt: str
    reply: str
    body: dict[str, Any]
    """Everything else: attempts, decision, failure."""


class Call(Struct, frozen=True):
    """A call in the ledger; `cost` is in dollars and `None` where the price is unknown."""

    model: str
    purpose: str
    role: str | None
    chat: str | None
    turn: str | None
    input: int | None
    output: int | None
    cost: Decimal | None
    exact: bool
    error: str | None = None


class OpenCall(Struct, frozen=True):
    """A call under way: what was noted of it, and when."""

    turn: str | None
    amount: Decimal | None
    """Dollars that are set aside."""
    usage: dict[str, Any]
    noted: float
    """Seconds since the epoch."""


class Disk:
    """The history file, read beside the program that writes it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "history.db"

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        """Return the rows of a query; none while there is no file yet, or no such table in it."""
        if not self.path.exists():
            return []
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=10)) as connection:
            connection.row_factory = sqlite3.Row
            try:
                return connection.execute(query, values).fetchall()
            except sqlite3.OperationalError as error:
                if "no such table" in str(error):
                    return []
                raise

    def turns(self) -> list[TurnRow]:
        """Return every turn that was not deleted, in the order they were sent."""
        query = "SELECT id, chat, parent, outcome, prompt, reply, body FROM turns WHERE deleted IS NULL ORDER BY key"
        return [TurnRow(*tuple(row)[:6], body=json.loads(row["body"])) for row in self.rows(query)]

    def calls(self) -> list[Call]:
        """Return the ledger's rows."""
        rows = self.rows("SELECT * FROM calls ORDER BY key")
        return [
            Call(
                model=f"{row['provider']}/{row['model']}",
                purpose=row["purpose"], role=row["role"], chat=row["chat"], turn=row["turn"],
                input=row["input"], output=row["output"], cost=_dollars(row["cost"]),
                exact=bool(row["exact"]), error=row["error"],
            )
            for row in rows
        ]  # fmt: skip

    def open_calls(self) -> list[OpenCall]:
        """Return the calls under way."""
        rows = self.rows("SELECT * FROM reservations ORDER BY key")
        return [
            OpenCall(row["turn"], _dollars(row["amount"]), json.loads(row["usage"]), row["beat"])
            for row in rows
        ]

    def drafts(self) -> list[str]:
        """Return what is written and not sent, in every window and chat."""
        return [_typed(row["text"]) for row in self.rows("SELECT text FROM drafts")]

    def holds(self, words: str) -> bool:
        """Whether the bytes of the database, its log included, have these words anywhere."""
        files = self.path.parent.glob(f"{self.path.name}*")
        return any(words.encode() in file.read_bytes() for file in files)


def _dollars(pico: int | None) -> Decimal | None:
    return None if pico is None else Decimal(pico) / _PICO


def _typed(stored: str) -> str:
    """Return the typed text of a draft, which is kept together with the pastes folded in it."""
    try:
        draft = json.loads(stored)
    except ValueError:
        return stored
    return draft.get("typed", "") if isinstance(draft, dict) else stored
