"""A limit on silence: it runs while somebody waits, and only then."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from mixchat.routing.idle_timeout import IdleTimeout, wait_for
from tests.routing.steered import SteeredClock


@pytest.fixture
def clock() -> SteeredClock:
    return SteeredClock()


async def items(clock: SteeredClock, *pauses: float) -> AsyncGenerator[int]:
    for number, pause in enumerate(pauses):
        await clock.sleep(pause)
        yield number


async def read(clock: SteeredClock, limits: list[float], *pauses: float, rest: float = 0) -> list[int | None]:
    got: list[int | None] = []
    async with IdleTimeout(clock) as watch, aclosing(items(clock, *pauses)) as stream:
        for limit in limits:
            got.append(await watch.next(stream, limit))
            if rest:
                await clock.sleep(rest)
    return got


async def test_what_comes_in_time_is_given_and_then_nothing(clock: SteeredClock):
    assert await clock.running(read(clock, [10, 10, 10], 9, 9)) == [0, 1, None]


@pytest.mark.parametrize("pauses", [(11,), (1, 11), (9, 9, 30)])
async def test_silence_ends_at_the_limit_exactly(clock: SteeredClock, pauses: tuple[float, ...]):
    started = clock.time
    with pytest.raises(TimeoutError):
        await clock.running(read(clock, [10, 10, 10], *pauses))
    assert clock.time - started == pytest.approx(sum(pauses[:-1]) + 10, abs=0.01)


async def test_no_time_runs_while_the_reader_rests(clock: SteeredClock):
    assert await clock.running(read(clock, [10, 10, 10], 9, 9, 9, rest=100)) == [0, 1, 2]


async def test_the_limit_may_grow(clock: SteeredClock):
    assert await clock.running(read(clock, [10, 30], 9, 29)) == [0, 1]


async def test_no_task_is_left(clock: SteeredClock):
    await clock.running(read(clock, [10], 1))
    with pytest.raises(TimeoutError):
        await clock.running(read(clock, [10], 11))
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_cancelling_the_reader_is_not_a_timeout(clock: SteeredClock):
    task = asyncio.create_task(read(clock, [10], 5))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_piece_of_work_is_given_up_after_its_time(clock: SteeredClock):
    async def slow() -> str:
        await clock.sleep(5)
        return "done"

    assert await clock.running(wait_for(clock, 6, asyncio.ensure_future(slow()))) == "done"
    work = asyncio.ensure_future(slow())
    with pytest.raises(TimeoutError):
        await clock.running(wait_for(clock, 4, work))
    assert work.cancelled()
    assert asyncio.all_tasks() == {asyncio.current_task()}
