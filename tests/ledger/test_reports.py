"""Lines that add up, also when there are too many of them."""

from decimal import Decimal
from pathlib import Path

import pytest

from mixchat.domain.usage import Usage
from mixchat.ledger.reports import NOBODY, OTHERS
from tests.ledger.stage import call, ledger, request


@pytest.mark.parametrize("most", [1, 3, 7, 8, 9, None])
def test_the_cheapest_chats_share_a_line_and_nothing_is_lost(tmp_path: Path, most: int | None):
    book = ledger(tmp_path)
    for number in range(8):
        usage = Usage(input=1_000 * (number + 1), output=0)
        made = call(chat=f"chat{number}" if number else None)
        book.close(book.open(made, request()), text="", usage=usage, complete=True, failure=None)
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
        book.open(call(), request()), text="", usage=Usage(input=1, output=1), complete=True, failure=None
    )
    figures = book.figures()
    assert (figures.today.calls, figures.chat.calls) == (1, 0)
