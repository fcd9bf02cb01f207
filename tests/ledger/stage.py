"""What the ledger's tests share: a clock that is steered, a database of their own, and calls to make."""

import asyncio
import sqlite3
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from pathlib import Path

from mixchat.config.config import Budget, PriceConfig
from mixchat.domain.meter import MeteredCall, Purpose
from mixchat.domain.model import ModelRef
from mixchat.domain.request import Message, ModelRequest
from mixchat.domain.usage import Usage
from mixchat.ledger.ledger import Ledger
from mixchat.ledger.prices import Prices
from mixchat.storage.database import Database
from mixchat.storage.owner import Owner

BIG = ModelRef("work", "big")
"""Priced by the config below: $1 in, $4 out, $0.10 from the cache."""
UNPRICED = ModelRef("work", "secret")
LOCAL = ModelRef("local", "tiny")
FULL = Usage(input=1_000, output=500, cache_read=400)
FULL_COST = Decimal("0.00264")
"""600 at $1, 400 at $0.10 and 500 at $4 a million."""
WORK = {"work/big": PriceConfig(input=Decimal(1), output=Decimal(4), cache_read=Decimal("0.1"))}
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()


class SteeredClock:
    """A clock that moves when it is told to."""

    def __init__(self, now: float = NOON) -> None:
        self.time = now

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds


def ledger(
    directory: Path,
    *,
    limits: Budget | None = None,
    clock: SteeredClock | None = None,
    zone: tzinfo = UTC,
    owner: Owner | None = None,
) -> Ledger:
    """Return a ledger over the history file in `directory`; days are those of UTC."""
    clock = clock or SteeredClock()
    database = Database(directory / "history.db")
    return Ledger(database, Prices(WORK, clock=clock), limits, clock=clock, zone=zone, owner=owner)


def reserve(book: Ledger, asked: MeteredCall, request: ModelRequest) -> str:
    """Open a call from a test that has no loop, or whose database waits for nobody."""
    opening = book.open(asked, request)
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(opening)
    try:
        opening.send(None)
    except StopIteration as opened:
        return opened.value
    raise AssertionError("it waits")


def call(
    ref: ModelRef = BIG,
    *,
    purpose: Purpose = "answer",
    role: str | None = "coding",
    chat: str | None = "chat",
    turn: str | None = "turn",
) -> MeteredCall:
    return MeteredCall(ref=ref, purpose=purpose, role=role, chat=chat, turn=turn)


def request(
    text: str = "Why is the sky blue?", ref: ModelRef = BIG, max_tokens: int | None = None
) -> ModelRequest:
    return ModelRequest(ref=ref, messages=(Message("user", text),), max_tokens=max_tokens)


def rows(book: Ledger) -> list[sqlite3.Row]:
    return book.database.connection.execute("SELECT * FROM calls ORDER BY key").fetchall()


def reserved(book: Ledger) -> int:
    return book.database.connection.execute("SELECT count(*) FROM reservations").fetchone()[0]
