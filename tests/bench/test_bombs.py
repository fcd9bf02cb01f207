"""What a hostile server can send: memory stays under 300 MB, and the loop that hears the keys never stands for 100 ms.

pytest -m bench -s tests/bench/test_bombs.py
"""

import asyncio
import gzip
import os
import sys
import time
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import psutil
import pytest

from tests.providers.adapters import Desk
from tests.wires.script import Raw
from tests.wires.server import Wires, environment

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]
MOST_MEMORY = 300 * 1024**2
SLOWEST_KEY = 0.1
MEGABYTE = 1024**2
JSON = "application/json"


def bomb(size: int) -> bytes:
    """Return an event stream of so many bytes, compressed; it is a thousandth of that."""
    return gzip.compress(b'data: {"choices": [{"delta": {"content": "' + b"x" * size, compresslevel=9)


BOMBS: dict[str, Callable[[], Raw]] = {
    "a gigabyte in gzip": lambda: Raw((bomb(1024 * MEGABYTE),), headers={"content-encoding": "gzip"}),
    "an endless line": lambda: Raw(("data: ", *["y" * MEGABYTE] * 300)),
    "100,000 levels": lambda: Raw(("data: " + "[" * 100_000 + "\n\n",)),
    "100,000 levels at once": lambda: Raw(('{"choices":' * 100_000,), content_type=JSON),
    "a million empty events": lambda: Raw(("data:\n\n" * 1_000_000, "data: [DONE]\n\n")),
    "a byte now and then": lambda: Raw(tuple(part for letter in "data" for part in (letter, 0.4))),
}
"""Each is made when its turn comes: whoever collects the tests makes none."""


@pytest.fixture
async def wires() -> AsyncGenerator[Wires]:
    async with Wires() as served:
        yield served


async def peak(wires: Wires, folder: Path) -> int:
    """Return the most memory that `mixchat ask` has at a time while it reads what the server sends."""
    environ = (
        os.environ
        | environment(wires.url)
        | {f"MIXCHAT_{part}_DIR": str(folder / part) for part in ("CONFIG", "DATA", "LOG")}
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "mixchat", "ask", "-m", "openai/wire", "hello", env=environ, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    watched, most = psutil.Process(process.pid), 0
    said = asyncio.create_task(process.communicate())
    while not said.done():
        try:
            most = max(most, watched.memory_info().rss)
        except psutil.Error:
            break
        await asyncio.sleep(0.01)
    _, told = await said
    assert b"Traceback" not in told
    print(f"  it says: {told.decode().strip()[:110]}")
    return most


async def slowest(wires: Wires) -> tuple[float, float]:
    """Return for how long the loop stood still at most while a reply was read, and the same with nothing to read."""
    desk = Desk("chat", wires.url)
    desk.provider.preload()
    quiet = await lag(asyncio.sleep(1))
    try:
        return await lag(desk.ask("wire")), quiet
    finally:
        await desk.aclose()


async def lag(work: object) -> float:
    """Return the seconds of processor time that the loop took in one go at most: of a busy machine it gets less."""
    task = asyncio.ensure_future(work)  # pyright: ignore
    most = 0.0
    while not task.done():
        began = time.thread_time()
        await asyncio.sleep(0.001)
        most = max(most, time.thread_time() - began)
    await asyncio.gather(task, return_exceptions=True)
    return most


@pytest.mark.parametrize("name", BOMBS)
async def test_what_a_server_sends_costs_neither_memory_nor_keys(wires: Wires, tmp_path: Path, name: str):
    wires.script("wire", BOMBS[name]())
    print(f"\n{name}:")
    memory = await peak(wires, tmp_path)
    worst, quiet = min([await slowest(wires) for _ in range(2)])
    print(
        f"  {memory / MEGABYTE:.0f} MB at most; the loop stood for {worst * 1000:.0f} ms at most, {quiet * 1000:.0f} ms with nothing to read"
    )
    assert memory < MOST_MEMORY
    assert worst < max(SLOWEST_KEY, 3 * quiet)
