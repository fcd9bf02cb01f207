"""The conversation's figures beside a bare Textual chat: `pytest -m bench -s tests/bench/test_bench_transcript.py`."""

import json
import os
import random
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.bench import prose
from tests.bench.terminal import Terminal

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

KINDS = tuple(os.environ.get("BENCH_PANES", "transcript markdown").split())
REPLY = prose.mixed(43_000)
END = "Ж конец Ж"
LETTERS = "бвгджзлмнпрстфхцчшщ"
PACED = float(os.environ.get("BENCH_SECONDS", "43"))
"""How long the paced reply takes."""


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
                self._held += os.read(self._answers, 4096)
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
    try:
        run = Bench(terminal, commands[1], ours[0])
        run.answer("ready")
        terminal.quiet()
        for _ in range(5):
            run.echo()
        yield run
    finally:
        terminal.close()
        for descriptor in (*commands, *ours):
            os.close(descriptor)


def costs_at_most(share: float, figures: dict[str, dict[str, float]]) -> bool:
    """Whether the transcript's processor time is at most `share` of the control's, where that was measured."""
    return "markdown" not in figures or figures["transcript"]["cpu"] <= share * figures["markdown"]["cpu"]


def keys_are_quick(figures: dict[str, float], limit: float) -> bool:
    """Whether keys show within `limit`; while other programs use the machine, whether nothing of ours holds them up."""
    if os.getloadavg()[0] < 1.5:
        return figures["echo p95"] < limit
    return figures["echo p95"] < limit + figures["idle echo p95"] and figures["longest step"] < limit / 2


def show(title: str, figures: dict[str, dict[str, float]]) -> None:
    print(f"\n{title}")
    for kind, values in figures.items():
        print(f"  {kind:<12}" + "  ".join(f"{name} {value:,.3f}" for name, value in values.items()))


def test_full_speed():
    figures: dict[str, dict[str, float]] = {}
    for kind in KINDS:
        with bench(kind) as run:
            figures[kind] = run.stream(REPLY)
    show(f"{len(REPLY):,} characters at full speed (s)", figures)
    ours = figures["transcript"]
    assert ours["lag"] < 1.0
    assert keys_are_quick(ours, 0.05)
    assert costs_at_most(0.27, figures)


def test_a_thousand_characters_a_second():
    text = REPLY[: int(1000 * PACED)]
    figures: dict[str, dict[str, float]] = {}
    for kind in KINDS:
        with bench(kind) as run:
            figures[kind] = run.stream(text, rate=1000)
    show(f"{len(text):,} characters at 1,000 a second (s)", figures)
    ours = figures["transcript"]
    assert ours["lag"] < 0.1
    assert keys_are_quick(ours, 0.03)
    assert costs_at_most(0.25, figures)


def test_first_token():
    figures: dict[str, dict[str, float]] = {}
    for kind in KINDS:
        with bench(kind) as run:
            times: list[float] = []
            for at in range(25):
                since = run.terminal.mark
                run.do(do="stream", text=f"Ж{at}Ж", rate=0, wait=0.15)
                first = run.answer("first")
                times.append(run.terminal.wait(f"Ж{at}Ж", since) - first)
                run.answer("ended")
        figures[kind] = {"median": statistics.median(times), "worst": max(times)}
    show("first token, sent to painted (s)", figures)
    assert figures["transcript"]["median"] <= 0.02


def test_long_blocks():
    figures: dict[str, dict[str, float]] = {}
    for title, text in (
        ("code of 1,500 lines", prose.code(1_500)),
        ("code of 3,000 lines", prose.code(3_000)),
        ("plain text of 57 kB", prose.plain(57_000)),
        ("plain text of 115 kB", prose.plain(115_000)),
        ("one line of 115 kB", prose.plain(115_000).replace("\n", " ")),
    ):
        with bench("transcript") as run:
            figures[title] = run.stream(text)
    show("long blocks at full speed (s)", figures)
    assert all(values["lag"] < 1.0 and keys_are_quick(values, 0.1) for values in figures.values())


def test_flat_as_it_grows():
    figures: dict[str, dict[str, float]] = {}
    reply = prose.mixed(1_000)[:1_500]
    with bench("transcript") as run:
        figures["turn 10"] = _turns(run, reply, 10)
        run.do(do="load", count=980, reply=reply)
        run.answer("loaded")
        figures["turn 1,000"] = _turns(run, reply, 10)
    with bench("markdown") as run:
        figures["control, turn 10"] = _turns(run, reply, 10)
        figures["control, turn 40"] = _turns(run, reply, 30)
    show("turns of 1,500 characters (s, MB)", figures)
    assert figures["turn 1,000"]["memory"] < 150
    for name in ("cpu", "echo", "page"):
        assert figures["turn 1,000"][name] <= 1.2 * figures["turn 10"][name] + 0.003


def _turns(run: Bench, reply: str, count: int) -> dict[str, float]:
    """Return the figures of the last turns of `count` that are streamed."""
    costs: list[float] = []
    for at in range(count):
        cpu, since = run.terminal.cpu(), run.terminal.mark
        run.do(do="stream", text=f"{reply}\n\nЖ{at}Ж\n", rate=20_000, wait=0.05)
        run.terminal.wait(f"Ж{at}Ж", since)
        run.answer("ended")
        run.terminal.quiet(0.2)
        costs.append(run.terminal.cpu() - cpu)
    echo = statistics.median(run.echo() for _ in range(20))
    pages: list[float] = []
    for _ in range(10):
        since = run.terminal.mark
        sent = run.do(do="page")
        pages.append(run.terminal.quiet(0.15, since=since) - sent)
    last = costs[-8:]
    return {
        "cpu": sum(last) / len(last),
        "echo": echo,
        "page": statistics.median(pages),
        "memory": run.terminal.memory(),
    }


def test_opening_and_resizing():
    reply = prose.mixed(1_000)[:1_500]
    with bench("transcript") as run:
        sent = run.do(do="load", count=10_000, reply=f"{reply}\n\n{END}")
        opened = run.terminal.wait(END, 0) - sent
        run.terminal.quiet()
        run.do(do="load", count=1_000, reply=reply)
        run.terminal.quiet()
        sizes: list[float] = []
        for columns in (100, 90, 110, 80, 120):
            since = run.terminal.mark
            sent = run.terminal.resize(columns, 40)
            sizes.append(run.terminal.quiet(since=since) - sent)
    with bench("markdown") as run:
        run.do(do="load", count=30, reply=reply)
        run.answer("loaded")
        run.terminal.quiet(1.0)
        control: list[float] = []
        for columns in (100, 90, 110):
            since = run.terminal.mark
            sent = run.terminal.resize(columns, 40)
            control.append(run.terminal.quiet(0.6, since=since) - sent)
    figures = {
        "transcript": {"open 10,000 turns": opened, "resize at 1,000 turns": statistics.median(sizes)},
        "markdown": {"resize at 30 turns": statistics.median(control)},
    }
    show("opening and resizing (s)", figures)
    assert opened < 0.15
    assert statistics.median(sizes) < 0.1


def test_idle():
    figures: dict[str, dict[str, float]] = {}
    for kind in KINDS:
        with bench(kind) as run:
            run.stream(prose.mixed(2_000))
            run.terminal.quiet(0.5)
            cpu, mark = run.terminal.cpu(), run.terminal.mark
            time.sleep(6)
            figures[kind] = {"cpu share": (run.terminal.cpu() - cpu) / 6, "bytes": run.terminal.mark - mark}
    show("idle", figures)
    assert figures["transcript"]["cpu share"] < 0.005
