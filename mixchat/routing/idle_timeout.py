"""A limit on silence, by a clock that can be steered."""

import asyncio
from collections.abc import AsyncGenerator
from types import TracebackType
from typing import Self, TypeVar

from mixchat.domain.clock import Clock

_SHORTEST = 0.001

T = TypeVar("T")


class IdleTimeout:
    """Limits every wait for a stream's next item. Used as `async with`; leaving it ends its task.

    The limit is on the wait alone: while the reader rests between two items no time runs.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: asyncio.Timeout | None = None
        self._until = 0.0
        self._limit = 0.0
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def next(self, items: AsyncGenerator[T], limit: float) -> T | None:
        """Return the next item, or `None` when there are no more.

        Raises:
            TimeoutError: nothing came within `limit` seconds; what was being read is cancelled.
        """
        try:
            async with asyncio.timeout(None) as waiting:
                self._waiting, self._until, self._limit = waiting, self._clock.monotonic() + limit, limit
                if self._task is None:
                    self._task = asyncio.create_task(self._keep())
                return await anext(items, None)
        finally:
            self._waiting = None

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            left = self._limit if self._waiting is None else self._until - self._clock.monotonic()
            if self._waiting is not None and left <= 0:
                self._waiting.reschedule(loop.time())
                self._waiting, left = None, self._limit
            await self._clock.sleep(max(left, _SHORTEST))


async def wait_for(clock: Clock, seconds: float, work: "asyncio.Future[T]") -> T:
    """Return what `work` gives; when it takes longer than `seconds`, or the caller is cancelled, cancel it.

    Raises:
        TimeoutError: it took longer.
    """
    alarm = asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait([work, alarm], return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            raise TimeoutError
        return work.result()
    finally:
        work.cancel()
        alarm.cancel()
        await asyncio.wait([work, alarm])
