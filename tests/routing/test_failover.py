"""The sixteen fail-over scenarios, faster than real time where they wait."""

import asyncio
from collections.abc import Callable, Iterable

import pytest

from mixchat.config.provider_specs import ProviderSpec
from mixchat.providers import stream_state
from tests.routing.scenarios import SCENARIOS, Scenario
from tests.routing.stage import built_in_services, on_stage, own_servers

SPEED = {"S06": 8, "S07": 4, "S09": 20, "S15": 40}


@pytest.mark.parametrize("specs", [built_in_services, own_servers])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=[scenario.id for scenario in SCENARIOS])
async def test_a_fault_of_the_provider_ends_as_it_should(
    scenario: Scenario, specs: Callable[[str], Iterable[ProviderSpec]], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(stream_state, "FINISH_GRACE", 0.5)
    async with on_stage(SPEED.get(scenario.id, 2), specs=specs) as stage:
        classification = await scenario.play(stage)
        assert not stage.meter.running_calls
    assert classification.word == "pass" or (scenario.id, classification.word) == ("S10", "safe"), (
        classification.note
    )
    assert asyncio.all_tasks() == {asyncio.current_task()}
