"""A budget stops the call that would pass it, before anything is sent."""

import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mixchat.config.config import Budget
from mixchat.domain.errors import ConfigError, OverBudget
from mixchat.domain.meter import Purpose
from mixchat.domain.usage import Usage
from mixchat.ledger.dates import days_meant, local_day, month_of
from mixchat.ledger.ledger import Ledger
from tests.ledger.stage import LOCAL, UNPRICED, SteeredClock, call, ledger, request, reserve

CENT = Usage(input=10_000, output=0)
"""A cent at `work/big`."""


def spend(book: Ledger, *, chat: str = "chat", turn: str = "turn") -> None:
    made = call(chat=chat, turn=turn)
    book.close(reserve(book, made, request(max_tokens=1)), text="", usage=CENT, complete=True, failure=None)


@pytest.mark.parametrize(
    ("limits", "about"),
    [
        (Budget(message=Decimal("0.01")), {"turn": "turn"}),
        (Budget(chat=Decimal("0.01")), {"turn": "another"}),
        (Budget(day=Decimal("0.01")), {"chat": "another"}),
        (Budget(month=Decimal("0.01")), {"chat": "another"}),
    ],
)
def test_the_call_that_would_pass_a_budget_is_stopped(tmp_path: Path, limits: Budget, about: dict[str, str]):
    book = ledger(tmp_path, limits=limits)
    spend(book)
    with pytest.raises(OverBudget, match=r"\$0\.0100 is used") as stop:
        reserve(book, call(**about), request(max_tokens=1))  # type: ignore[arg-type]
    assert "use a cheaper model" in str(stop.value)
    assert "once" not in str(stop.value)
    assert "[budget]" in str(stop.value)
    assert book.database.connection.execute("SELECT count(*) FROM reservations").fetchone()[0] == 0


@pytest.mark.parametrize(
    ("limits", "about"),
    [
        (Budget(message=Decimal("0.01")), {"turn": "another"}),
        (Budget(chat=Decimal("0.01")), {"chat": "another", "turn": "another"}),
    ],
)
def test_a_budget_counts_only_what_is_its_own(tmp_path: Path, limits: Budget, about: dict[str, str]):
    book = ledger(tmp_path, limits=limits)
    spend(book)
    reserve(book, call(**about), request(max_tokens=1))  # type: ignore[arg-type]


def test_one_message_is_stopped_by_its_own_forecast(tmp_path: Path):
    book = ledger(tmp_path, limits=Budget(message=Decimal("0.001")))
    with pytest.raises(OverBudget, match="one message"):
        reserve(book, call(), request("word " * 5_000, max_tokens=1))
    reserve(book, call(), request("word", max_tokens=1))


def test_going_on_once_is_allowed_and_counted(tmp_path: Path):
    from msgspec.structs import replace

    book = ledger(tmp_path, limits=Budget(day=Decimal("0.01")))
    spend(book)
    key = reserve(book, replace(call(), allow_over_budget=True), request(max_tokens=1))
    book.close(key, text="", usage=CENT, complete=True, failure=None)
    assert book.budgets.states()[0].spent == Decimal("0.02")
    with pytest.raises(OverBudget):
        reserve(book, call(), request(max_tokens=1))


def test_raising_a_budget_lets_the_next_call_through(tmp_path: Path):
    book = ledger(tmp_path, limits=Budget(day=Decimal("0.01")))
    spend(book)
    book.budgets.limits = Budget(day=Decimal(1))
    reserve(book, call(), request(max_tokens=1))


def test_a_model_on_this_machine_is_never_stopped(tmp_path: Path):
    book = ledger(tmp_path, limits=Budget(day=Decimal("0.01")))
    spend(book)
    reserve(book, call(LOCAL), request(ref=LOCAL))


def test_an_unknown_price_is_stopped_only_when_nothing_is_left(tmp_path: Path):
    book = ledger(tmp_path, limits=Budget(day=Decimal("0.01")))
    reserve(book, call(UNPRICED), request(ref=UNPRICED))
    spend(book)
    with pytest.raises(OverBudget, match="no known price"):
        reserve(book, call(UNPRICED), request(ref=UNPRICED))


def test_failed_and_cancelled_calls_count(tmp_path: Path):
    from mixchat.domain.errors import Failure

    book = ledger(tmp_path, limits=Budget(day=Decimal("0.02")))
    for failure in (None, Failure("interrupted", "The line was cut.")):
        key = reserve(book, call(), request(max_tokens=1))
        book.close(key, text="", usage=CENT, complete=False, failure=failure)
    with pytest.raises(OverBudget):
        reserve(book, call(), request(max_tokens=1))


def test_a_person_is_told_at_four_fifths(tmp_path: Path):
    book = ledger(tmp_path, limits=Budget(day=Decimal("0.05"), chat=Decimal(1)))
    assert book.budgets.fraction("chat") == 0
    for _ in range(4):
        assert not book.budgets.states()[0].warn
        spend(book)
    (day,) = book.budgets.states()
    assert (day.scope, day.fraction, day.warn, day.over) == ("day", Decimal("0.8"), True, False)
    assert book.budgets.fraction("chat") == Decimal("0.8")
    assert {state.scope for state in book.budgets.states("chat")} == {"chat", "day"}


def test_without_a_budget_there_is_no_fraction(tmp_path: Path):
    assert ledger(tmp_path).budgets.fraction("chat") is None


