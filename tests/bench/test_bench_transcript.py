"""The conversation's figures beside a bare Textual chat: `pytest -m bench -s tests/bench/test_bench_transcript.py`."""

import os
import statistics
import time

import pytest

from tests.bench import prose
from tests.bench.stage_run import END, REPLY, bench, resizes, show, turns

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

KINDS = tuple(os.environ.get("BENCH_PANES", "transcript markdown").split())
PACED = float(os.environ.get("BENCH_SECONDS", "43"))
"""How long the paced reply takes."""


def costs_at_most(share: float, figures: dict[str, dict[str, float]]) -> bool:
    """Whether the transcript's processor time is at most `share` of the control's, where that was measured."""
    return "markdown" not in figures or figures["transcript"]["cpu"] <= share * figures["markdown"]["cpu"]


def keys_are_quick(figures: dict[str, float], limit: float) -> bool:
    """Whether keys show within `limit`; while other programs use the machine, whether nothing of ours holds them up."""
    if os.getloadavg()[0] < 1.5:
        return figures["echo p95"] < limit
    return figures["echo p95"] < limit + figures["idle echo p95"] and figures["longest step"] < limit / 2


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
        figures["turn 10"] = turns(run, 1, 10)
        run.do(do="load", count=980, reply=reply)
        run.answer("loaded")
        figures["turn 1,000"] = turns(run, 991, 10)
    with bench("markdown") as run:
        figures["control, turn 10"] = turns(run, 1, 10)
        figures["control, turn 40"] = turns(run, 11, 30)
    show("turns of 1,500 characters (s, MB)", figures)
    assert figures["turn 1,000"]["memory"] < 150
    for name in ("cpu", "echo", "page"):
        assert figures["turn 1,000"][name] <= 1.2 * figures["turn 10"][name] + 0.003


def test_opening_and_resizing():
    reply = prose.mixed(1_000)[:1_500]
    with bench("transcript") as run:
        sent = run.do(do="load", count=10_000, reply=f"{reply}\n\n{END}")
        opened = run.terminal.wait(END, 0) - sent
        run.terminal.quiet()
        run.do(do="load", count=1_000, reply=reply)
        run.terminal.quiet()
        resized = resizes(run, (100, 90, 110, 80, 120), 0.3)
    with bench("markdown") as run:
        run.do(do="load", count=30, reply=reply)
        run.answer("loaded")
        run.terminal.quiet(1.0)
        control = resizes(run, (100, 90, 110), 0.6)
    figures = {
        "transcript": {"open 10,000 turns": opened, "resize at 1,000 turns": resized},
        "markdown": {"resize at 30 turns": control},
    }
    show("opening and resizing (s)", figures)
    assert opened < 0.15
    assert resized < 0.1


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
