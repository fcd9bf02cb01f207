"""A reply of 5 MB and a code block of 20,000 lines: what the keys wait for, beside a reply of a twentieth of that.

pytest -m bench -s tests/bench/test_bench_long_reply.py
"""

import contextlib
import json
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Final

import pytest
from msgspec import Struct

from tests.bench import prose
from tests.bench.marked import LETTERS, load, quantile, variables
from tests.bench.terminal import Terminal

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

APP: Final = [sys.executable, "-m", "mixchat"]
END: Final = "Ж"
"""One character, since a frame writes only the cells that changed."""
PIECE: Final = 100
"""Characters that come with one event."""
PAUSE: Final = 0.03
"""Seconds between two keys."""
TEXTS: Final = {
    "0.25 MB of everything": partial(prose.mixed, 250_000),
    "5 MB of everything": partial(prose.mixed, 5_000_000),
    "1,000 lines of code": partial(prose.code, 1_000),
    "20,000 lines of code": partial(prose.code, 20_000),
}
"""Each is made when its turn comes: whoever collects the tests makes none."""


class Figures(Struct):
    """Seconds, and MB."""

    echoes: list[float]
    """From each key to its picture, while the reply comes."""
    after: list[float]
    """The same once it is there."""
    whole: float
    cpu: float
    memory: float

    def told(self) -> str:
        """Return one line of figures."""
        tenth = max(1, len(self.echoes) // 10)
        parts = ("the first tenth", self.echoes[:tenth]), ("the last tenth", self.echoes[-tenth:])
        milliseconds = "  ".join(
            f"{name}: p50 {statistics.median(echoes) * 1e3:5.1f} p95 {quantile(echoes, 0.95) * 1e3:6.1f} max {max(echoes) * 1e3:6.1f}"
            for name, echoes in (("while it comes", self.echoes), *parts, ("afterwards", self.after))
        )
        return f"echo ms {milliseconds}  {self.whole:.1f} s, CPU {self.cpu:.1f} s, {self.memory:.0f} MB"


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Run the server in a process of its own, so that its work is not the measurement's; yield its address."""
    command = [sys.executable, "-m", "tests.wires", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        line = next(line for line in process.stdout if "ANTHROPIC_BASE_URL" in line)
        yield line.partition("=")[2].strip()
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def script(url: str, text: str) -> None:
    """Have the model answer with `text`."""
    scripts = [{"type": "Reply", "text": text, "piece": PIECE, "wait": 0.2}]
    body = json.dumps({"model": "bench", "scripts": scripts}).encode()
    urllib.request.urlopen(f"{url}/_script", body).close()


def measured(folder: Path, url: str, text: str) -> Figures:
    """Type while a reply streams in as fast as it goes, and after it."""
    script(url, f"{text}\n\n{END}\n")
    terminal = Terminal(APP, environment=variables(folder, url))
    letters = cycle(LETTERS)

    def echo() -> float:
        letter = next(letters)
        since = terminal.mark
        sent = terminal.send(letter)
        seen = terminal.wait(letter, since)
        terminal.send("\x7f")
        time.sleep(PAUSE)
        return seen - sent

    try:
        terminal.wait("sk anything", 0)
        terminal.quiet(2.0)
        since, cpu, began = terminal.mark, terminal.cpu(), time.monotonic()
        terminal.send("go\r")
        time.sleep(0.1)  # what comes together with an Enter is a paste
        echoes: list[float] = []
        while not terminal.has(END, since):
            echoes.append(echo())
        whole = time.monotonic() - began
        after = [echo() for _ in range(100)]
        return Figures(echoes, after, whole, terminal.cpu() - cpu, terminal.memory())
    finally:
        terminal.close()


def test_keys_while_a_very_long_reply_comes(tmp_path: Path):
    print(f"\nas fast as it goes ({load()}; goal: echo p95 50 ms)")
    figures: dict[str, Figures] = {}
    with server() as url:
        for at, (name, text) in enumerate(TEXTS.items()):
            figures[name] = measured(tmp_path / str(at), url, text())
            print(f"{name:<22} {figures[name].told()}")
    for small, large in zip(list(figures.values())[::2], list(figures.values())[1::2], strict=True):
        assert quantile(large.echoes, 0.95) < 0.05 + quantile(small.echoes, 0.95)
        assert quantile(large.after, 0.95) < 0.05
