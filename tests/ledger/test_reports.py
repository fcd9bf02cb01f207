"""Lines that add up, also when there are too many of them."""

from datetime import datetime
from decimal import Decimal
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mixchat.domain.stack import Stack
from mixchat.domain.usage import Usage
from mixchat.ledger.reports import BY, NOBODY, OTHERS
from mixchat.ledger.spend_report import report
from tests.ledger.stage import FULL, FULL_COST, SteeredClock, call, ledger, request, reserve


@pytest.mark.parametrize("most", [1, 3, 7, 8, 9, None])
def test_the_cheapest_chats_share_a_line_and_nothing_is_lost(tmp_path: Path, most: int | None):
    book = ledger(tmp_path)
    for number in range(8):
        usage = Usage(input=1_000 * (number + 1), output=0)
        made = call(chat=f"chat{number}" if number else None)
        book.close(reserve(book, made, request()), text="", usage=usage, complete=True, failure=None)
    lines = book.reports.lines("chat", most=most)
    total = book.reports.total()
    assert sum((line.usd for line in lines), Decimal(0)) == total.usd == Decimal("0.036")
    assert sum(line.input for line in lines) == total.input
    assert lines[0].key == "chat7"
    assert [line.key for line in lines].count(OTHERS) == (most is not None and most < 8)
    assert (NOBODY in {line.key for line in lines}) == (most is None or most >= 8)


def test_figures_of_an_empty_ledger_are_nothing(tmp_path: Path):
    figures = ledger(tmp_path).figures("chat", "turn")
    assert (figures.turn.calls, figures.chat.usd, figures.budgets) == (0, 0, ())


def test_without_a_chat_the_figures_are_those_of_today(tmp_path: Path):
    book = ledger(tmp_path)
    book.close(
        reserve(book, call(), request()),
        text="",
        usage=Usage(input=1, output=1),
        complete=True,
        failure=None,
    )
    figures = book.figures()
    assert (figures.today.calls, figures.chat.calls) == (1, 0)


BERLIN = ZoneInfo("Europe/Berlin")


def at(day: int, hour: int, minute: int = 0, month: int = 10) -> float:
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN).timestamp()


@pytest.mark.parametrize(
    ("since", "first", "calls"),
    [
        ("1d", "2026-10-25", 2), ("today", "2026-10-25", 2), ("2d", "2026-10-24", 3), ("yesterday", "2026-10-24", 3),
        ("1w", "2026-10-19", 4), ("month", "2026-10-01", 5), ("1m", "2026-09-26", 5), ("2026-09-25", "2026-09-25", 6),
        ("all", "2026-09-25", 7),
    ],
)  # fmt: skip
def test_a_span_has_its_days_and_no_other_on_the_day_that_the_clocks_change(
    tmp_path: Path, since: str, first: str, calls: int
):
    """On 25 October the hour from two to three comes twice; the last call is of a clock that was a day ahead."""
    clock = SteeredClock()
    book = ledger(tmp_path, clock=clock, zone=BERLIN)
    moments = [
        at(25, 23, 59, month=9), at(1, 0), at(19, 0), at(24, 23, 59), at(25, 0), at(25, 23, 59), at(26, 0),
    ]  # fmt: skip
    for moment in moments:
        clock.time = moment
        book.close(reserve(book, call(), request()), text="", usage=FULL, complete=True, failure=None)
    for clock.time, by in product((at(25, 0), at(25, 12), at(25, 23, 59)), BY):
        found = report(book, Stack("none", "", {}), since, by)
        assert (found.since, found.total.calls) == (first, calls)
        assert sum(line.calls for line in found.lines) == calls
        assert found.total.usd == calls * FULL_COST
        if by == "day":
            keys = [line.key for line in found.lines]
            assert keys[0] >= first
            assert since == "all" or keys[-1] <= "2026-10-25"
