"""The judge and the embedding model in `mixchat ask`, over sockets: they decide, and what they cost is booked."""

import asyncio
import json
import os
import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_ask import Run, ask
from tests.wires.script import Reply
from tests.wires.server import Wires, environment

JUDGE = "gemini-3.5-flash-lite"
STACK = """
name = "mine"
[roles.daily-driver]
models = ["openai/gpt-6.1-sol"]
[roles.creative]
models = ["google/gemini-3.8-flash"]
[roles.law]
models = ["ollama/llama3.3:70b"]
description = "contracts and clauses"
examples = ["review this contract", "is this clause enforceable?", "draft an NDA"]
"""
CLOSE = "something about the sea"


@pytest.fixture
async def wires(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    async with Wires() as wires:
        for name, value in environment(wires.url).items():
            monkeypatch.setenv(name, value)
        folder = Path(os.environ["MIXCHAT_CONFIG_DIR"])
        (folder / "stacks").mkdir(parents=True)
        (folder / "stacks" / "mine.toml").write_text(STACK)
        monkeypatch.chdir(tmp_path)
        yield wires


def configure(router: str) -> None:
    config = Path(os.environ["MIXCHAT_CONFIG_DIR"]) / "config.toml"
    config.write_text(f'stack = "mine"\n[router]\n{router}\n')


def booked() -> list[dict[str, Any]]:
    """Return the calls in the ledger, the oldest first."""
    database = sqlite3.connect(Path(os.environ["MIXCHAT_DATA_DIR"]) / "history.db")
    database.row_factory = sqlite3.Row
    rows = database.execute("SELECT purpose, model, chat, turn, cost FROM calls ORDER BY started").fetchall()
    database.close()
    return [dict(row) for row in rows]


def finished(run: Run) -> dict[str, Any]:
    assert run.code == 0, run.err
    return run.lines[-1]


async def test_the_judge_takes_part_and_its_cost_belongs_to_chat_and_turn(wires: Wires):
    configure(f'judge = "google/{JUDGE}"\nmargin = 1.0')
    wires.script(JUDGE, Reply("creative", input=400, output=2))
    run = await ask("--json", CLOSE)
    end = finished(run)
    assert (run.lines[0]["role"], run.lines[0]["classifier"]) == ("creative", "judge")
    assert end["model"] == "google/gemini-3.8-flash"
    judged, answered = booked()
    assert (judged["purpose"], judged["model"]) == ("judge", JUDGE)
    assert (
        (judged["chat"], judged["turn"]) == (answered["chat"], answered["turn"]) == (end["chat"], end["turn"])
    )
    assert judged["cost"] > 0
    assert Decimal(end["cost_usd"]) == Decimal(judged["cost"] + answered["cost"]) / 10**12


async def test_a_judge_that_is_late_or_fails_changes_nothing(wires: Wires):
    configure(f'judge = "google/{JUDGE}"\nmargin = 1.0')
    wires.script(JUDGE, Reply("creative", headers_wait=60.0))
    began = asyncio.get_running_loop().time()
    run = await ask("--json", CLOSE)
    assert finished(run)["model"]
    assert run.lines[0]["classifier"] != "judge"
    assert asyncio.get_running_loop().time() - began < 50


async def test_the_embedding_model_takes_part_and_its_cost_belongs_to_chat_and_turn(wires: Wires):
    configure('embeddings = "openai/text-embedding-3-small"')
    run = await ask("--json", "please look over the agreement with my landlord: review this contract")
    end = finished(run)
    assert run.lines[0]["role"] == "law", json.dumps(run.lines[0])
    *embedded, answered = booked()
    assert {call["purpose"] for call in embedded} == {"embedding"}
    assert {(call["chat"], call["turn"]) for call in embedded} == {(end["chat"], end["turn"])}
    assert answered["model"] == "llama3.3:70b"
