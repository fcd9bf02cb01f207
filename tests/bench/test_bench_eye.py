"""From the server's word to the eye: the first word, the trail behind a stream, and full speed, beside bare Textual.

pytest -m bench -s tests/bench/test_bench_eye.py; `BENCH_CHARACTERS` says how long the paced reply is (43,000).
"""

import os
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.bench import prose
from tests.bench.marked import REFS, ChatProgram, Trail, load, marks, quantile, variables
from tests.wires.server import Wires

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

APP: Final = [sys.executable, "-m", "mixchat"]
TURNS: Final = 15
RATE: Final = 1_000
"""Characters a second."""
CHARACTERS: Final = int(os.environ.get("BENCH_CHARACTERS", "43000"))
REPLY: Final = 43_000


def _bare(url: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "tests.bench.bare_turn", url, *arguments]


async def _first_words(command: list[str], environment: dict[str, str], wires: Wires) -> list[float]:
    program = ChatProgram(command, environment, wires)
    try:
        await program.ready()
        found = marks()
        await program.first_word(next(found))  # the first one connects
        return [await program.first_word(next(found)) for _ in range(TURNS)]
    finally:
        program.close()


def _told(name: str, seconds: list[float]) -> str:
    return f"{name:<24} p50 {quantile(seconds, 0.5) * 1e3:6.1f}  p95 {quantile(seconds, 0.95) * 1e3:6.1f} ms"


async def test_the_first_word_of_each_protocol(tmp_path: Path):
    print(
        f"\nthe first word, from its sending to its picture ({TURNS} turns; {load()}; goal p50 5, p95 10 ms)"
    )
    async with Wires() as wires:
        bare = await _first_words(_bare(wires.url), variables(tmp_path, wires.url), wires)
        print(_told("bare Textual and httpx", bare))
        for protocol, ref in REFS.items():
            own = await _first_words(APP, variables(tmp_path / protocol, wires.url, ref), wires)
            print(_told(f"mixchat, {protocol}", own))
            assert quantile(own, 0.5) < 0.05 + quantile(bare, 0.95)


async def _streamed(
    command: list[str], environment: dict[str, str], wires: Wires, size: int, rate: float | None
) -> Trail:
    program = ChatProgram(command, environment, wires, takes_back=command == APP)
    try:
        await program.ready()
        for _ in range(5):
            await program.echo()
        return await program.trail(prose.mixed(size), rate, 0.25 if rate else 0.005)
    finally:
        program.close()


async def test_the_trail_behind_a_stream(tmp_path: Path):
    print(f"\n{CHARACTERS:,} characters at {RATE:,} a second ({load()})")
    async with Wires() as wires:
        places = variables(tmp_path, wires.url)
        own = await _streamed(APP, places, wires, CHARACTERS, RATE)
        print(f"{'mixchat':<24} {own.told()}")
        bare = await _streamed(_bare(wires.url, "markdown"), places, wires, CHARACTERS, RATE)
        print(
            f"{'bare Textual, Markdown':<24} {bare.told()}\nCPU {own.cpu / bare.cpu:.2f}x of the control (goal 0.26x)"
        )
    assert own.cpu < bare.cpu
    assert quantile(own.behind, 0.5) < quantile(bare.behind, 0.5)
    assert quantile(own.echoes, 0.95) < quantile(bare.echoes, 0.95)


async def test_full_speed(tmp_path: Path):
    print(
        f"\n{REPLY:,} characters as fast as they go ({load()}; goals: lag 0.45 s, echo p95 35 ms, CPU 0.2x)"
    )
    async with Wires() as wires:
        places = variables(tmp_path, wires.url)
        own = await _streamed(APP, places, wires, REPLY, None)
        print(f"{'mixchat':<24} {own.told()}")
        bare = await _streamed(_bare(wires.url, "markdown"), places, wires, REPLY, None)
        print(
            f"{'bare Textual, Markdown':<24} {bare.told()}\nCPU {own.cpu / bare.cpu:.2f}x of the control (goal 0.2x)"
        )
    assert own.lag < bare.lag
    assert own.cpu < bare.cpu
