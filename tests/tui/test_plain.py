"""The app as plain text, from start to end, against a provider on loopback."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.wires.script import Reply, Status
from tests.wires.server import Wires, environment

STACK = """
[roles.daily-driver]
models = ["anthropic/first", "openai/second"]
"""


@pytest.fixture
async def wires(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    async with Wires() as wires:
        for name, value in environment(wires.url).items():
            monkeypatch.setenv(name, value)
        stacks = Path(os.environ["MIXCHAT_CONFIG_DIR"]) / "stacks"
        stacks.mkdir(parents=True)
        (stacks / "mine.toml").write_text(STACK)
        monkeypatch.setenv("MIXCHAT_STACK", "mine")
        monkeypatch.chdir(tmp_path)
        yield wires


async def start(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "mixchat", "--plain", *arguments,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip


async def talk(*lines: str, arguments: tuple[str, ...] = ()) -> tuple[int | None, str]:
    process = await start(*arguments)
    said, _ = await process.communicate("".join(f"{line}\n" for line in lines).encode())
    return process.returncode, said.decode()


async def test_replies_fail_overs_and_questions_are_lines_one_after_another(wires: Wires):
    wires.script("first", Reply("Hello \x1b]52;c;aGk=\x07 there."), Status(401))
    wires.script("second", Reply("From the second."))
    code, said = await talk("hi", "again please", "@nobody hi", "/quit")
    assert code == 0
    assert "daily-driver, anthropic/first: Hello ␛]52;c;aGk=␇ there." in said
    assert "anthropic/first failed: Anthropic did not accept the key" in said
    assert "Asking openai/second." in said
    assert "From the second." in said
    assert "@nobody is not a role, alias, model or file here; nothing was sent." in said
    assert len(wires.seen) == 3
    code, said = await talk(arguments=("-c",))
    assert code == 0
    assert "You: again please\nopenai/second: From the second." in said


async def test_a_guarded_prompt_is_sent_with_a_yes_and_only_then(wires: Wires):
    config = Path(os.environ["MIXCHAT_CONFIG_DIR"]) / "config.toml"
    config.write_text("[budget]\nmessage = 0.0000001\n")
    wires.script("claude-sonnet-5-5", Reply("Sent anyway."))
    code, said = await talk("@anthropic/claude-sonnet-5-5 hi", "n", "/quit")
    assert (code, wires.seen) == (0, [])
    assert "Send it anyway? y or n: " in said
    code, said = await talk("@anthropic/claude-sonnet-5-5 hi", "y", "/quit")
    assert (code, len(wires.seen)) == (0, 1)
    assert "Sent anyway." in said


async def test_interrupting_stops_the_reply_keeps_what_came_and_the_talk_goes_on(wires: Wires):
    wires.script("first", Reply("word " * 500, rate=50), Reply("The next one."))
    process = await start()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"hi\n")
    await process.stdin.drain()
    said = await process.stdout.readuntil(b"word word")
    process.send_signal(signal.SIGINT)
    said += await process.stdout.readuntil(b"Stopped; what came is kept.")
    rest, _ = await process.communicate(b"and now?\n/quit\n")
    assert process.returncode == 0
    assert "The next one." in rest.decode()
    assert "Traceback" not in (said + rest).decode()
