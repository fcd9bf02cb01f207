"""Clocks that tests steer."""

import asyncio
import heapq
import itertools
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

TICK = 0.02
"""Seconds after which a sleeper looks at the time."""
ROUNDS = 30
"""Turns of the event loop after which everybody who has something to do has done it."""


class SteeredClock:
    """Stands still, and jumps to the next sleeper when nobody has anything to do."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.slept: list[float] = []
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()

    def now(self) -> float:
        return 1_700_000_000 + self.time

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.time + seconds, next(self._numbers), future))
        await future

    async def running(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what `work` gives, with the time going on by jumps."""
        task = asyncio.ensure_future(work)
        while not task.done():
            for _ in range(ROUNDS):
                await asyncio.sleep(0)
            if not task.done():
                await self._jump()
        return task.result()

    async def _jump(self) -> None:
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        if not self._sleepers:
            await asyncio.sleep(0.001)
            return
        when, _, future = heapq.heappop(self._sleepers)
        self.time = max(self.time, when)
        future.set_result(None)


class FastClock:
    """The machine's time, so many times faster: for tests with real sockets.

    Time in which a busy machine did not let this process run hardly counts. It is nobody's silence: whoever should
    have answered did not run either.
    """

    def __init__(self, speed: float) -> None:
        self.speed = speed
        self._time = time.monotonic() * speed
        self._looked = time.monotonic()

    def now(self) -> float:
        return 1_700_000_000 + self.monotonic()

    def monotonic(self) -> float:
        looked = time.monotonic()
        self._time += min(looked - self._looked, 2 * TICK) * self.speed
        self._looked = looked
        return self._time

    async def sleep(self, seconds: float) -> None:
        end = self.monotonic() + seconds
        while (left := end - self.monotonic()) > 0:  # noqa: ASYNC110 - it is the clock
            await asyncio.sleep(min(left / self.speed, TICK))

    def skip(self, seconds: float) -> None:
        """Let that much time pass at once."""
        self._time += seconds
