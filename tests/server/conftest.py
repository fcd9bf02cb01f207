import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.wires.server import Wires, environment

STACK = """
name = "mine"
[roles.daily-driver]
models = ["anthropic/claude-sonnet-5-5", "openai/gpt-6.1-sol"]
[roles.coding]
models = ["google/gemini-3.8-flash", "anthropic/claude-sonnet-5-5"]
system = "You write code."
[roles.fallback]
models = ["openai/gpt-6.1-sol"]
"""


class Served:
    """A `mixchat serve` that runs in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process, address: str, token: str) -> None:
        self.process, self.address, self.token = process, address, token

    @property
    def port(self) -> int:
        return int(re.findall(r":(\d+)", self.address)[0])

    async def stop(self, how: int = signal.SIGTERM) -> int | None:
        if self.process.returncode is None:
            self.process.send_signal(how)
        return await asyncio.wait_for(self.process.wait(), 10)


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
        said = dict(line.strip().split(": ", 1) for line in lines)
        yield Served(process, said["address"], said["token"])
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


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
