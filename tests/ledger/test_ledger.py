"""Every call has one row, whatever became of it."""

import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from mixchat.domain.errors import Failure
from mixchat.domain.growing_text import GrowingText
from mixchat.domain.usage import Cost, Usage
from mixchat.ledger.token_count import count_tokens
from tests.ledger.stage import (
    BIG,
    FULL,
    FULL_COST,
    LOCAL,
    UNPRICED,
    SteeredClock,
    call,
    ledger,
    request,
    reserve,
    reserved,
    rows,
)  # fmt: skip


def test_a_complete_call_costs_what_was_reported_and_is_exact(tmp_path: Path):
    book = ledger(tmp_path)
    key = reserve(book, call(), request())
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
        book.close(reserve(book, call(), request()), text="", usage=FULL, complete=True, failure=None)
    bodies = [row[0] for row in book.database.connection.execute("SELECT body FROM rates")]
    assert len(bodies) == 1
    assert '"input":"1"' in bodies[0]
    assert '"date":"2026-11-23"' in bodies[0]
    assert '"source":"config"' in bodies[0]


def test_closing_twice_writes_one_row(tmp_path: Path):
    book = ledger(tmp_path)
    key = reserve(book, call(), request())
    first = book.close(key, text="", usage=FULL, complete=True, failure=None)
    assert book.close(key, text="", usage=FULL, complete=True, failure=None) == first
    assert len(rows(book)) == 1


@pytest.mark.parametrize(
    ("statement", "words"),
    [("UPDATE calls SET cost = 0", "append-only"), ("DELETE FROM calls", "append-only")],
)
def test_a_row_is_never_changed_or_removed(tmp_path: Path, statement: str, words: str):
    book = ledger(tmp_path)
    book.close(reserve(book, call(), request()), text="", usage=FULL, complete=True, failure=None)
    with pytest.raises(sqlite3.IntegrityError, match=words):
        book.database.connection.execute(statement)


def test_deleting_a_chat_does_not_delete_what_it_cost(tmp_path: Path):
    book = ledger(tmp_path)
    run = book.database.connection.execute
    run("INSERT INTO chats (id, created, updated) VALUES ('chat', 1, 1)")
    book.close(reserve(book, call(), request()), text="", usage=FULL, complete=True, failure=None)
    run("DELETE FROM chats")
    assert book.reports.lines("chat")[0].usd == FULL_COST


def test_an_unknown_price_stays_unknown(tmp_path: Path):
    book = ledger(tmp_path)
    key = reserve(book, call(UNPRICED), request(ref=UNPRICED))
    _, cost = book.close(key, text="", usage=FULL, complete=True, failure=None)
    assert cost.usd is None
    assert rows(book)[0]["cost"] is None
    assert book.reports.total().tally.unknown == 1
    assert book.reports.total().usd == 0


def test_a_local_call_is_exactly_nothing_even_when_nobody_counted(tmp_path: Path):
    book = ledger(tmp_path)
    key = reserve(book, call(LOCAL), request(ref=LOCAL))
    usage, cost = book.close(key, text="Hello there.", usage=Usage(), complete=True, failure=None)
    assert cost == Cost(Decimal(0), exact=True)
    assert usage == Usage()
    assert rows(book)[0]["output"] > 0


def test_what_the_provider_did_not_count_is_estimated_and_marked(tmp_path: Path):
    book = ledger(tmp_path)
    key = reserve(book, call(), request("word " * 100))
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
    key = reserve(book, call(), request())
    start = Usage(input=5_000, output=1, cache_read=4_000)
    book.running(key, GrowingText(), start)
    text = "word " * 100
    book.running(key, GrowingText(text), start)
    usage, cost = book.close(key, text=text, usage=start, complete=False, failure=None)
    assert usage == start
    assert not cost.exact
    row = rows(book)[0]
    assert row["input"] == 5_000
    assert 80 <= row["output"] <= 125
    assert (row["complete"], row["error"]) == (0, None)


