"""What is set aside outlives the program that set it aside, and is settled once."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from mixchat.domain.errors import StorageError
from mixchat.domain.growing_text import GrowingText
from mixchat.domain.usage import Cost, Usage
from mixchat.storage.owner import Owner, this_process
from tests.ledger.stage import FULL, FULL_COST, call, ledger, request, reserve, reserved, rows

GONE = Owner(2**22 + 7, 1.0)
"""A process that does not exist."""


def test_a_killed_program_loses_nothing(tmp_path: Path):
    dead = ledger(tmp_path, owner=GONE)
    dead.prices.load()
    expected = dead.forecast(call(), request()).cost.usd
    reserve(dead, call(), request())
    key = reserve(dead, call(chat="other"), request())
    dead.running(key, GrowingText("word " * 100), Usage(input=2_000))
    book = ledger(tmp_path)
    assert book.recover() == 2
    assert book.recover() == 0
    first, second = rows(book)
    assert first["cost"] == int(expected * 10**12) if expected else False
    assert second["input"] == 2_000
    assert 80 <= second["output"] <= 125
    assert {row["exact"] for row in (first, second)} == {0}
    assert {row["error"] for row in (first, second)} == {"interrupted"}
    assert reserved(book) == 0


def test_the_next_call_settles_what_a_killed_program_left(tmp_path: Path):
    reserve(ledger(tmp_path, owner=GONE), call(), request())
    book = ledger(tmp_path)
    reserve(book, call(), request())
    assert len(rows(book)) == 1
    assert reserved(book) == 1


def test_what_runs_in_another_live_program_is_left_alone(tmp_path: Path):
    parent = psutil.Process(os.getppid())
    other = ledger(tmp_path, owner=Owner(parent.pid, parent.create_time()))
    key = reserve(other, call(), request())
    book = ledger(tmp_path, owner=this_process())
    assert book.recover() == 0
    other.close(key, text="", usage=FULL, complete=True, failure=None)
    assert [row["cost"] for row in rows(book)] == [2_640_000_000]


def test_a_call_that_was_taken_for_dead_is_not_counted_twice(tmp_path: Path):
    slow = ledger(tmp_path, owner=GONE)
    key = reserve(slow, call(), request())
    book = ledger(tmp_path)
    book.recover()
    _, cost = slow.close(key, text="", usage=FULL, complete=True, failure=None)
    (row,) = rows(book)
    assert cost.usd is not None
    assert row["cost"] == int(cost.usd * 10**12)
    assert not cost.exact


def test_a_file_that_cannot_be_written_delays_the_row_and_does_not_lose_it(tmp_path: Path):
    book = ledger(tmp_path)
    key = reserve(book, call(), request())
    book.database.patience = 0
    other = sqlite3.connect(tmp_path / "history.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    _, cost = book.close(key, text="", usage=FULL, complete=True, failure=None)
    assert cost == Cost(FULL_COST)
    with pytest.raises(StorageError):
        reserve(book, call(), request())
    assert rows(book) == []
    assert reserved(book) == 1, "a kill at this point still finds the reservation"
    other.execute("ROLLBACK")
    assert book.database.settle(5)
    book.close(reserve(book, call(), request()), text="", usage=FULL, complete=True, failure=None)
    assert [row["cost"] for row in rows(book)] == [2_640_000_000] * 2
    assert reserved(book) == 0


DOOMED = """
import sys, time
from pathlib import Path
from mixchat.domain.growing_text import GrowingText
from mixchat.domain.usage import Usage
from tests.ledger.stage import reserve, reserved, call, ledger, request
book = ledger(Path(sys.argv[1]))
book.prices.load()
key = reserve(book, call(), request())
book.running(key, GrowingText("word " * 100), Usage(input=2_000))
print("streaming", flush=True)
time.sleep(60)
"""


def test_a_real_kill_in_the_middle_of_a_reply_costs_what_had_come(tmp_path: Path):
    with subprocess.Popen(
        [sys.executable, "-c", DOOMED, tmp_path], stdout=subprocess.PIPE, text=True
    ) as doomed:
        assert doomed.stdout is not None
        assert doomed.stdout.readline() == "streaming\n"
        book = ledger(tmp_path)
        assert book.recover() == 0, "it is alive"
        doomed.kill()
    assert book.recover() == 1
    (row,) = rows(book)
    assert row["input"] == 2_000
    assert 80 <= row["output"] <= 125
    assert row["cost"] == 2_000 * 10**6 + row["output"] * 4 * 10**6
    assert row["exact"] == 0
