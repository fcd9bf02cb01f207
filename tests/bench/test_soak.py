"""Thousands of turns in one process, with random faults: memory, descriptors, tasks and threads stay where they are.

pytest -m bench -s tests/bench/test_soak.py                              5,000 turns
MIXCHAT_SOAK_TURNS=500 MIXCHAT_SEED=2 pytest -m bench -s ...             fewer, and other faults
"""

import asyncio
import gc
import os
import threading
import time
from pathlib import Path

import psutil
import pytest
from msgspec import Struct

from tests.routing.soak import Soak
from tests.routing.stage import on_stage

TURNS = int(os.environ.get("MIXCHAT_SOAK_TURNS", "5000"))
SEED = int(os.environ.get("MIXCHAT_SEED", "1"))
BLOCKS = 10
SPEED = 100
pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]


class Figures(Struct, frozen=True):
    """What the process holds."""

    memory: float
    """MB."""
    descriptors: int
    tasks: int
    threads: int


def figures() -> Figures:
    gc.collect()
    process = psutil.Process()
    return Figures(
        process.memory_info().rss / 1e6, process.num_fds(), len(asyncio.all_tasks()), threading.active_count()
    )


async def test_thousands_of_turns_leave_nothing_behind(tmp_path: Path):
    seen: list[Figures] = []
    async with on_stage(SPEED) as stage:
        soak = Soak(stage, tmp_path, seed=SEED)
        for block in range(BLOCKS):
            began = time.perf_counter()
            await soak.run(TURNS // BLOCKS)
            # What the stage itself notes for the tests is not part of the program.
            stage.wires.seen.clear()
            stage.meter.opened.clear()
            stage.meter.closed.clear()
            await asyncio.sleep(0.1)
            seen.append(figures())
            now = seen[-1]
            print(
                f"\n{(block + 1) * TURNS // BLOCKS:,} turns, {time.perf_counter() - began:.0f} s: {now.memory:.0f} MB,"
                f" {now.descriptors} descriptors, {now.tasks} tasks, {now.threads} threads",
                end="",
            )
        print(f"\n{dict(soak.counts)}")
        assert soak.database.settle()
        assert soak.database.connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert (
            soak.database.connection.execute("SELECT count(*) FROM turns WHERE outcome = 'open'").fetchone()[
                0
            ]
            == 0
        )
        soak.database.close()
    first, last = seen[1], seen[-1]  # by the second block everything is loaded and every pool is full
    assert last.memory < first.memory + 25, seen
    assert last.descriptors <= first.descriptors + 4, seen
    assert last.tasks <= first.tasks + 2, seen
    assert last.threads <= first.threads + 1, seen