@pytest.mark.parametrize("looked", [False, True])
def test_a_count_that_came_with_the_last_word_needs_no_estimate_of_a_rest(tmp_path: Path, *, looked: bool):
    """Google counts with every piece. Whether a screen was painted meanwhile changes no sum."""
    book = ledger(tmp_path)
    key = reserve(book, call(), request())
    text = GrowingText()
    for number in range(1, 31):
        text.append("word ")
        if looked:
            usage, _ = book.running(key, text, Usage(input=10, output=number), counted=len(text))
            assert usage.output == number
    last = Usage(input=10, output=30)
    _, cost = book.close(key, text=str(text), usage=last, counted=len(text), complete=False, failure=None)
    assert rows(book)[0]["output"] == 30
    assert not cost.exact, "the provider may have written more than it said"


def test_what_came_after_the_last_count_is_estimated_alike_live_and_stopped(tmp_path: Path):
    book = ledger(tmp_path)
    key = reserve(book, call(), request())
    text = GrowingText("word " * 30)
    last, counted = Usage(input=10, output=200), len(text)
    text.append("word " * 40)
    live, _ = book.running(key, text, last, counted=counted)
    book.close(key, text=str(text), usage=last, counted=counted, complete=False, failure=None)
    assert live.output is not None
    assert 230 <= live.output <= 250
    assert rows(book)[0]["output"] == live.output


@pytest.mark.parametrize(("code", "exact"), [("rate_limited", True), ("auth", True), ("refused", False)])
def test_a_failure_before_anything_was_counted_costs_nothing_and_has_its_row(
    tmp_path: Path, code: str, exact: bool
):
    book = ledger(tmp_path)
    key = reserve(book, call(UNPRICED), request(ref=UNPRICED))
    failure = Failure(code, "No.", UNPRICED)  # type: ignore[arg-type]
    usage, cost = book.close(key, text="", usage=Usage(), complete=False, failure=failure)
    assert (usage, cost) == (Usage(), Cost(Decimal(0), exact=exact))
    assert rows(book)[0]["error"] == code


@pytest.mark.parametrize("code", ["timeout", "interrupted"])
def test_a_call_that_was_given_up_in_silence_is_estimated_like_a_stopped_one(tmp_path: Path, code: str):
    book = ledger(tmp_path)
    key = reserve(book, call(), request())
    _, stopped = book.close(key, text="", usage=Usage(), complete=False, failure=None)
    key = reserve(book, call(), request())
    failure = Failure(code, "It said nothing.", BIG)  # type: ignore[arg-type]
    _, given_up = book.close(key, text="", usage=Usage(), complete=False, failure=failure)
    assert given_up == stopped
    assert given_up.usd
    assert not given_up.exact


@pytest.mark.parametrize("code", ["timeout", "interrupted", "unreachable"])
def test_a_call_that_reached_no_server_costs_nothing(tmp_path: Path, code: str):
    book = ledger(tmp_path)
    key = reserve(book, call(), request())
    failure = Failure(code, "Nobody there.", BIG, reached=False)  # type: ignore[arg-type]
    _, cost = book.close(key, text="", usage=Usage(), complete=False, failure=failure)
    assert cost == Cost(Decimal(0), exact=True)


def test_a_failure_in_the_middle_costs_what_came(tmp_path: Path):
    book = ledger(tmp_path)
    key = reserve(book, call(), request())
    failure = Failure("interrupted", "The line was cut.", BIG)
    _, cost = book.close(key, text="word " * 50, usage=Usage(input=1_000), complete=False, failure=failure)
    assert cost.usd is not None
    assert cost.usd > Decimal("0.001")
    assert not cost.exact


def test_a_refusal_that_was_counted_is_exact(tmp_path: Path):
    book = ledger(tmp_path)
    key = reserve(book, call(), request())
    _, cost = book.close(key, text="", usage=FULL, complete=False, failure=Failure("refused", "No."))
    assert cost == Cost(FULL_COST, exact=True)


