"""Three designs of the conversation in one run: `pytest -m bench -s tests/bench/test_bench_designs.py`.

`markdown` is a Textual `Markdown` widget a turn, `frozen` has one for the turn under way only and a widget of rendered
strips for each finished one, and `transcript` is the line view that was chosen.
"""

import pytest

from tests.bench import prose
from tests.bench.stage_run import REPLY, bench, resizes, show, turns

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

KINDS = ("transcript", "frozen", "markdown")
FLAT = ("transcript", "frozen")
"""The designs that get as far as a thousand turns in bearable time."""
AT = {1: KINDS, 10: KINDS, 50: KINDS, 100: KINDS, 300: FLAT, 1_000: FLAT}
SAVED = prose.mixed(1_000)[:1_500]
STREAMED = 5
"""How many of the turns are streamed; those before them are loaded."""


def test_designs_as_they_grow():
    figures: dict[int, dict[str, dict[str, float]]] = {}
    for number, kinds in AT.items():
        figures[number] = {kind: _at(number, kind) for kind in kinds}
        show(f"turn {number:,} of 1,500 characters (s, MB)", figures[number])
    ours, frozen = figures[1_000]["transcript"], figures[100]["frozen"]
    assert ours["cpu"] < 0.6 * frozen["cpu"]
    assert ours["memory"] < 0.6 * figures[1_000]["frozen"]["memory"]
    assert figures[10]["frozen"]["cpu"] < figures[10]["markdown"]["cpu"]


def _at(number: int, kind: str) -> dict[str, float]:
    streamed = min(number, STREAMED)
    with bench(kind) as run:
        if number > streamed:
            run.load(number - streamed, SAVED)
        return turns(run, number - streamed + 1, streamed) | {"widgets": run.widgets()}


def test_designs_at_full_speed():
    figures: dict[str, dict[str, float]] = {}
    for kind in KINDS:
        with bench(kind) as run:
            figures[kind] = run.stream(REPLY)
    show(f"{len(REPLY):,} characters at full speed (s)", figures)
    assert figures["transcript"]["cpu"] < 0.5 * figures["frozen"]["cpu"]
    assert figures["transcript"]["whole"] < 0.5 * figures["frozen"]["whole"]


def test_designs_resized():
    figures: dict[str, dict[str, float]] = {}
    for kind in KINDS:
        with bench(kind) as run:
            run.load(100, SAVED)
            cpu = run.terminal.cpu()
            seconds = resizes(run, (100, 90, 110), 1.0)
            figures[kind] = {"painted": seconds, "cpu": (run.terminal.cpu() - cpu) / 3}
    show("a new width with 100 turns (s)", figures)
    assert figures["transcript"]["painted"] < 0.5 * figures["frozen"]["painted"]
