"""The sixteen fail-over scenarios in real time, and the long soak. One command prints the verdicts:

pytest -m bench -s tests/bench/test_bench_failover.py
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest

from mixchat.config.provider_specs import ProviderSpec
from tests.routing.scenarios import SCENARIOS, Scenario, Verdict
from tests.routing.soak import Soak, sockets
from tests.routing.stage import BareStage, Stage, built_in_services, on_stage, own_servers

pytestmark = pytest.mark.bench
SEED = 7
TURNS = 2000
SOAK_SPEED = 100


Specs = Callable[[str], Iterable[ProviderSpec]]


async def play(kind: type[Stage], specs: Specs = built_in_services) -> Mapping[str, Verdict]:
    """Return every scenario's verdict in real time; they run side by side, each on a stage of its own."""

    async def one(scenario: Scenario) -> tuple[str, Verdict]:
        async with on_stage(1, kind, specs) as stage:
            try:
                return scenario.id, await scenario.play(stage)
            except (AssertionError, IndexError) as error:
                return scenario.id, Verdict("fail", f"{type(error).__name__}: {error}")

    return dict(await asyncio.gather(*map(one, SCENARIOS)))


@pytest.mark.timeout(400)
async def test_sixteen_scenarios_in_real_time():
    routed, own, bare = await asyncio.gather(play(Stage), play(Stage, own_servers), play(BareStage))
    print(f"\n{'':5}{'fault':32}{'built in':10}{'own':9}{'bare call':11}figures: built in / own")
    for scenario in SCENARIOS:
        built_in, ours, control = (each[scenario.id] for each in (routed, own, bare))
        notes = built_in.note if built_in.note == ours.note else f"{built_in.note} / {ours.note}"
        print(f"{scenario.id:5}{scenario.fault:32}{built_in.word:10}{ours.word:9}{control.word:11}{notes}")
    for name, verdicts in (("built in", routed), ("own", own), ("bare call", bare)):
        words = Counter(verdict.word for verdict in verdicts.values())
        print(
            f"{name:10}" + " ".join(f"{word} {words[word]}" for word in ("pass", "partial", "safe", "fail"))
        )
    for verdicts in (routed, own):
        assert sum(verdict.word == "pass" for verdict in verdicts.values()) >= 15
        assert all(verdict.word != "fail" for verdict in verdicts.values())


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
