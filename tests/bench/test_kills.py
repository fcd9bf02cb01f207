"""Programs killed at any moment: the history is whole, and nothing that was finished is lost. Run with `-m kill`."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from mixchat.storage.database import Database
from mixchat.storage.migrations import MIGRATIONS
from tests.providers.ggufs import gguf
from tests.providers.loopback import Got, Say, loopback
from tests.providers.test_local_hub import Answer, hub
from tests.tui.pty_app import PtyApp
from tests.wires.script import Reply
from tests.wires.server import Wires, environment

KILLS = int(os.environ.get("MIXCHAT_KILLS", "200"))
COMMAND = [sys.executable, "-m", "mixchat"]
pytestmark = [pytest.mark.kill, pytest.mark.timeout(3600)]


@pytest.fixture
async def wires(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Wires]:
    (tmp_path / "CONFIG" / "stacks").mkdir(parents=True)
    (tmp_path / "CONFIG" / "stacks" / "wire.toml").write_text(
        '[roles.daily-driver]\nmodels = ["anthropic/wire"]\n'
    )
    for part in ("CONFIG", "DATA", "LOG"):
        monkeypatch.setenv(f"MIXCHAT_{part}_DIR", str(tmp_path / part))
    monkeypatch.setenv("MIXCHAT_STACK", "wire")
    async with Wires() as served:
        for name, value in environment(served.url).items():
            monkeypatch.setenv(name, value)
        yield served


def history(place: Path) -> Path:
    return place / "DATA" / "history.db"


def check(place: Path) -> dict[str, str]:
    """Return the outcome of each turn in a history that must be whole."""
    path = history(place)
    if not path.exists():
        return {}
    database = Database(path)
    run = database.connection.execute
    assert run("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert run("PRAGMA foreign_key_check").fetchall() == []
    run("INSERT INTO texts (texts) VALUES ('integrity-check')")
    turns = {row[0]: row[1] for row in run("SELECT id, outcome FROM turns")}
    database.close()
    return turns


def killed(arguments: list[str], after: float) -> None:
    process = subprocess.Popen(
        [*COMMAND, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    process.wait()


def kill_app(after: float) -> None:
    app = PtyApp(arguments=("-c",))
    try:
        time.sleep(after)
        app.feed("a prompt that is killed\r")
        time.sleep(after / 2)
        os.kill(app.pid, signal.SIGKILL)
    finally:
        app.close()


def old_history(place: Path) -> None:
    """Put a history of before the last upgrades in place."""
    for file in (place / "DATA").glob("history.db*"):
        file.unlink()
    old = Database(history(place), MIGRATIONS[:3])
    run = old.connection.execute
    run("INSERT INTO chats (id, title, created, updated) VALUES ('c', 'Old', 1, 1)")
    for number in range(300):
        run(
            "INSERT INTO turns (id, chat, created, outcome, prompt, reply, body)"
            " VALUES (?, 'c', 1, 'complete', ?, ?, CAST(? AS BLOB))",
            (f"t{number}", f"prompt {number}", "reply " * 200, "{}"),
        )
    old.close()


def exported(place: Path) -> Path:
    """Return a file with a hundred chats in it, as ChatGPT exports them."""
    chats = [
        {
            "id": f"conversation-{number}", "title": f"Chat {number}", "create_time": 1.0, "update_time": 2.0, "current_node": "b",
            "mapping": {
                "a": {"id": "a", "parent": None, "children": ["b"], "message": {"id": "a", "author": {"role": "user"}, "create_time": 1.0,
                      "content": {"content_type": "text", "parts": [f"prompt {number}"]}}},
                "b": {"id": "b", "parent": "a", "children": [], "message": {"id": "b", "author": {"role": "assistant"}, "create_time": 2.0,
                      "content": {"content_type": "text", "parts": ["reply " * 100]}}},
            },
        }
        for number in range(100)
    ]  # fmt: skip
    path = place / "conversations.json"
    path.write_text(json.dumps(chats))
    return path


PULLS = max(KILLS // 10, 3)
WEIGHTS = gguf(size=3_000_000)


def slowly(answer: Answer) -> Answer:
    """Return a Hub that takes its time, so that a kill meets every part of a pull."""

    def later(got: Got) -> Say:
        time.sleep(0.15)
        return answer(got)

    return later


def test_no_kill_of_a_pull_leaves_half_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    dice = random.Random(int(os.environ.get("MIXCHAT_SEED", "1")))
    for part in ("CONFIG", "DATA", "LOG"):
        monkeypatch.setenv(f"MIXCHAT_{part}_DIR", str(tmp_path / part))
    whole = 0
    with loopback(slowly(hub(WEIGHTS, {"tiny-Q4_K_M": WEIGHTS}))) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        pull = ["local", "pull", "owner/repo:Q4_K_M"]
        began = time.monotonic()
        killed(pull, 60)
        lasts = time.monotonic() - began
        for model in (tmp_path / "DATA").rglob("*.gguf"):
            model.unlink()
        for _ in range(PULLS):
            killed(pull, dice.uniform(0.2 * lasts, lasts))
            for model in (tmp_path / "DATA").rglob("*.gguf"):
                assert model.read_bytes() == WEIGHTS, "half a model is where a whole one should be"
                whole += 1
                model.unlink()
        done = subprocess.run([*COMMAND, *pull], capture_output=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
    (model,) = (tmp_path / "DATA").rglob("*.gguf")
    assert model.read_bytes() == WEIGHTS
    left = [path.name for path in model.parent.iterdir() if path.suffix not in {".gguf", ".txt"}]
    print(f"{PULLS} kills of a pull, {whole} after it was whole; left behind after the next one: {left}")
    assert left == []


async def test_no_kill_damages_the_history_or_loses_what_was_finished(wires: Wires, tmp_path: Path):
    dice = random.Random(int(os.environ.get("MIXCHAT_SEED", "1")))
    done: dict[str, str] = {}
    counts: dict[str, int] = {}
    file = exported(tmp_path)
    kinds: dict[str, Callable[[float], None]] = {
        "ask": lambda after: killed(["ask", "-c", "hello there"], after),
        "app": kill_app,
        "import": lambda after: killed(["history", "import", str(file)], after),
        "export": lambda after: killed(
            ["history", "export", "--all", "-o", str(tmp_path / "out.json")], after
        ),
    }
    import asyncio

    for number in range(KILLS - KILLS // 5):
        name = list(kinds)[number % len(kinds)]
        wires.script("wire", Reply("".join(f"word {n} " for n in range(200))))
        await asyncio.to_thread(kinds[name], dice.uniform(0.2, 2.5))
        counts[name] = counts.get(name, 0) + 1
        now = await asyncio.to_thread(check, tmp_path)
        assert done.items() <= now.items(), "a finished turn is lost"
        done = {turn: outcome for turn, outcome in now.items() if outcome == "complete"}
    for _ in range(KILLS // 5):
        await asyncio.to_thread(old_history, tmp_path)
        await asyncio.to_thread(killed, ["history", "list"], dice.uniform(0.1, 1.2))
        counts["migration"] = counts.get("migration", 0) + 1
        path = history(tmp_path)
        connection = sqlite3.connect(path)
        assert connection.execute("SELECT count(*) FROM turns").fetchone()[0] == 300
        connection.close()
        assert len(await asyncio.to_thread(check, tmp_path)) == 300
    print(
        f"{sum(counts.values())} kills: {counts}; {len(done)} finished turns before the migrations, none lost"
    )
