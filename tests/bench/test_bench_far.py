"""The app over a slow line of 150 ms there and back: `pytest -m bench -s tests/bench/test_bench_far.py`.

The control is the same app at a terminal that answers no question, so that nothing tells the app how far it is.
"""

import asyncio
import statistics
import sys
import time
from itertools import cycle
from pathlib import Path

import pytest

from tests.bench import prose
from tests.bench.far_terminal import FarTerminal
from tests.wires.script import Reply
from tests.wires.server import Wires, environment

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

TRIP = 0.15
"""Seconds there and back."""
END = "Ж конец Ж"
LETTERS = cycle("бвгджзлмпрстфхчшщ")
STACK = '[roles.daily-driver]\nmodels = ["anthropic/bench"]\n'


async def echo(terminal: FarTerminal, letter: str) -> float:
    """Type a letter that stands nowhere yet and return the milliseconds until it is seen, without the line's own."""
    since = terminal.mark
    sent = terminal.send(letter)
    seen = await asyncio.to_thread(terminal.wait, letter, since, 120)
    terminal.send("\x7f")
    return 1e3 * (seen - sent - TRIP)


async def stream(terminal: FarTerminal, wires: Wires, rate: float) -> dict[str, float]:
    """Have a reply streamed while typing; return milliseconds, seconds and bytes."""
    still = [await echo(terminal, next(LETTERS)) for _ in range(10)]
    wires.script("bench", Reply(f"{prose.mixed(8_000)}\n\n{END}\n", rate=rate))
    mark, seen = terminal.mark, len(wires.seen)
    terminal.send("a prompt")
    await asyncio.to_thread(terminal.wait, "prompt", mark)
    mark = terminal.mark
    terminal.send("\r")
    request = await wires.arrived(seen + 1, within=30)
    began = time.monotonic()
    echoes: list[float] = []
    while not request.finished:
        echoes.append(await echo(terminal, next(LETTERS)))
        await asyncio.sleep(0.1)
    last = time.monotonic()
    done = await asyncio.to_thread(terminal.wait, END, mark)
    return {
        "echo at rest": statistics.median(still),
        "echo p50": statistics.median(echoes),
        "echo p95": sorted(echoes)[int(len(echoes) * 0.95)],
        "lag": 1e3 * (done - last - TRIP / 2),
        "kB/s": (terminal.mark - mark) / (done - began) / 1e3,
    }


@pytest.mark.parametrize("speed", [1e9, 100_000.0, 30_000.0], ids=["fast", "100 kB/s", "30 kB/s"])
async def test_a_line_of_150_ms(tmp_path: Path, speed: float):
    (tmp_path / "CONFIG" / "stacks").mkdir(parents=True)
    (tmp_path / "CONFIG" / "stacks" / "bench.toml").write_text(STACK)
    places = {f"MIXCHAT_{part}_DIR": str(tmp_path / part) for part in ("CONFIG", "DATA", "LOG")}
    figures: dict[str, dict[str, float]] = {}
    async with Wires() as wires:
        variables = {**environment(wires.url), **places, "MIXCHAT_STACK": "bench"}
        for name, answers in (("answers", True), ("control", False)):
            command = [sys.executable, "-m", "mixchat"]
            terminal = FarTerminal(
                command, environment=variables, delay=TRIP / 2, speed=speed, answers=answers
            )
            try:
                await asyncio.to_thread(terminal.wait, "sk anything", 0)
                await asyncio.sleep(3.0)
                figures[name] = await stream(terminal, wires, 60)
            finally:
                terminal.close()
    print(f"\na reply at 60 tokens/s over {TRIP * 1e3:.0f} ms, {speed / 1e3:,.0f} kB/s (ms)")
    for name, values in figures.items():
        print(f"  {name:<9}" + "  ".join(f"{what} {value:,.0f}" for what, value in values.items()))
    ours = figures["answers"]
    assert ours["lag"] < 2_000
    assert ours["echo p95"] < 1_000
