import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from msgspec import Struct

from tests.conftest import STRANGERS
from tests.wires.server import Wires, environment

STACK = """
name = "mine"
[roles.daily-driver]
models = ["ollama/near", "openai/gpt-6.1-sol"]
[roles.coding]
models = ["google/gemini-3.8-flash", "anthropic/claude-sonnet-5-5"]
system = "You write code."
[roles.fallback]
models = ["openai/gpt-6.1-sol"]
"""
"""A model that needs no library goes first: most tests are about the server and not about who answers."""
CONFIG = '[prices."ollama/near"]\ninput = 2.0\noutput = 10.0\n'


class Standing(Struct, frozen=True):
    """Where a `mixchat serve` listens that a whole file of tests asks."""

    address: str
    token: str

    @property
    def port(self) -> int:
        return int(re.findall(r":(\d+)", self.address)[0])

    def put(self, text: str) -> str:
        """Fill in the token and the port."""
        return text.replace("TOKEN", self.token).replace("PORT", str(self.port))


class Served(Standing, frozen=True):
    """A `mixchat serve` of one test, in a process of its own."""

    process: asyncio.subprocess.Process

    async def stop(self, how: int = signal.SIGTERM) -> int | None:
        if self.process.returncode is None:
            self.process.send_signal(how)
        return await asyncio.wait_for(self.process.wait(), 10)


def said(lines: list[str]) -> dict[str, str]:
    """Return the address and the token, which it prints on two lines."""
    return dict(line.strip().split(": ", 1) for line in lines)


@contextmanager
def standing(folder: Path, *args: str) -> Iterator[Standing]:
    """Run `mixchat serve ARGS` for tests that change nothing and call no model."""
    (folder / "config" / "stacks").mkdir(parents=True)
    (folder / "config" / "stacks" / "mine.toml").write_text(STACK)
    environ: Mapping[str, str] = {
        **{name: value for name, value in os.environ.items() if not name.startswith(STRANGERS)},
        "MIXCHAT_STACK": "mine", "ANTHROPIC_API_KEY": "unused", "OPENAI_API_KEY": "unused",
        "GEMINI_API_KEY": "unused", "OLLAMA_HOST": "http://127.0.0.1:9",
        **{f"MIXCHAT_{part}_DIR": str(folder / part.lower()) for part in ("CONFIG", "DATA", "LOG")},
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "mixchat", "serve", "--port", "0", *args], cwd=folder, env=environ, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    try:
        yield Standing(**said([process.stderr.readline() for _ in range(2)]))
    finally:
        process.kill()
        process.communicate()


@asynccontextmanager
async def serving(*args: str, **environ: str) -> AsyncGenerator[Served]:
    """Run `mixchat serve ARGS` on a free port until the end of the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "mixchat", "serve", "--port", "0", *args,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env=os.environ | environ,
    )  # fmt: skip
    assert process.stderr is not None
    try:
        lines = [(await asyncio.wait_for(process.stderr.readline(), 30)).decode() for _ in range(2)]
        yield Served(**said(lines), process=process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.fixture
async def wires(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    async with Wires() as wires:
        for name, value in environment(wires.url).items():
            monkeypatch.setenv(name, value)
        config = Path(os.environ["MIXCHAT_CONFIG_DIR"])
        (config / "stacks").mkdir(parents=True)
        (config / "stacks" / "mine.toml").write_text(STACK)
        (config / "config.toml").write_text(CONFIG)
        monkeypatch.setenv("MIXCHAT_STACK", "mine")
        monkeypatch.chdir(tmp_path)
        yield wires
