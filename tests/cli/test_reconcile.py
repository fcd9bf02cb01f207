"""`mixchat spend --reconcile`: our sums beside what the consoles export. The shapes' sources: `usage_exports.py`."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mixchat.__main__ import main
from mixchat.config.paths import Paths
from mixchat.domain.meter import MeteredCall
from mixchat.domain.model import ModelRef
from mixchat.domain.usage import Usage
from mixchat.ledger.ledger import Ledger
from mixchat.ledger.prices import Prices
from mixchat.storage.database import Database
from tests.cli.test_spend import home  # noqa: F401
from tests.ledger.stage import SteeredClock, request, reserve
from tests.wires.dialect import Json

DAY = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()
ANTHROPIC = """\ufeffusage_date_utc,model_version,api_key,workspace,usage_type,context_window,usage_input_tokens_no_cache,usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,usage_output_tokens,web_search_count,inference_geo,speed
2026-11-20,claude-sonnet-5-5-20261001,k,Default,standard,≤ 200k,600,100,0,300,500,0,global,
2026-11-20,claude-sonnet-5-5-20261001,other,Default,standard,≤ 200k,1000,0,0,0,0,0,global,
"""
ANTHROPIC_COST = "usage_date_utc,model,cost_usd\n2026-11-20,Claude Sonnet 5.5,0.0123\n"
ANTHROPIC_JSON = {"data": [{"starting_at": "2026-11-20T00:00:00Z", "ending_at": "2026-11-21T00:00:00Z", "results": [
    {"uncached_input_tokens": 600, "cache_creation": {"ephemeral_1h_input_tokens": 0, "ephemeral_5m_input_tokens": 100},
     "cache_read_input_tokens": 300, "output_tokens": 500, "model": "claude-sonnet-5-5", "server_tool_use": {"web_search_requests": 0}}]}]}  # fmt: skip
ANTHROPIC_COST_JSON = {
    "data": [
        {
            "starting_at": "2026-11-20T00:00:00Z",
            "results": [{"currency": "USD", "amount": "1.23", "model": "claude-sonnet-5-5"}],
        }
    ]
}
OPENAI_COST = "start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,line_item,project_id\n1795132800,1795219200,2026-11-20T00:00:00+00:00,2026-11-21T00:00:00+00:00,0.02,usd,,p\n1795219200,1795305600,2026-11-21T00:00:00+00:00,,,,,\n"
OPENAI_USAGE = "start_time\tend_time\tstart_time_iso\tnum_model_requests\tmodel\tinput_tokens\toutput_tokens\tinput_cached_tokens\n1795132800\t1795219200\t2026-11-20T00:00:00+00:00\t3\tgpt-4.1-2025-04-14\t3000\t400\t1500\n"
OPENAI_JSON = {"object": "page", "data": [{"object": "bucket", "start_time": 1795132800, "end_time": 1795219200, "results": [
    {"object": "organization.costs.result", "amount": {"value": 0.02, "currency": "usd"}, "line_item": "gpt-4.1-2025-04-14, input"},
    {"object": "organization.costs.result", "amount": {"value": 0.01, "currency": "usd"}, "line_item": "gpt-4.1-2025-04-14, output"}]}]}  # fmt: skip
OPENROUTER = "generation_id,created_at,cost_total,byok_usage_inference,tokens_prompt,tokens_completion,tokens_cached,model_permaslug,provider_name\ngen-1,2026-11-20 10:00:00.713,0.004,0,100,50,0,deepseek/deepseek-v4.1-flash-20260910,P\ngen-2,2026-11-20 11:00:00,0.001,0.002,10,5,0,deepseek/deepseek-v4.1-flash-20260910,P\n"
OPENROUTER_JSON = {
    "data": [
        {
            "date": "2026-11-20 00:00:00",
            "model_permaslug": "deepseek/deepseek-v4.1-flash-20260910",
            "usage": 0.005,
            "byok_usage_inference": 0.002,
            "requests": 2,
            "prompt_tokens": 110,
            "completion_tokens": 55,
        }
    ]
}

CASES: list[tuple[str, Json, str, str, str, bool]] = [
    # name, export, provider/model, theirs, ours, whether theirs is at the price list
    ("anthropic usage csv", ANTHROPIC, "anthropic/claude-sonnet-5-5", "0.00848", "0.00648", True),
    ("anthropic cost csv", ANTHROPIC_COST, "anthropic/claude-sonnet-5-5", "0.0123", "0.00648", False),
    ("anthropic usage json", ANTHROPIC_JSON, "anthropic/claude-sonnet-5-5", "0.00648", "0.00648", True),
    ("anthropic cost json, in cents", ANTHROPIC_COST_JSON, "anthropic/claude-sonnet-5-5", "0.0123", "0.00648", False),
    ("openai cost csv", OPENAI_COST, "openai/(all models)", "0.02", "0.00695", False),
    ("openai usage table", OPENAI_USAGE, "openai/gpt-4.1", "0.00695", "0.00695", True),
    ("openai cost json", OPENAI_JSON, "openai/gpt-4.1", "0.03", "0.00695", False),
    ("openrouter csv", OPENROUTER, "openrouter/deepseek/deepseek-v4.1-flash", "0.007", "0.006", False),
    ("openrouter json", OPENROUTER_JSON, "openrouter/deepseek/deepseek-v4.1-flash", "0.007", "0.006", False),
]  # fmt: skip


def fill(paths: Paths) -> None:
    from decimal import Decimal

    clock = SteeredClock(DAY)
    book = Ledger(Database(paths.data / "history.db"), Prices(clock=clock), clock=clock)
    for name, usage in (
        ("anthropic/claude-sonnet-5-5", Usage(input=1000, output=500, cache_read=300, cache_write=100)),
        ("openai/gpt-4.1", Usage(input=3000, output=400, cache_read=1500)),
        ("openrouter/deepseek/deepseek-v4.1-flash", Usage(input=110, output=55, billed=Decimal("0.006"))),
    ):
        ref = ModelRef.parse(name)
        key = reserve(book, MeteredCall(ref=ref, purpose="answer", chat="c"), request(ref=ref))
        book.close(key, text="x", usage=usage, complete=True, failure=None)
    book.database.close()


@pytest.fixture
def filled(home: Paths) -> Paths:  # noqa: F811
    fill(home)
    return home


def written(folder: Path, export: Json) -> str:
    path = folder / "export"
    path.write_text(export if isinstance(export, str) else json.dumps(export), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("export", "model", "theirs", "ours", "listed"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_both_sides_stand_beside_each_other(
    filled: Paths,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    export: Json,
    model: str,
    theirs: str,
    ours: str,
    listed: bool,
) -> None:
    before = (filled.data / "history.db").read_bytes()
    assert main(["spend", "--reconcile", written(tmp_path, export), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    (row,) = [row for row in told["rows"] if row["theirs"]]
    assert f"{row['provider']}/{row['model']}" == model
    assert (row["day"], row["theirs"]["cost_usd"], row["ours"]["cost_usd"]) == ("2026-11-20", theirs, ours)
    assert row["theirs"]["at_list_price"] is listed
    assert (filled.data / "history.db").read_bytes() == before


def test_the_table_says_the_drift_and_what_it_may_be(
    filled: Paths, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["spend", "--reconcile", written(tmp_path, ANTHROPIC)]) == 0
    out = capsys.readouterr().out
    assert "2026-11-20  anthropic/claude-sonnet-5-5" in out
    assert "+$0.0020" in out
    assert "$0.0085*" in out
    assert main(["spend", "--reconcile", written(tmp_path, OPENAI_COST)]) == 0
    assert "They count more" in capsys.readouterr().out


def test_dollars_of_one_file_stand_beside_tokens_of_another(
    filled: Paths, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.csv").write_text(ANTHROPIC)
    (tmp_path / "b.csv").write_text(ANTHROPIC_COST)
    assert main(["spend", "--json", "--reconcile", str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]) == 0
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    assert (row["theirs"]["cost_usd"], row["theirs"]["input"], row["theirs"]["at_list_price"]) == (
        "0.0123",
        2000,
        False,
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a,b\n1,2\n",
        "{",
        "[]",
        '{"data": [{"results": [5, null, []]}]}',
        "\x00\x01",
        "usage_date_utc\n",
        '"',
        "[" * 5000,
    ],
)
def test_what_is_no_export_is_one_sentence(
    filled: Paths, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    assert main(["spend", "--reconcile", written(tmp_path, text)]) == 2
    err = capsys.readouterr().err
    assert "is not a usage export that mixchat knows" in err
    assert err.count("\n") == 1


def test_a_file_that_is_not_there_is_one_sentence(
    filled: Paths, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["spend", "--reconcile", str(tmp_path / "none.csv")]) == 2
    assert "cannot be read" in capsys.readouterr().err
