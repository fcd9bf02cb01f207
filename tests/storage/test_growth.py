"""What a large history costs: each look at it beside a control that reads the texts of the turns."""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mixchat.chat.branch import Branch
from mixchat.domain.clock import SystemClock
from mixchat.domain.turn import Outcome, Turn
from mixchat.storage.chats import ChatStore
from mixchat.storage.database import Database
from mixchat.storage.deletion import purge
from mixchat.storage.migrations import MIGRATIONS
from mixchat.storage.turns import TurnStore

TURNS, LENGTH = 400, 50_000
LENGTHS = "SELECT id, length(prompt || ''), length(reply || '') FROM turns"


def _filled(path: Path, migrations: int = len(MIGRATIONS)) -> Database:
    database = Database(path, MIGRATIONS[:migrations])
    chats = ChatStore(database, SystemClock())
    with database.writing() as connection:
        connection.execute("DROP TRIGGER turns_indexed")
    chats.post(record := chats.new(), record)
    chat = chats.list()[0].id
    with database.writing() as connection:
        connection.executemany(
            "INSERT INTO turns (id, chat, parent, created, outcome, prompt, reply, body)"
            " VALUES (?, ?, ?, 0, 'complete', 'é', ?, x'7b7d')",
            [(f"t{n}", chat, f"t{n - 1}" if n else None, "ü" * (LENGTH + n)) for n in range(TURNS)],
        )
    return database


def _median(action: Callable[[], object]) -> float:
    taken: list[float] = []
    for _ in range(7):
        began = time.perf_counter()
        action()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def test_no_look_at_the_start_reads_the_texts(tmp_path: Path):
    database = _filled(tmp_path / "history.db")
    chat = ChatStore(database, SystemClock()).list()[0].id
    turns = TurnStore(database)
    control = _median(lambda: database.connection.execute(LENGTHS).fetchall())
    stubs = _median(lambda: turns.stubs(chat))
    assert stubs < control / 4
    assert [(stub.id, stub.reply_length) for stub in turns.stubs(chat)] == [
        (f"t{n}", LENGTH + n) for n in range(TURNS)
    ]
    database.close()


def test_what_is_open_or_deleted_is_found_without_reading_every_turn(tmp_path: Path):
    database = _filled(tmp_path / "history.db")
    steps: list[int] = []
    database.connection.set_progress_handler(lambda: steps.append(1) or 0, 10)
    database.connection.execute("SELECT count(*) FROM turns WHERE outcome <> 'x'").fetchone()
    control = len(steps)
    steps.clear()
    assert TurnStore(database).recover() == []
    assert purge(database, 1.0) == 0
    assert len(steps) < control / 4
    database.connection.set_progress_handler(None, 0)
    database.close()


def test_a_history_of_before_gets_the_same(tmp_path: Path):
    path = tmp_path / "history.db"
    _filled(path, 6).close()
    database = Database(path)
    chat = ChatStore(database, SystemClock()).list()[0].id
    assert [stub.parent for stub in TurnStore(database).stubs(chat)] == [
        None,
        *(f"t{n}" for n in range(TURNS - 1)),
    ]
    plan = "EXPLAIN QUERY PLAN SELECT id FROM turns WHERE outcome = 'open'"
    assert "turns_open" in database.connection.execute(plan).fetchone()[3]
    database.close()


def test_a_branch_is_read_with_a_few_queries(tmp_path: Path):
    database = Database(tmp_path / "history.db")
    chats, turns = ChatStore(database, SystemClock()), TurnStore(database)
    chat = chats.new()
    chats.post(chat, chat)
    path: list[Turn] = []
    for number in range(TURNS):
        parent = path[-1].id if path else None
        when = datetime(2026, 1, 1, tzinfo=UTC)
        path.append(
            Turn(id=f"t{number}", chat=chat.id, parent=parent, created=when, prompt=f"p{number}", reply="é",
                 outcome=Outcome.COMPLETE)
        )  # fmt: skip
        turns.post(path[-1])
    branch = Branch(turns, chat.id, path[-1].id, lambda: None)
    asked: list[str] = []
    database.connection.set_trace_callback(asked.append)
    assert list(branch) == path
    assert branch[:-1] == path[:-1]
    assert len(asked) < TURNS / 40
    asked.clear()
    assert branch[-200:-1] == path[-200:-1]
    assert asked == []
    with database.writing() as connection:
        connection.execute("DELETE FROM turns WHERE id = 't7'")
    with pytest.raises(KeyError, match="t7"):
        _ = branch[:20]
    database.close()
