"""A ledger of 1,000,000 calls beside an empty one: opening, the tracker's first figures, each report, one more call.

pytest -m bench tests/bench/test_bench_ledger.py -s
"""

import random
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from mixchat.config.config import Budget
from mixchat.domain.model import ModelRef
from mixchat.domain.usage import Usage
from mixchat.ledger.ledger import Ledger
from mixchat.ledger.prices import Prices
from mixchat.ledger.reports import BY, By
from mixchat.ledger.savings import saving
from mixchat.storage.database import Database
from tests.ledger.stage import WORK, SteeredClock, call, request, reserve

CALLS, DAYS, PER_CHAT, LIMIT = 1_000_000, 1_000, 40, 0.050
MODELS = [f"model-{number}" for number in range(12)]
ROLES = ("coding", "quick", "daily-driver", "creative", "research", "extraction", "heavy-lifting", None)
PURPOSES = ("answer", "answer", "answer", "judge", "title")
PLENTY = Decimal(1_000_000)
LAST = date(2026, 11, 23)
OPUS = ModelRef.parse("anthropic/claude-opus-5-5")

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]


def _rows() -> Iterator[tuple[object, ...]]:
    draw = random.Random(5)
    for number in range(CALLS):
        day = LAST - timedelta(days=DAYS - 1 - number * DAYS // CALLS)
        model, size = draw.choice(MODELS), draw.choice((800, 4_000, 30_000, 120_000, 300_000))
        yield (
            day.isoformat(), number, number + 3.0, f"provider-{hash(model) % 4}", model, draw.choice(PURPOSES),
            draw.choice(ROLES), f"chat-{number // PER_CHAT}", f"turn-{number}", size, 500, size // 2,
            None if draw.random() < 0.02 else draw.randrange(10**11), draw.random() < 0.9,
        )  # fmt: skip


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("full") / "history.db"
    database = Database(path)
    began = time.perf_counter()
    with database.writing() as connection:
        connection.executemany(
            "INSERT INTO calls (day, started, ended, provider, model, purpose, role, chat, turn, input, output, "
            "cache_read, cost, exact, complete) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
            _rows(),
        )
    database.close()
    print(
        f"\n{CALLS:,} calls written with their sums in {time.perf_counter() - began:.0f} s, {path.stat().st_size >> 20} MiB"
    )
    return path


def _ledger(path: Path) -> Ledger:
    clock = SteeredClock()
    limits = Budget(chat=PLENTY, day=PLENTY, month=PLENTY)
    return Ledger(Database(path), Prices(WORK, clock=clock), limits, clock=clock, zone=UTC)


def _median(action: Callable[[], object], times: int = 7) -> float:
    seconds: list[float] = []
    for _ in range(times):
        began = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def _open(path: Path) -> None:
    book = _ledger(path)
    book.figures(f"chat-{CALLS // PER_CHAT - 1}", f"turn-{CALLS - 1}")
    book.database.close()


def test_opening_and_the_first_figures(full: Path, tmp_path: Path):
    control = _median(lambda: _open(tmp_path / "empty.db"))
    seconds = _median(lambda: _open(full))
    print(f"opening and first figures: {seconds * 1e3:.1f} ms; an empty ledger: {control * 1e3:.1f} ms")
    assert seconds - control < LIMIT


@pytest.mark.parametrize("since", ["2026-11-16", "0001-01-01"])
@pytest.mark.parametrize("by", BY)
def test_each_report(full: Path, by: By, since: str):
    book = _ledger(full)
    seconds = _median(lambda: (book.reports.total(since), book.reports.lines(by, since, most=1_000)))
    print(
        f"by {by} since {since}: {seconds * 1e3:.1f} ms, {len(book.reports.lines(by, since, most=1_000)):,} lines"
    )
    book.database.close()
    assert seconds < LIMIT


def test_every_chat_for_a_script(full: Path):
    book = _ledger(full)
    seconds = _median(lambda: book.reports.lines("chat"), 3)
    print(f"every one of {len(book.reports.lines('chat')):,} chats: {seconds * 1e3:.0f} ms")
    book.database.close()


@pytest.mark.parametrize("since", ["2026-11-16", "0001-01-01"])
def test_what_was_saved(full: Path, since: str):
    book = _ledger(full)
    book.prices.load()
    seconds = _median(lambda: saving(book.database, book.prices, OPUS, since))
    answers = saving(book.database, book.prices, OPUS, since).answers
    print(f"saved since {since}: {seconds * 1e3:.1f} ms, {answers:,} answers")
    book.database.close()
    assert seconds < LIMIT


def test_the_control_reads_every_call(full: Path):
    book = _ledger(full)
    run = book.database.connection.execute
    query = "SELECT provider || '/' || model, count(*), sum(cost) FROM calls GROUP BY 1"
    print(
        f"control, by model over the calls themselves: {_median(lambda: run(query).fetchall(), 2) * 1e3:.0f} ms"
    )
    assert (
        run("SELECT sum(cost) FROM calls").fetchone()[0]
        == run("SELECT sum(cost) FROM tallies WHERE kind = 'model'").fetchone()[0]
    )
    book.database.close()


def test_one_more_call(full: Path, tmp_path: Path):
    def spend(book: Ledger) -> None:
        key = reserve(book, call(), request("word " * 200))
        book.close(key, text="", usage=Usage(input=200, output=10), complete=True, failure=None)

    empty, million = _ledger(tmp_path / "empty.db"), _ledger(full)
    control, seconds = (_median(lambda book=book: spend(book), 40) for book in (empty, million))
    print(f"opening and closing one call: {seconds * 1e3:.2f} ms; in an empty ledger: {control * 1e3:.2f} ms")
    for book in (empty, million):
        book.database.close()
    assert seconds < 0.05