def test_a_new_day_has_its_own_budget_and_the_month_goes_on(tmp_path: Path):
    clock = SteeredClock(datetime(2026, 11, 30, 12, tzinfo=UTC).timestamp())
    book = ledger(tmp_path, limits=Budget(day=Decimal("0.01"), month=Decimal("0.02")), clock=clock)
    spend(book)
    clock.time += 86_400
    day, month = book.budgets.states()
    assert (day.spent, month.spent) == (0, 0), "the first of December"
    spend(book)
    clock.time += 86_400
    spend(book)
    clock.time += 86_400
    with pytest.raises(OverBudget, match="the month"):
        spend(book)


RACER = """
import sys, time
from decimal import Decimal
from pathlib import Path
from mixchat.config.config import Budget
from mixchat.domain.errors import OverBudget
from tests.ledger.stage import reserve, call, ledger, request
book = ledger(Path(sys.argv[1]), limits=Budget(day=Decimal("0.01")))
asked = request("word " * 1_000, max_tokens=1)
book.prices.load()
print("ready", flush=True)
sys.stdin.readline()
held = 0
for _ in range(20):
    try:
        reserve(book, call(), asked)
        held += 1
    except OverBudget:
        pass
print(held, flush=True)
sys.stdin.readline()
"""


def test_two_programs_cannot_spend_the_same_dollar(tmp_path: Path):
    book = ledger(tmp_path, limits=Budget(day=Decimal("0.01")))
    each = book.forecast(call(), request("word " * 1_000, max_tokens=1)).cost.usd
    assert each is not None
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    try:
        assert [racer.stdout.readline() for racer in racers] == ["ready\n"] * 2  # type: ignore[union-attr]
        for racer in racers:
            racer.stdin.write("go\n")  # type: ignore[union-attr]
            racer.stdin.flush()  # type: ignore[union-attr]
        held = [int(racer.stdout.readline()) for racer in racers]  # type: ignore[union-attr]
        assert sum(held) == int(Decimal("0.01") / each)
        assert book.budgets.states()[0].used <= Decimal("0.01")
    finally:
        for racer in racers:
            racer.communicate("end\n", timeout=90)


@pytest.mark.parametrize("hours", range(26))
def test_days_follow_the_calendar_through_a_change_of_clocks(hours: int):
    zone = ZoneInfo("Europe/Berlin")
    start = datetime(2026, 10, 25, 0, 0, tzinfo=zone)
    moment = start.timestamp() + hours * 3_600
    assert local_day(moment, zone) == ("2026-10-25" if hours < 25 else "2026-10-26")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1d", "2026-11-23"), ("7d", "2026-11-17"), ("1w", "2026-11-17"), ("2w", "2026-11-10"), ("1m", "2026-10-24"),
        ("9m", "2026-02-24"), ("1y", "2025-11-24"), ("today", "2026-11-23"), ("yesterday", "2026-11-22"),
        ("month", "2026-11-01"), ("2026-02-28", "2026-02-28"), ("999999d", "0001-01-01"), ("999999y", "0001-01-01"),
        (" 7D ", "2026-11-17"),
    ],
)  # fmt: skip
def test_since_is_a_span_a_date_or_a_word(text: str, day: str):
    assert days_meant(text, "2026-11-23") == (day, "2026-11-23")


def test_all_holds_also_what_a_wrong_clock_wrote_down():
    assert days_meant("all", "2026-11-23") == ("0001-01-01", "9999-12-31")


@pytest.mark.parametrize(
    ("today", "text", "day"),
    [
        ("2026-03-31", "1m", "2026-03-01"), ("2028-03-31", "1m", "2028-03-01"), ("2028-02-29", "1y", "2027-03-01"),
        ("2026-01-01", "1m", "2025-12-02"), ("2026-01-01", "1d", "2026-01-01"), ("2026-12-31", "12m", "2026-01-01"),
    ],
)  # fmt: skip
def test_months_and_years_are_those_of_the_calendar(today: str, text: str, day: str):
    assert days_meant(text, today) == (day, today)


@pytest.mark.parametrize("text", ["", "soon", "7", "0d", "-7d", "2026-13-01", "7 parsecs", "2026-02-30"])
def test_a_since_that_is_nothing_is_said_in_one_sentence(text: str):
    with pytest.raises(ConfigError, match="--since"):
        days_meant(text, "2026-11-23")


def test_a_month_begins_with_its_first_day():
    assert month_of("2026-02-28") == "2026-02-01"


def test_a_chats_first_call_of_unknown_price_is_asked_about_once_where_somebody_can_be_asked(tmp_path: Path):
    from msgspec.structs import replace

    book = ledger(tmp_path, limits=Budget(day=Decimal(5)))

    def ask(chat: str, purpose: Purpose = "answer", *, allow: bool = False) -> None:
        made = replace(call(UNPRICED, chat=chat, purpose=purpose), allow_over_budget=allow)
        key = reserve(book, made, request(ref=UNPRICED, max_tokens=1))
        book.close(key, text="x", usage=CENT, complete=True, failure=None)

    ask("first")  # nobody can be asked: it goes through, and is counted as unknown
    book.budgets.go_on_unpriced = "go on in this chat"
    ask("first")
    with pytest.raises(OverBudget, match="is not known") as caught:
        ask("second")
    assert f'[prices."{UNPRICED}"]' in str(caught.value)
    assert caught.value.overrun is not None
    assert (caught.value.overrun.scope, caught.value.overrun.amount) == ("price", None)
    ask("second", allow=True)
    ask("second")
    ask("third", "judge")
    with pytest.raises(OverBudget):
        ask("fourth")
    free = ledger(tmp_path)
    free.budgets.go_on_unpriced = "go on in this chat"
    reserve(free, call(UNPRICED, chat="fifth"), request(ref=UNPRICED, max_tokens=1))
