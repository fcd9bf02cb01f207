"""From starting the app to a composer that echoes a key, and its memory at rest, beside a bare Textual app."""

import sys
import time
from pathlib import Path

import pytest

from tests.bench.terminal import Terminal

pytestmark = pytest.mark.bench

RUNS = 7
"""The quickest counts: whatever else the machine does only ever adds."""
APP = [sys.executable, "-m", "mixchat"]
CONTROL = [sys.executable, str(Path(__file__).with_name("bare.py"))]


def _started(command: list[str], environment: dict[str, str]) -> tuple[float, float, float]:
    """Return the seconds to the echo of a key, the memory in MiB then, and once prices and engine are at hand."""
    began = time.monotonic()
    terminal = Terminal(command, environment=environment)
    try:
        terminal.wait("sk anything", 0)
        mark = terminal.mark
        terminal.send("w")
        echoed = terminal.wait("w", mark) - began
        first = terminal.memory() / 1.048576
        time.sleep(2.0)
        return echoed, first, terminal.memory() / 1.048576
    finally:
        terminal.close()


def test_the_app_starts_about_as_fast_as_a_bare_textual_app(tmp_path: Path):
    environment = {f"MIXCHAT_{part}_DIR": str(tmp_path / part) for part in ("CONFIG", "DATA", "LOG")}
    # An installed program has its bytecode beside it; the first run, which is not counted, makes it.
    environment |= {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(tmp_path / "bytecode")}
    runs = [(_started(CONTROL, environment), _started(APP, environment)) for _ in range(RUNS + 1)][1:]
    control, bare_memory, _ = (min(bare[at] for bare, _ in runs) for at in range(3))
    app, first, later = (min(own[at] for _, own in runs) for at in range(3))
    print(
        f"\nstart to echo: mixchat {app:.2f} s, bare Textual {control:.2f} s, {app / control:.2f}x (goal 1.25x)"
    )
    print(
        f"memory: mixchat {first:.0f} MiB (goal 60), {later:.0f} with the price list; bare Textual {bare_memory:.0f}"
    )
    assert app < 2 * control
    assert first < 60
