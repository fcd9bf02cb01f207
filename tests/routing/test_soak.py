"""Random faults, turn after turn: nothing is lost, doubled, left open or leaked."""

import asyncio
from pathlib import Path

from tests.routing.soak import Soak, sockets
from tests.routing.stage import on_stage

SPEED = 100


async def test_two_hundred_turns_with_random_faults_all_end_well(tmp_path: Path):
    before = sockets()
    async with on_stage(SPEED) as stage:
        soak = Soak(stage, tmp_path, seed=1)
        await soak.run(200)
        soak.database.close()
    await asyncio.sleep(0.05)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert sockets() == before
    assert min(soak.counts[outcome] for outcome in ("complete", "failed", "continued")) > 10