def test_a_look_at_a_running_call_never_waits_for_another_program(tmp_path: Path):
    book = ledger(tmp_path)
    book.prices.load()
    key = reserve(book, call(), request())
    other = sqlite3.connect(tmp_path / "history.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began = time.perf_counter()
    assert book.running(key, GrowingText("word"), Usage())[1].usd is not None
    assert time.perf_counter() - began < 2
    other.close()
    assert book.database.connection.execute("PRAGMA busy_timeout").fetchone()[0] == 10_000


def test_a_gateways_own_bill_is_exact_and_needs_no_price(tmp_path: Path):
    book = ledger(tmp_path)
    key = reserve(book, call(UNPRICED), request(ref=UNPRICED))
    usage = Usage(input=10, output=10, billed=Decimal("0.0000123"))
    assert book.close(key, text="", usage=usage, complete=True, failure=None)[1] == Cost(Decimal("0.0000123"))


def test_the_cost_counts_up_while_a_reply_streams(tmp_path: Path):
    book = ledger(tmp_path)
    book.prices.load()
    key = reserve(book, call(), request())
    costs = [book.running(key, GrowingText("word " * number), Usage())[1].usd for number in range(0, 400, 20)]
    assert None not in costs
    assert costs == sorted(costs)  # type: ignore[type-var]
    assert costs[0] < costs[-1]  # type: ignore[operator]
    assert not book.running(key, GrowingText("word"), Usage())[1].exact


@pytest.mark.parametrize("step", [1, 7, 30])
def test_a_word_that_is_not_finished_counts_as_far_as_it_came(tmp_path: Path, step: int):
    book = ledger(tmp_path)
    book.prices.load()
    text = "Incomprehensibilities, 1234567 times: internationalization"
    grown = reserve(book, call(), request())
    for end in (*range(1, len(text), step), len(text)):
        _, so_far = book.running(grown, GrowingText(text[:end]), Usage(input=10))
        whole = Usage(input=10, output=round(count_tokens(text[:end])))
        assert so_far.usd == book.prices.price(BIG, whole), text[:end]
    book.close(grown, text=text, usage=Usage(input=10), complete=False, failure=None)
    assert rows(book)[0]["output"] == round(count_tokens(text))


def test_the_figures_hold_what_is_under_way(tmp_path: Path):
    book = ledger(tmp_path)
    book.prices.load()
    book.close(reserve(book, call(), request()), text="", usage=FULL, complete=True, failure=None)
    key = reserve(book, call(), request())
    so_far = book.running(key, GrowingText("word " * 100), Usage(input=1_000))[1].usd
    figures = book.figures("chat", "turn")
    assert so_far is not None
    assert (
        figures.turn.usd == figures.chat.usd == figures.today.usd == figures.month.usd == FULL_COST + so_far
    )
    assert figures.turn.estimated == 1


def test_a_clock_that_is_set_back_moves_no_call_to_another_day(tmp_path: Path):
    clock = SteeredClock()
    book = ledger(tmp_path, clock=clock)
    key = reserve(book, call(), request())
    clock.time -= 3 * 86_400
    book.close(key, text="", usage=FULL, complete=True, failure=None)
    book.close(reserve(book, call(), request()), text="", usage=FULL, complete=True, failure=None)
    assert [(line.key, line.usd) for line in book.reports.lines("day")] == [
        ("2026-11-20", FULL_COST), ("2026-11-23", FULL_COST),
    ]  # fmt: skip
    assert book.reports.total().usd == 2 * FULL_COST


def test_a_day_ends_at_midnight_where_the_person_is(tmp_path: Path):
    clock = SteeredClock(datetime(2026, 11, 23, 22, 59, tzinfo=UTC).timestamp())
    book = ledger(tmp_path, clock=clock, zone=timezone(timedelta(hours=1)))
    book.close(reserve(book, call(), request()), text="", usage=FULL, complete=True, failure=None)
    clock.time += 120
    assert book.figures().today.usd == 0
    assert book.figures().month.usd == FULL_COST
    assert [line.key for line in book.reports.lines("day")] == ["2026-11-23"]


def test_the_ledger_is_imported_without_prices_network_or_screen():
    code = (
        "import sys, mixchat.ledger.ledger; "
        "print([name for name in ('genai_prices', 'pydantic', 'httpx', 'httpx2', 'psutil', 'plotext') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=50, check=True
    )
    assert done.stdout == "[]\n"
