"""The sixteen fail-over scenarios in real time, and the long soak. One command prints the verdicts:

pytest -m bench -s tests/bench/test_bench_failover.py
"""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.routing.scenarios import SCENARIOS, Scenario, Verdict
from tests.routing.soak import Soak, sockets
from tests.routing.stage import BareStage, Stage, on_stage

pytestmark = pytest.mark.bench
SEED = 7
TURNS = 2000
SOAK_SPEED = 100


async def play(kind: type[Stage]) -> Mapping[str, Verdict]:
    """Return every scenario's verdict in real time; they run side by side, each on a stage of its own."""

    async def one(scenario: Scenario) -> tuple[str, Verdict]:
        async with on_stage(1, kind) as stage:
            try:
                return scenario.id, await scenario.play(stage)
            except (AssertionError, IndexError) as error:
                return scenario.id, Verdict("fail", f"{type(error).__name__}: {error}")

    return dict(await asyncio.gather(*map(one, SCENARIOS)))


@pytest.mark.timeout(400)
async def test_sixteen_scenarios_in_real_time():
    routed, bare = await play(Stage), await play(BareStage)
    print(f"\n{'':5}{'fault':32}{'router':9}{'bare call':11}the router's figures")
    for scenario in SCENARIOS:
        classification = routed[scenario.id]
        print(
            f"{scenario.id:5}{scenario.fault:32}{classification.word:9}{bare[scenario.id].word:11}{classification.note}"
        )
    for name, verdicts in (("router", routed), ("bare call", bare)):
        words = Counter(classification.word for classification in verdicts.values())
        print(
            f"{name:10}" + " ".join(f"{word} {words[word]}" for word in ("pass", "partial", "safe", "fail"))
        )
    assert sum(classification.word == "pass" for classification in routed.values()) >= 15
    assert all(classification.word != "fail" for classification in routed.values())


@pytest.mark.timeout(900)
async def test_two_thousand_turns_with_random_faults(tmp_path: Path):
    before = sockets()
    started = time.perf_counter()
    async with on_stage(SOAK_SPEED) as stage:
        soak = Soak(stage, tmp_path, SEED)
        await soak.run(TURNS)
        calls = len(stage.wires.seen)
        soak.database.close()
    await asyncio.sleep(0.1)
    after = sockets()
    tasks = len(asyncio.all_tasks()) - 1
    told = ", ".join(f"{count} {word}" for word, count in sorted(soak.counts.items()))
    seconds = time.perf_counter() - started
    print(
        f"\n{TURNS} turns, {calls} calls in {seconds:.0f} s: {told}; left over: {after - before} sockets, {tasks} tasks"
    )
    assert (after - before, tasks) == (0, 0)
