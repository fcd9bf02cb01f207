"""The line editor of the plain app, typed into through a terminal."""

import asyncio
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.wires.script import Reply
from tests.wires.server import Wires, environment

STACK = '[roles.daily-driver]\nmodels = ["anthropic/first"]\n[roles.coding]\nmodels = ["openai/second"]\n'


class Plain:
    """The plain app in a terminal."""

    def __init__(self, term: str) -> None:
        self._main, side = pty.openpty()
        environ = {**os.environ, "TERM": term, "COLUMNS": "100", "LINES": "30"}
        command = [sys.executable, "-m", "mixchat", *(["--plain"] if term != "dumb" else [])]
        self.process = subprocess.Popen(
            command, stdin=side, stdout=side, stderr=side, env=environ, start_new_session=True
        )
        os.close(side)
        self.said = ""

    def type(self, keys: str) -> None:
        os.write(self._main, keys.encode())

    def until(self, text: str, within: float = 20.0) -> bool:
        """Whether `text` comes."""
        ends = time.monotonic() + within
        while text not in self.said and time.monotonic() < ends:
            if select.select([self._main], [], [], 0.1)[0]:
                try:
                    self.said += os.read(self._main, 65536).decode(errors="replace")
                except OSError:
                    break
            if "\x1b[6n" in self.said:  # where the cursor is, asked by the editor
                self.said = self.said.replace("\x1b[6n", "")
                self.type("\x1b[1;1R")
        return text in self.said

    def forget(self) -> None:
        self.said = ""

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._main)


@pytest.fixture
async def wires(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    async with Wires() as wires:
        for name, value in environment(wires.url).items():
            monkeypatch.setenv(name, value)
        config = Path(os.environ["MIXCHAT_CONFIG_DIR"])
        (config / "stacks").mkdir(parents=True)
        (config / "prompts").mkdir()
        (config / "stacks" / "mine.toml").write_text(STACK)
        (config / "prompts" / "review.md").write_text("+++\nrole = 'coding'\n+++\nReview: {{input}}")
        monkeypatch.setenv("MIXCHAT_STACK", "mine")
        monkeypatch.chdir(tmp_path)
        yield wires


@pytest.fixture
def plains() -> Iterator[list[Plain]]:
    opened: list[Plain] = []
    yield opened
    for plain in opened:
        plain.close()


async def asked(wires: Wires, plain: Plain, count: int) -> str:
    """Return what the request that is the `count`th carries, reading the terminal meanwhile."""
    for _ in range(200):
        await asyncio.to_thread(plain.until, "\0", 0.1)
        if len(wires.seen) >= count:
            return str(wires.seen[count - 1].json)
    raise AssertionError(plain.said)


async def ready(plain: Plain) -> None:
    """Wait until the editor has the terminal; until then the terminal itself would take the Enter."""
    assert await asyncio.to_thread(plain.until, "You:"), plain.said
    await asyncio.sleep(1)
    plain.forget()


async def test_a_paste_sends_nothing_lines_are_joined_and_the_history_comes_back(
    wires: Wires, plains: list[Plain]
):
    wires.script("first", Reply("Fine."))
    plain = Plain("xterm")
    plains.append(plain)
    await ready(plain)
    plain.type("\x1b[200~one\ntwo\x1b[201~")
    await asyncio.to_thread(plain.until, "two")
    assert not wires.seen
    plain.type("\nthree\r")
    assert "one\\ntwo\\nthree" in await asked(wires, plain, 1)
    await asyncio.to_thread(plain.until, "Fine.")
    plain.said = plain.said.rpartition("Fine.")[2]
    await ready(plain)
    plain.type("\x1b[A\r")
    assert "one\\ntwo\\nthree" in await asked(wires, plain, 2)


async def test_a_slash_is_a_command_and_never_sent(wires: Wires, plains: list[Plain]):
    wires.script("second", Reply("Looks right."))
    plain = Plain("xterm")
    plains.append(plain)
    await ready(plain)
    plain.type("/help\r")
    assert await asyncio.to_thread(plain.until, "/review: a prompt of your library"), plain.said
    await ready(plain)
    plain.type("/nothing\r")
    assert await asyncio.to_thread(plain.until, "There is no command /nothing"), plain.said
    await ready(plain)
    plain.type("/review x = 1\r")
    assert "Review: x = 1" in await asked(wires, plain, 1)
    await asyncio.to_thread(plain.until, "Looks right.")
    plain.said = plain.said.rpartition("Looks right.")[2]
    await ready(plain)
    plain.type("\x03")
    assert await asyncio.to_thread(plain.until, "/quit leaves"), plain.said
    await ready(plain)
    plain.type("/quit\r")
    assert await asyncio.to_thread(plain.process.wait, 10) == 0
    assert [seen.model for seen in wires.seen] == ["second"]


async def test_a_dumb_terminal_opens_it_by_itself(wires: Wires, plains: list[Plain]):
    wires.script("first", Reply("Fine."))
    plain = Plain("dumb")
    plains.append(plain)
    assert await asyncio.to_thread(plain.until, "You: "), plain.said
    plain.type("hello\\\rthere\r")
    assert "hello\\nthere" in await asked(wires, plain, 1)
    assert await asyncio.to_thread(plain.until, "Fine."), plain.said
    assert "\x1b[" not in plain.said
