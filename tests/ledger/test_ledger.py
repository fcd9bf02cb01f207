"""Every call has one row, whatever became of it."""

import sqlite3
import time
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from mixchat.ledger.ledger import Ledger
from mixchat.papers.process import Owner, this_process
from mixchat.words.error import Failure, StorageError
from mixchat.words.usage import Cost, Usage
from tests.ledger.stage import BIG, LOCAL, UNPRICED, SteeredClock, call, ledger, request

FULL = Usage(input=1_000, output=500, cache_read=400)
FULL_COST = Decimal("0.00264")
"""600 at $1, 400 at $0.10 and 500 at $4 a million."""
GONE = Owner(2**22 + 7, 1.0)
"""A process that does not exist."""


def rows(book: Ledger) -> list[sqlite3.Row]:
    return book.database.connection.execute("SELECT * FROM calls ORDER BY key").fetchall()


def reserved(book: Ledger) -> int:
    return book.database.connection.execute("SELECT count(*) FROM reservations").fetchone()[0]


def test_a_complete_call_costs_what_was_reported_and_is_exact(tmp_path: Path):
    book = ledger(tmp_path)
    key = book.open(call(), request())
    usage, cost = book.close(key, text="Because.", usage=FULL, complete=True, failure=None)
    assert (usage, cost) == (FULL, Cost(FULL_COST, exact=True))
    (row,) = rows(book)
    assert row["cost"] == 2_640_000_000
    assert (row["provider"], row["model"], row["role"], row["chat"], row["turn"]) == (
        "work", "big", "coding", "chat", "turn",
    )  # fmt: skip
    assert (row["input"], row["output"], row["cache_read"], row["exact"], row["error"]) == (
        1_000,
        500,
        400,
        1,
        None,
    )
    assert reserved(book) == 0


def test_the_price_that_was_used_is_kept_with_its_date(tmp_path: Path):
    book = ledger(tmp_path)
    for _ in range(2):
        book.close(book.open(call(), request()), text="", usage=FULL, complete=True, failure=None)
    bodies = [row[0] for row in book.database.connection.execute("SELECT body FROM rates")]
    assert len(bodies) == 1
    assert '"input":"1"' in bodies[0]
    assert '"date":"2026-11-23"' in bodies[0]
    assert '"source":"config"' in bodies[0]


def test_closing_twice_writes_one_row(tmp_path: Path):
    book = ledger(tmp_path)
    key = book.open(call(), request())
    first = book.close(key, text="", usage=FULL, complete=True, failure=None)
    assert book.close(key, text="", usage=FULL, complete=True, failure=None) == first
    assert len(rows(book)) == 1


@pytest.mark.parametrize(
    ("statement", "words"),
    [("UPDATE calls SET cost = 0", "append-only"), ("DELETE FROM calls", "append-only")],
)
def test_a_row_is_never_changed_or_removed(tmp_path: Path, statement: str, words: str):
    book = ledger(tmp_path)
    book.close(book.open(call(), request()), text="", usage=FULL, complete=True, failure=None)
    with pytest.raises(sqlite3.IntegrityError, match=words):
        book.database.connection.execute(statement)


def test_deleting_a_chat_does_not_delete_what_it_cost(tmp_path: Path):
    book = ledger(tmp_path)
    run = book.database.connection.execute
    run("INSERT INTO chats (id, created, updated) VALUES ('chat', 1, 1)")
    book.close(book.open(call(), request()), text="", usage=FULL, complete=True, failure=None)
    run("DELETE FROM chats")
    assert book.reports.lines("chat")[0].usd == FULL_COST


def test_an_unknown_price_stays_unknown(tmp_path: Path):
    book = ledger(tmp_path)
    key = book.open(call(UNPRICED), request(ref=UNPRICED))
    _, cost = book.close(key, text="", usage=FULL, complete=True, failure=None)
    assert cost.usd is None
    assert rows(book)[0]["cost"] is None
    assert book.reports.total().tally.unknown == 1
    assert book.reports.total().usd == 0


def test_a_local_call_is_exactly_nothing_even_when_nobody_counted(tmp_path: Path):
    book = ledger(tmp_path)
    key = book.open(call(LOCAL), request(ref=LOCAL))
    usage, cost = book.close(key, text="Hello there.", usage=Usage(), complete=True, failure=None)
    assert cost == Cost(Decimal(0), exact=True)
    assert usage == Usage()
    assert rows(book)[0]["output"] > 0


