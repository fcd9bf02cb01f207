"""The sixteen fail-over scenarios, faster than real time where they wait."""

import asyncio

import pytest

from tests.routing.scenarios import SCENARIOS, Scenario
from tests.routing.stage import on_stage

SPEED = {"S06": 8, "S07": 4, "S09": 20, "S15": 40}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[scenario.id for scenario in SCENARIOS])
async def test_a_fault_of_the_provider_ends_as_it_should(scenario: Scenario):
    async with on_stage(SPEED.get(scenario.id, 2)) as stage:
        classification = await scenario.play(stage)
        assert not stage.meter.running_calls
    assert classification.word == "pass" or (scenario.id, classification.word) == ("S10", "safe"), (
        classification.note
    )
    assert asyncio.all_tasks() == {asyncio.current_task()}
