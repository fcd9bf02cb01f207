"""Saved chats from the shell, with words and with meaning."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from msgspec import structs

from mixchat.runtime.runtime import build_runtime
from tests.cli.test_ask import Run, ask
from tests.wires.server import Wires, environment

CONFIG = 'stack = "mine"\n[router]\nembeddings = "openai/text-embedding-3-small"\n'
STACK = 'name = "mine"\n[roles.daily-driver]\nmodels = ["ollama/llama3.3:70b"]\n'


async def history(*args: str) -> Run:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "mixchat", "history", *args,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    return Run(process.returncode, out.decode(), err.decode())


@pytest.fixture
async def wires(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    async with Wires() as wires:
        for name, value in environment(wires.url).items():
            monkeypatch.setenv(name, value)
        config = Path(os.environ["MIXCHAT_CONFIG_DIR"])
        (config / "stacks").mkdir(parents=True)
        (config / "stacks" / "mine.toml").write_text(STACK)
        (config / "config.toml").write_text(CONFIG)
        monkeypatch.chdir(tmp_path)
        yield wires


async def test_chats_are_listed_found_shown_and_removed(wires: Wires):
    assert "No chat is saved yet" in (await history("list")).err
    await ask("-q", "how do bees \x1b[31mdance?")
    await ask("-q", "name a colour")
    listed = (await history("list")).out.splitlines()
    assert len(listed) == 2
    assert "name a colour" in listed[0]
    assert "\x1b" not in listed[1]
    found = (await history("search", "bees")).out.splitlines()
    assert len(found) == 1, "its title and its turn hold the word"
    chat = found[0].split()[0]
    assert {line.split()[0] for line in found} == {chat}
    shown = await history("show", chat[:6])
    assert "> how do bees" in shown.out
    assert "[" in shown.out
    removed = await history("rm", chat)
    assert (removed.code, "stays counted" in removed.err) == (0, True)
    assert (await history("show", chat)).code == 2


async def test_turns_are_found_by_meaning_embedded_once_and_private_ones_never_leave(wires: Wires):
    runtime = build_runtime(cwd=Path.cwd())
    for prompt, private in (("how do bees dance?", False), ("the code of my safe", True)):
        chat = runtime.new_chat()
        chat.save_record(structs.replace(chat.record, private=private))
        async for _ in chat.send(prompt):
            pass
    await runtime.aclose()
    wires.seen.clear()
    found = await history("search", "--meaning", "how do bees dance?")
    assert found.code == 0, found.err
    assert "bees" in found.out.splitlines()[0]
    sent = "".join(str(seen.json) for seen in wires.seen)
    assert "bees" in sent
    assert "safe" not in sent
    wires.seen.clear()
    await history("search", "--meaning", "insects that talk")
    assert "bees" not in "".join(str(seen.json) for seen in wires.seen)


async def test_without_an_embedding_model_the_way_is_said(wires: Wires):
    (Path(os.environ["MIXCHAT_CONFIG_DIR"]) / "config.toml").write_text('stack = "mine"\n')
    run = await history("search", "--meaning", "bees")
    assert run.code == 2
    assert "embeddings =" in run.err