def test_what_the_provider_did_not_count_is_estimated_and_marked(tmp_path: Path):
    book = ledger(tmp_path)
    key = book.open(call(), request("word " * 100))
    usage, cost = book.close(key, text="word " * 200, usage=Usage(), complete=True, failure=None)
    assert usage == Usage(), "a count that the provider did not give stays unknown to the caller"
    assert cost.usd is not None
    assert not cost.exact
    row = rows(book)[0]
    assert 80 <= row["input"] <= 125
    assert 160 <= row["output"] <= 240
    assert row["exact"] == 0


def test_a_cancelled_call_costs_what_was_reported_and_an_estimate_of_the_rest(tmp_path: Path):
    book = ledger(tmp_path)
    key = book.open(call(), request())
    start = Usage(input=5_000, output=1, cache_read=4_000)
    book.running(key, "", start)
    text = "word " * 100
    book.running(key, text, start)
    usage, cost = book.close(key, text=text, usage=start, complete=False, failure=None)
    assert usage == start
    assert not cost.exact
    row = rows(book)[0]
    assert row["input"] == 5_000
    assert 80 <= row["output"] <= 125
    assert (row["complete"], row["error"]) == (0, None)


def test_a_count_that_came_with_the_last_word_needs_no_estimate_of_a_rest(tmp_path: Path):
    book = ledger(tmp_path)
    key = book.open(call(), request())
    book.running(key, "word " * 100, Usage(input=10, output=150))
    _, cost = book.close(
        key, text="word " * 100, usage=Usage(input=10, output=150), complete=False, failure=None
    )
    assert rows(book)[0]["output"] == 150
    assert not cost.exact, "the provider may have written more than it said"


@pytest.mark.parametrize(("code", "exact"), [("rate_limited", True), ("auth", True), ("timeout", False)])
def test_a_failure_before_anything_was_counted_costs_nothing_and_has_its_row(
    tmp_path: Path, code: str, exact: bool
):
    book = ledger(tmp_path)
    key = book.open(call(UNPRICED), request(ref=UNPRICED))
    failure = Failure(code, "No.", UNPRICED)  # type: ignore[arg-type]
    usage, cost = book.close(key, text="", usage=Usage(), complete=False, failure=failure)
    assert (usage, cost) == (Usage(), Cost(Decimal(0), exact=exact))
    assert rows(book)[0]["error"] == code


def test_a_failure_in_the_middle_costs_what_came(tmp_path: Path):
    book = ledger(tmp_path)
    key = book.open(call(), request())
    failure = Failure("interrupted", "The line was cut.", BIG)
    _, cost = book.close(key, text="word " * 50, usage=Usage(input=1_000), complete=False, failure=failure)
    assert cost.usd is not None
    assert cost.usd > Decimal("0.001")
    assert not cost.exact


def test_a_refusal_that_was_counted_is_exact(tmp_path: Path):
    book = ledger(tmp_path)
    key = book.open(call(), request())
    _, cost = book.close(key, text="", usage=FULL, complete=False, failure=Failure("refused", "No."))
    assert cost == Cost(FULL_COST, exact=True)


