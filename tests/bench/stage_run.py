"""Runs of the bare chat screen: what is asked of it and what it costs."""

import json
import math
import os
import random
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench import prose
from tests.bench.terminal import Terminal

REPLY = prose.mixed(43_000)
END = "Ж конец Ж"
LETTERS = "бвгджзлмнпрстфхцчшщ"


class Bench:
    """One run of the bare chat screen."""

    def __init__(self, terminal: Terminal, commands: int, answers: int) -> None:
        self.terminal = terminal
        self._commands, self._answers = commands, answers
        self._held = b""
        self._typed = ""

    def do(self, **command: str | float) -> float:
        now = time.monotonic()
        os.write(self._commands, json.dumps(command).encode() + b"\n")
        return now

    def answer(self, what: str) -> float:
        return self.said(what)["at"]

    def said(self, what: str) -> dict[str, float]:
        while True:
            while b"\n" not in self._held:
                data = os.read(self._answers, 4096)
                if not data:
                    raise EOFError(
                        f"the stage ended: {self.terminal.written[-1000:].decode(errors='replace')}"
                    )
                self._held += data
            line, _, self._held = self._held.partition(b"\n")
            said = json.loads(line)
            if said["what"] == what:
                return said

    def echo(self) -> float:
        """Type a letter and return the seconds until the input box shows it."""
        self._typed = self._typed[-2:] + random.choice(LETTERS)
        since = self.terminal.mark
        sent = self.terminal.send(self._typed[-1])
        return self.terminal.wait(self._typed, since) - sent

    def widgets(self) -> float:
        """Return how many widgets the screen has."""
        self.do(do="count")
        return self.said("count")["widgets"]

    def load(self, count: int, reply: str) -> None:
        """Show `count` finished turns and wait until the last one is painted."""
        since = self.terminal.mark
        self.do(do="load", count=count, reply=f"{reply}\n\n{END}")
        self.answer("loaded")
        self.terminal.wait(END, since, 300)
        self.echo()
        self.terminal.quiet(1.0)

    def stream(self, text: str, rate: float = 0.0, wait: float = 0.2) -> dict[str, float]:
        """Stream `text` while typing; return its figures in seconds."""
        idle = p95([self.echo() for _ in range(20)])
        since, cpu = self.terminal.mark, self.terminal.cpu()
        self.do(do="stream", text=f"{text}\n\n{END}\n", rate=rate, wait=wait)
        first = self.answer("first")
        echoes: list[float] = []
        done: list[float] = []
        while not done:
            echoes.append(self.echo())
            time.sleep(0.25 if rate else 0.005)
            try:
                done.append(self.terminal.wait(END, since, 0.001))
            except TimeoutError:
                continue
        last = self.answer("last")
        longest = self.said("ended")["longest step"]
        self.terminal.quiet()
        return {
            "lag": done[0] - last,
            "whole": done[0] - first,
            "echo p50": statistics.median(echoes),
            "echo p95": p95(echoes),
            "idle echo p95": idle,
            "longest step": longest,
            "cpu": self.terminal.cpu() - cpu,
        }


def p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


@contextmanager
def bench(kind: str) -> Iterator[Bench]:
    commands, ours = os.pipe(), os.pipe()
    command = [sys.executable, "-m", "tests.bench.stage", kind, str(commands[0]), str(ours[1])]
    terminal = Terminal(command, keep=(commands[0], ours[1]))
    os.close(commands[0])
    os.close(ours[1])
    try:
        run = Bench(terminal, commands[1], ours[0])
        run.answer("ready")
        terminal.quiet()
        for _ in range(5):
            run.echo()
        yield run
    finally:
        terminal.close()
        os.close(commands[1])
        os.close(ours[0])


def show(title: str, figures: dict[str, dict[str, float]]) -> None:
    print(f"\n{title}")
    for kind, values in figures.items():
        print(f"  {kind:<20}  " + "  ".join(f"{name} {_figure(value)}" for name, value in values.items()))


def _figure(value: float) -> str:
    return f"{value:,.3f}" if value < 100 else f"{value:,.0f}"


def _reply(number: int) -> str:
    return prose.mixed(1_000, number)[:1_500]


def turns(run: Bench, first: int, count: int) -> dict[str, float]:
    """Stream `count` turns, each with a text of its own, and return the figures of the last ones."""
    costs: list[float] = []
    for at in range(first, first + count):
        cpu, since = run.terminal.cpu(), run.terminal.mark
        run.do(do="stream", text=f"{_reply(at)}\n\nЖ{at}Ж\n", rate=20_000, wait=0.05)
        run.terminal.wait(f"Ж{at}Ж", since)
        run.answer("ended")
        run.terminal.quiet(0.2)
        costs.append(run.terminal.cpu() - cpu)
    last = costs[-8:]
    return {
        "cpu": sum(last) / len(last),
        "echo": statistics.median(run.echo() for _ in range(20)),
        "page": page_up(run),
        "memory": run.terminal.memory(),
    }


def page_up(run: Bench) -> float:
    """Return the median seconds that a page up takes to paint, or NaN if everything fits on the screen."""
    times: list[float] = []
    for _ in range(10):
        since = run.terminal.mark
        sent = run.do(do="page")
        try:
            times.append(run.terminal.quiet(0.15, timeout=3, since=since) - sent)
        except TimeoutError:
            break
    return statistics.median(times) if times else math.nan


def resizes(run: Bench, widths: tuple[int, ...], pause: float) -> float:
    """Return the median seconds until a new width is painted, after which nothing is written for `pause`."""
    times: list[float] = []
    for columns in widths:
        since = run.terminal.mark
        sent = run.terminal.resize(columns, 40)
        run.terminal.quiet(pause, since=since)
        run.widgets()  # A program that is silent because it still lays out answers late, and then paints more.
        times.append(run.terminal.quiet(pause, since=since) - sent)
    return statistics.median(times)
