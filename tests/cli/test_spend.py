"""`mixchat spend` as a script sees it."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from mixchat.__main__ import main
from mixchat.config.paths import Paths
from mixchat.domain.clock import SystemClock
from mixchat.domain.usage import Usage
from mixchat.ledger.ledger import Ledger
from mixchat.ledger.prices import Prices
from mixchat.storage.database import Database
from tests.ledger.stage import UNPRICED, WORK, SteeredClock, call, request, reserve

STACK = """
name = "mine"
description = "two slots"
[roles.daily-driver]
models = ["work/big", "anthropic/claude-opus-5-5"]
"""


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Paths:
    import os

    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("COLUMNS", "120")
    paths = Paths.from_environment(os.environ)
    paths.stacks.mkdir(parents=True)
    (paths.stacks / "mine.toml").write_text(STACK)
    paths.config_file.write_text('stack = "mine"\n[providers.work]\nbase_url = "http://127.0.0.1:9/v1"\n')
    return paths


def fill(paths: Paths) -> None:
    """Write three routed calls of today, a cancelled one, one of unknown price and one of a month ago."""
    clock = SteeredClock(SystemClock().now())
    book = Ledger(Database(paths.data / "history.db"), Prices(WORK, clock=clock), clock=clock)
    usage = Usage(input=10_000, output=2_500)
    for number in range(3):
        made = call(turn=str(number), role=("coding", "quick")[number % 2])
        book.close(reserve(book, made, request()), text="", usage=usage, complete=True, failure=None)
    book.close(reserve(book, call(), request()), text="", usage=usage, complete=False, failure=None)
    made = call(UNPRICED, chat="other", role=None)
    book.close(reserve(book, made, request(ref=UNPRICED)), text="", usage=usage, complete=True, failure=None)
    clock.time -= 32 * 86_400
    book.close(reserve(book, call(), request()), text="", usage=usage, complete=True, failure=None)
    book.database.close()


def spend(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["spend", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_json_has_the_shape_of_the_contract(home: Paths, capsys: pytest.CaptureFixture[str]):
    fill(home)
    code, out, err = spend(capsys, "--json")
    report = json.loads(out)
    week_ago = (datetime.now(UTC) - timedelta(days=6)).date().isoformat()
    assert (code, err) == (0, "")
    assert report["since"] == week_ago
    assert (report["total_usd"], report["unknown_calls"], report["estimated_calls"]) == ("0.08", 1, 1)
    assert report["against"] == "anthropic/claude-opus-5-5"
    assert report["saved_usd"] == "0.28", "four times 10,000 at $4 and 2,500 at $20, less $0.08"
    assert report["beside_daily_usd"] is None, "the everyday model has no known price"
    known, unknown = report["rows"]
    for key, value in {
        "key": "work/big", "calls": 4, "input": 40_000, "output": 10_000, "cost_usd": "0.08", "unknown_calls": 0,
    }.items():  # fmt: skip
        assert known[key] == value
    assert (unknown["key"], unknown["cost_usd"], unknown["unknown_calls"]) == ("work/secret", None, 1)


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        ("model", {"work/big", "work/secret"}),
        ("role", {"coding", "quick", "(none)"}),
        ("provider", {"work"}),
        ("chat", {"chat", "other"}),
    ],
)
def test_every_grouping_adds_up(home: Paths, capsys: pytest.CaptureFixture[str], by: str, keys: set[str]):
    fill(home)
    report = json.loads(spend(capsys, "--json", "--by", by)[1])
    assert {row["key"] for row in report["rows"]} == keys
    assert sum(Decimal(row["cost_usd"] or 0) for row in report["rows"]) == Decimal(report["total_usd"])
    assert sum(row["unknown_calls"] for row in report["rows"]) == report["unknown_calls"]


def test_all_goes_back_to_the_first_call(home: Paths, capsys: pytest.CaptureFixture[str]):
    fill(home)
    report = json.loads(spend(capsys, "--json", "--by", "day", "--since", "all")[1])
    assert report["total_usd"] == "0.1"
    assert [row["key"] for row in report["rows"]] == sorted(row["key"] for row in report["rows"])
    assert report["since"] == report["rows"][0]["key"]


def test_the_table_keeps_the_unknown_apart_and_says_what_was_saved(
    home: Paths, capsys: pytest.CaptureFixture[str]
):
    fill(home)
    code, out, _ = spend(capsys)
    assert code == 0
    assert "~$0.0800 + 1 call of unknown price in 5 calls" in out
    assert "█" in out
    assert "Routing saved ~$0.2800 compared with claude-opus-5-5 for everything." in out
    assert "work/secret" in out


def test_it_compares_with_any_model(home: Paths, capsys: pytest.CaptureFixture[str]):
    fill(home)
    assert json.loads(spend(capsys, "--json", "--against", "openai/gpt-6-luna")[1])["saved_usd"] == "-0.071"
    assert (
        "Routing cost ~$0.0710 more compared with gpt-6-luna"
        in spend(capsys, "--against", "openai/gpt-6-luna")[1]
    )
    assert (
        "The price of openai/gpt-6.2-sol is not known" in spend(capsys, "--against", "openai/gpt-6.2-sol")[1]
    )


def test_csv_has_a_header_and_a_line_a_row(home: Paths, capsys: pytest.CaptureFixture[str]):
    fill(home)
    rows = list(csv.DictReader(io.StringIO(spend(capsys, "--csv")[1])))
    assert [row["model"] for row in rows] == ["work/big", "work/secret"]
    assert [row["cost_usd"] for row in rows] == ["0.08", ""]


def test_a_plot_has_its_days_and_its_sum(home: Paths, capsys: pytest.CaptureFixture[str]):
    fill(home)
    code, out, _ = spend(capsys, "--plot")
    assert code == 0
    assert "█" in out
    assert "$0.0800 + 1 call of unknown price since" in out
    assert "\x1b" not in out


def test_nothing_spent_is_said_in_a_sentence(home: Paths, capsys: pytest.CaptureFixture[str]):
    code, out, _ = spend(capsys)
    assert code == 0
    assert out.startswith("Nothing was spent since ")
    report = json.loads(spend(capsys, "--json")[1])
    assert (report["total_usd"], report["rows"], report["saved_usd"]) == ("0", [], None)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--since", "soon"), '--since "soon" is not a time'),
        (("--by", "mood"), '--by "mood" is nothing to sort by'),
        (("--against", "nothing"), '--against "nothing" is not a model'),
    ],
)
def test_a_wrong_word_is_one_sentence_and_exit_code_2(
    home: Paths, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
):
    code, out, err = spend(capsys, *arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1


def test_deleting_a_chat_leaves_its_line(home: Paths, capsys: pytest.CaptureFixture[str]):
    fill(home)
    database = Database(home.data / "history.db")
    run = database.connection.execute
    run("INSERT INTO chats (id, title, created, updated) VALUES ('chat', 'Sky [b]blue', 1, 1)")
    assert "Sky [b]blue" in spend(capsys, "--by", "chat")[1]
    run("DELETE FROM chats")
    database.close()
    report = json.loads(spend(capsys, "--json", "--by", "chat")[1])
    assert report["total_usd"] == "0.08"