def test_a_look_at_a_running_call_never_waits_for_another_program(tmp_path: Path):
    book = ledger(tmp_path)
    book.prices.load()
    key = book.open(call(), request())
    other = sqlite3.connect(tmp_path / "history.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began = time.perf_counter()
    assert book.running(key, "word", Usage()).usd is not None
    assert time.perf_counter() - began < 2
    other.close()
    assert book.database.connection.execute("PRAGMA busy_timeout").fetchone()[0] == 10_000


def test_a_gateways_own_bill_is_exact_and_needs_no_price(tmp_path: Path):
    book = ledger(tmp_path)
    key = book.open(call(UNPRICED), request(ref=UNPRICED))
    usage = Usage(input=10, output=10, billed=Decimal("0.0000123"))
    assert book.close(key, text="", usage=usage, complete=True, failure=None)[1] == Cost(Decimal("0.0000123"))


def test_the_cost_counts_up_while_a_reply_streams(tmp_path: Path):
    book = ledger(tmp_path)
    book.prices.load()
    key = book.open(call(), request())
    costs = [book.running(key, "word " * number, Usage()).usd for number in range(0, 400, 20)]
    assert None not in costs
    assert costs == sorted(costs)  # type: ignore[type-var]
    assert costs[0] < costs[-1]  # type: ignore[operator]
    assert not book.running(key, "word", Usage()).exact


def test_the_figures_hold_what_is_under_way(tmp_path: Path):
    book = ledger(tmp_path)
    book.prices.load()
    book.close(book.open(call(), request()), text="", usage=FULL, complete=True, failure=None)
    key = book.open(call(), request())
    so_far = book.running(key, "word " * 100, Usage(input=1_000)).usd
    figures = book.figures("chat", "turn")
    assert so_far is not None
    assert (
        figures.turn.usd == figures.chat.usd == figures.today.usd == figures.month.usd == FULL_COST + so_far
    )
    assert figures.turn.estimated == 1
    assert figures.by_model == (("work/big", figures.chat),)
    assert figures.by_role == (("coding", figures.chat),)


def test_a_killed_program_loses_nothing(tmp_path: Path):
    dead = ledger(tmp_path, owner=GONE)
    dead.prices.load()
    expected = dead.forecast(call(), request()).cost.usd
    dead.open(call(), request())
    key = dead.open(call(chat="other"), request())
    dead.running(key, "word " * 100, Usage(input=2_000))
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
    ledger(tmp_path, owner=GONE).open(call(), request())
    book = ledger(tmp_path)
    book.open(call(), request())
    assert len(rows(book)) == 1
    assert reserved(book) == 1


def test_what_runs_in_another_live_program_is_left_alone(tmp_path: Path):
    import os

    import psutil

    parent = psutil.Process(os.getppid())
    other = ledger(tmp_path, owner=Owner(parent.pid, parent.create_time()))
    key = other.open(call(), request())
    book = ledger(tmp_path, owner=this_process())
    assert book.recover() == 0
    other.close(key, text="", usage=FULL, complete=True, failure=None)
    assert [row["cost"] for row in rows(book)] == [2_640_000_000]


def test_a_call_that_was_taken_for_dead_is_not_counted_twice(tmp_path: Path):
    slow = ledger(tmp_path, owner=GONE)
    key = slow.open(call(), request())
    book = ledger(tmp_path)
    book.recover()
    _, cost = slow.close(key, text="", usage=FULL, complete=True, failure=None)
    (row,) = rows(book)
    assert cost.usd is not None
    assert row["cost"] == int(cost.usd * 10**12)
    assert not cost.exact


def test_a_file_that_cannot_be_written_delays_the_row_and_does_not_lose_it(tmp_path: Path):
    book = ledger(tmp_path)
    key = book.open(call(), request())
    book.database.connection.execute("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(tmp_path / "history.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    _, cost = book.close(key, text="", usage=FULL, complete=True, failure=None)
    assert cost == Cost(FULL_COST)
    with pytest.raises(StorageError):
        book.open(call(), request())
    assert rows(book) == []
    assert reserved(book) == 1, "a kill at this point still finds the reservation"
    other.execute("ROLLBACK")
    book.close(book.open(call(), request()), text="", usage=FULL, complete=True, failure=None)
    assert [row["cost"] for row in rows(book)] == [2_640_000_000] * 2
    assert reserved(book) == 0


def test_a_clock_that_is_set_back_moves_no_call_to_another_day(tmp_path: Path):
    clock = SteeredClock()
    book = ledger(tmp_path, clock=clock)
    key = book.open(call(), request())
    clock.time -= 3 * 86_400
    book.close(key, text="", usage=FULL, complete=True, failure=None)
    book.close(book.open(call(), request()), text="", usage=FULL, complete=True, failure=None)
    assert [(line.key, line.usd) for line in book.reports.lines("day")] == [
        ("2026-11-20", FULL_COST), ("2026-11-23", FULL_COST),
    ]  # fmt: skip
    assert book.reports.total().usd == 2 * FULL_COST


def test_a_day_ends_at_midnight_where_the_person_is(tmp_path: Path):
    clock = SteeredClock(datetime(2026, 11, 23, 22, 59, tzinfo=UTC).timestamp())
    book = ledger(tmp_path, clock=clock, zone=timezone(timedelta(hours=1)))
    book.close(book.open(call(), request()), text="", usage=FULL, complete=True, failure=None)
    clock.time += 120
    assert book.figures().today.usd == 0
    assert book.figures().month.usd == FULL_COST
    assert [line.key for line in book.reports.lines("day")] == ["2026-11-23"]
