"""Writes in the background: in order, kept while they cannot be made, seen by whoever wrote them, and given up in time."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import structs

from mixchat.domain.clock import SystemClock
from mixchat.domain.errors import StorageError
from mixchat.domain.turn import Outcome, Turn
from mixchat.storage import writer
from mixchat.storage.chats import ChatStore
from mixchat.storage.database import Database
from mixchat.storage.drafts import Drafts
from mixchat.storage.turns import TurnStore


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "history.db", background=True)
    yield opened
    opened.close()


@contextmanager
def held(database: Database) -> Iterator[None]:
    """Another program writes."""
    other = sqlite3.connect(database.path, isolation_level=None, timeout=5)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


def said(text: str, chat: str = "c", turn: str = "t", outcome: Outcome = Outcome.OPEN) -> Turn:
    created = datetime(2026, 11, 23, tzinfo=UTC)
    return Turn(id=turn, chat=chat, created=created, prompt="p", reply=text, outcome=outcome)


def on_disk(database: Database, query: str) -> list[tuple[object, ...]]:
    other = sqlite3.connect(database.path)
    rows = other.execute(query).fetchall()
    other.close()
    return rows


def test_its_own_connection_cannot_write(database: Database):
    with pytest.raises(StorageError, match="readonly"), database.writing() as connection:
        connection.execute("DELETE FROM chats")


def test_what_waits_is_seen_by_whoever_wrote_it_and_is_on_disk_in_order_afterwards(database: Database):
    chats, turns, drafts = ChatStore(database, SystemClock()), TurnStore(database), Drafts(database)
    first, other = chats.new(title="first"), chats.new(title="other")
    chats.post(first, first)
    assert database.settle(5)
    with held(database):
        began = time.monotonic()
        chats.post(other, other)
        chats.post(first, structs.replace(first, title="renamed", pinned=True))
        chats.tag(first.id, "b", "a")
        for number in range(50):
            turns.post(said("x" * number, first.id, "t"))
        drafts.write("c", "draf")
        drafts.write("c", "draft")
        drafts.remember("a prompt")
        assert time.monotonic() - began < 0.2, "nothing waits for the other program"
        (record,) = chats.list()
        assert (record.title, record.pinned, record.tags) == ("renamed", True, ("a", "b"))
        assert (turns.get("t").reply, drafts.read("c"), drafts.prompts()) == ("x" * 49, "draft", ["a prompt"])
        assert on_disk(database, "SELECT title FROM chats") == [("first",)]
        assert wait_until(lambda: database.trouble is not None)
    assert database.settle(5)
    assert database.trouble is None
    assert on_disk(database, "SELECT title FROM chats ORDER BY title") == [("other",), ("renamed",)]
    assert on_disk(database, "SELECT reply FROM turns") == [("x" * 49,)]
    assert on_disk(database, "SELECT text FROM drafts") == [("draft",)]
    assert on_disk(database, "SELECT tag FROM tags ORDER BY tag") == [("a",), ("b",)]


def test_turns_and_files_that_are_hidden_shown_and_released_while_nothing_can_be_written(database: Database):
    chats, turns = ChatStore(database, SystemClock()), TurnStore(database)
    chat = chats.new(title="first")
    chats.post(chat, chat)
    turns.post(said("old", chat.id, "gone"))
    assert database.settle(5)
    with held(database):
        turns.post(said("new", chat.id, "t"))
        turns.delete("gone", 1.0)
        assert [stub.id for stub in turns.stubs(chat.id)] == ["t"]
        turns.delete("gone", None)
        assert [stub.id for stub in turns.stubs(chat.id)] == ["gone", "t"]
        turns.withdraw("gone")
        assert [stub.id for stub in turns.stubs(chat.id)] == ["t"]
        turns.keep_file("d", b"data")
        turns.keep_text("s", "key sk-ant-api03-" + "n" * 30)
        turns.release_file("s")
        assert turns.file("d") == b"data"
        assert turns.file("s") == b"key sk-ant-api03-" + b"n" * 30
    assert database.settle(5)
    assert on_disk(database, "SELECT id FROM turns") == [("t",)]
    assert turns.file("s") == b"key sk-ant-api03-" + b"n" * 30


def test_a_chat_that_is_deleted_and_brought_back_while_nothing_can_be_written(database: Database):
    chats = ChatStore(database, SystemClock())
    records = [chats.new(title=name) for name in ("one", "two")]
    for record in records:
        chats.post(record, record)
    assert database.settle(5)
    with held(database):
        chats.delete(records[0].id)
        assert [record.title for record in chats.list()] == ["two"]
        assert [record.title for record in chats.list(deleted=True)] == ["one"]
        chats.restore(records[0].id)
        assert {record.title for record in chats.list()} == {"one", "two"}


def test_a_chat_is_found_as_it_is_now_while_nothing_can_be_written(database: Database):
    chats = ChatStore(database, SystemClock())
    gone, kept = chats.new(title="gone"), chats.new(title="kept")
    for record in (gone, kept):
        chats.post(record, record)
    chats.delete(gone.id)
    assert database.settle(5)
    with held(database):
        chats.restore(gone.id)
        chats.delete(kept.id)
        assert chats.find(gone.id).title == "gone"
        last = chats.last()
        assert last is not None
        assert last.id == gone.id
        with pytest.raises(KeyError):
            chats.find(kept.id)


async def test_a_write_that_is_waited_for_comes_after_what_was_posted_and_holds_nothing_up(
    database: Database,
):
    done: list[str] = []
    with held(database):
        database.post(lambda _: done.append("posted"))
        waiting = asyncio.create_task(database.write(lambda _: done.append("waited for")))
        for _ in range(10):
            began = time.monotonic()
            await asyncio.sleep(0.01)
            assert time.monotonic() - began < 0.2
        assert done == []
    await waiting
    assert done == ["posted", "waited for"]


async def test_a_write_that_can_be_made_at_once_lets_nobody_else_in_before(database: Database):
    chats = ChatStore(database, SystemClock())
    await chats.accept(chats.new(title="first"), lambda _: None)  # the thread begins with the first
    others: list[str] = []
    asyncio.get_running_loop().call_soon(others.append, "a frame")
    await chats.accept(chats.new(title="second"), lambda _: others.append("the write"))
    assert others == ["the write"]


async def test_a_write_that_is_given_up_before_it_is_made_is_not_made(database: Database):
    def adds(prompt: str) -> Callable[[sqlite3.Connection], object]:
        return lambda connection: connection.execute("INSERT INTO prompts (text) VALUES (?)", (prompt,))

    with held(database):
        waiting = asyncio.create_task(database.write(adds("given up")))
        await asyncio.sleep(0.05)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    await database.write(adds("next"))
    assert on_disk(database, "SELECT text FROM prompts") == [("next",)]


async def test_cancelled_while_it_is_committed_it_counts_and_the_task_ends_at_its_next_step(
    database: Database,
):
    chats, seen = ChatStore(database, SystemClock()), list[str]()
    loop = asyncio.get_running_loop()

    async def two_steps() -> None:
        record = chats.new(title="kept")
        await chats.accept(record, lambda _: loop.call_soon_threadsafe(task.cancel) and time.sleep(0.01))
        seen.append("accepted")
        await asyncio.sleep(10)
        seen.append("never")

    for _ in range(30):
        task = asyncio.create_task(two_steps())
        with pytest.raises(asyncio.CancelledError):
            await task
    kept = len(on_disk(database, "SELECT 1 FROM chats"))
    assert seen == ["accepted"] * kept, "what is on disk was told, and what was given up is not there"


async def test_whoever_waits_is_told_in_the_end_why_nothing_can_be_written(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(writer, "BUSY", 0.01)
    with held(database):
        database.post(lambda _: None)
        with pytest.raises(StorageError, match="locked"):
            await database.flush()
        with pytest.raises(StorageError, match="another program holds it"):
            await database._writer.run(lambda _: None, 0.3)
        assert database.unwritten == 1
    assert database.settle(5)
    await database.flush()


async def test_what_is_wrong_with_one_write_is_not_wrong_with_the_next(database: Database):
    with pytest.raises(ZeroDivisionError):
        await database.write(lambda _: 1 // 0)
    database.post(lambda _: 1 // 0)
    database.post(lambda connection: connection.execute("INSERT INTO no_such_column VALUES (1)").fetchall())
    assert await database.write(lambda _: "written") == "written"


def test_only_what_others_wrote_counts_as_changed_elsewhere(database: Database):
    chats = ChatStore(database, SystemClock())
    for number in range(5):
        record = chats.new(title=str(number))
        chats.post(record, record)
        assert database.settle(5)
        assert not database.changed_elsewhere()
    other = sqlite3.connect(database.path)
    other.execute("INSERT INTO prompts (text) VALUES ('x')")
    other.commit()
    record = chats.new(title="at the same time")
    chats.post(record, record)
    assert wait_until(database.changed_elsewhere)
    assert database.settle(5)
    wait_until(database.changed_elsewhere, 0.1)  # it may be told twice
    other.execute("INSERT INTO prompts (text) VALUES ('y')")
    other.commit()
    other.close()
    assert wait_until(database.changed_elsewhere)


def test_closing_writes_what_was_posted(tmp_path: Path):
    database = Database(tmp_path / "history.db", background=True)
    drafts = Drafts(database)
    for number in range(100):
        drafts.write(f"c{number}", "draft")
    database.close()
    assert on_disk(database, "SELECT count(*) FROM drafts") == [(100,)]


def wait_until(holds: Callable[[], object], seconds: float = 5) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.02)
    return False
