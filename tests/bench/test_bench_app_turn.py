"""A turn in the real app: from Enter to the request, from the server's first word to the screen, and at rest."""

import asyncio
import statistics
import sys
import time
from pathlib import Path

import pytest
from msgspec import Struct

from tests.bench.terminal import Terminal
from tests.wires.script import Reply
from tests.wires.server import Wires, environment

pytestmark = [pytest.mark.bench, pytest.mark.timeout(180)]

TURNS = 9
WAIT = 0.4
"""Seconds from the request to the first word, so that both are told apart."""
STACK = '[roles.daily-driver]\nmodels = ["anthropic/bench"]\n'
AT_REST = 5.0
SETTLED = 5.0
"""Seconds until everything is at hand that is fetched beside the screen."""


class Times(Struct):
    """Milliseconds of one turn."""

    request: float
    """From Enter to the request's arrival at the server."""
    paint: float
    """From the server's first word to the terminal."""


async def turn(terminal: Terminal, wires: Wires, number: int) -> Times:
    """Type a prompt, send it, and time it."""
    wires.script("bench", Reply(f"Reply{number} is here", wait=WAIT))
    seen = len(wires.seen)
    mark = terminal.mark
    terminal.send(f"prompt{number}")
    await asyncio.to_thread(terminal.wait, str(number), mark)
    await asyncio.sleep(0.4)
    mark = terminal.mark
    sent = terminal.send("\r")
    request = await wires.arrived(seen + 1, within=30)
    painted = await asyncio.to_thread(terminal.wait, f"Reply{number}", mark)
    await asyncio.sleep(0.6)
    return Times((request.at - sent) * 1e3, (painted - request.at - WAIT) * 1e3)


async def measured(command: list[str], variables: dict[str, str], wires: Wires) -> list[Times]:
    """Return the first turn, sent three seconds after the start, and the later ones."""
    began = time.monotonic()
    terminal = Terminal(command, environment=variables)
    try:
        await asyncio.to_thread(terminal.wait, "sk anything", 0)
        await asyncio.sleep(max(0.0, began + 2.5 - time.monotonic()))
        return [await turn(terminal, wires, number) for number in range(TURNS + 1)]
    finally:
        terminal.close()


def told(name: str, times: list[Times]) -> str:
    first, later = times[0], times[1:]
    request = statistics.median(each.request for each in later)
    paint = statistics.median(each.paint for each in later)
    return (
        f"{name}: first prompt to request {first.request:.0f} ms, its first word painted {first.paint:.0f} ms after "
        f"it was sent; warm {request:.1f} ms and {paint:.1f} ms"
    )


async def test_enter_to_request_and_first_word_to_paint(tmp_path: Path):
    (tmp_path / "CONFIG" / "stacks").mkdir(parents=True)
    (tmp_path / "CONFIG" / "stacks" / "bench.toml").write_text(STACK)
    places = {f"MIXCHAT_{part}_DIR": str(tmp_path / part) for part in ("CONFIG", "DATA", "LOG")}
    async with Wires() as wires:
        variables = {**environment(wires.url), **places, "MIXCHAT_STACK": "bench"}
        bare = await measured([sys.executable, "-m", "tests.bench.bare_turn", wires.url], variables, wires)
        own = await measured([sys.executable, "-m", "mixchat"], variables, wires)
    print(f"\n{told('bare Textual with httpx', bare)}\n{told('mixchat', own)}")
    print("goals: first prompt 300 ms, warm 30 ms, first word 50 ms")
    assert own[0].request < 1500
    assert statistics.median(each.request for each in own[1:]) < 150
    assert statistics.median(each.paint for each in own[1:]) < 150


def test_at_rest_it_costs_next_to_nothing(tmp_path: Path):
    places = {f"MIXCHAT_{part}_DIR": str(tmp_path / part) for part in ("CONFIG", "DATA", "LOG")}
    lines: list[str] = []
    for name, command in (
        ("bare Textual", [sys.executable, "-m", "tests.bench.bare"]),
        ("mixchat", [sys.executable, "-m", "mixchat"]),
    ):
        terminal = Terminal(command, environment={**places, "OLLAMA_HOST": "http://127.0.0.1:9"})
        try:
            terminal.wait("sk anything", 0)
            time.sleep(SETTLED)
            used = terminal.cpu()
            time.sleep(AT_REST)
            share = (terminal.cpu() - used) / AT_REST
            memory = terminal.memory() / 1.048576
            lines.append(f"{name} at rest: {share:.2%} of a core, {memory:.0f} MiB")
        finally:
            terminal.close()
    print("\n" + "\n".join(lines) + "\ngoals: 0.5 %, 60 MiB")
    assert share < 0.02
    assert memory <= 60
