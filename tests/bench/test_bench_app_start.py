"""From starting the app to a composer that echoes a key, and its memory at rest, beside a bare Textual app."""

import statistics
import sys
import time
from pathlib import Path

import pytest

from tests.bench.terminal import Terminal

pytestmark = pytest.mark.bench

RUNS = 5
APP = [sys.executable, "-m", "mixchat"]
CONTROL = [sys.executable, str(Path(__file__).with_name("bare.py"))]


def _started(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Return the seconds to the echo of a key, and the memory in MiB some time later."""
    began = time.monotonic()
    terminal = Terminal(command, environment=environment)
    try:
        terminal.wait("Ask anything"[1:], 0)
        mark = terminal.mark
        terminal.send("w")
        echoed = terminal.wait("w", mark) - began
        time.sleep(1.0)
        return echoed, terminal.memory() / 1.048576
    finally:
        terminal.close()


def test_the_app_starts_about_as_fast_as_a_bare_textual_app(tmp_path: Path):
    environment = {f"MIXCHAT_{part}_DIR": str(tmp_path / part) for part in ("CONFIG", "DATA", "LOG")}
    runs = [(_started(CONTROL, environment), _started(APP, environment)) for _ in range(RUNS + 1)][1:]
    control = statistics.median(bare[0] for bare, _ in runs)
    app = statistics.median(own[0] for _, own in runs)
    memory = statistics.median(own[1] for _, own in runs)
    bare_memory = statistics.median(bare[1] for bare, _ in runs)
    print(f"\nstart to echo: mixchat {app:.2f} s, bare Textual {control:.2f} s, {app / control:.2f}x (goal 1.25x)")
    print(f"memory at rest: mixchat {memory:.0f} MiB, bare Textual {bare_memory:.0f} MiB (goal 60)")
    assert app < 2.5 * control
    assert memory < 80
