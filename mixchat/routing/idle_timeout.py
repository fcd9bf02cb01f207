"""A limit on silence, by a clock that can be steered."""

import asyncio
from collections.abc import AsyncGenerator
from types import TracebackType
from typing import Final, Self, TypeVar

from mixchat.domain.clock import Clock

_SHORTEST: Final = 0.001
_STOOD_STILL: Final = 1.0
"""Seconds by which an alarm can only be late because the whole process stood still: suspended, or the lid was shut."""
_THAW: Final = 5.0
"""Seconds after that in which what arrived meanwhile is read before anything is given up."""

T = TypeVar("T")


class IdleTimeout:
    """Limits the silence before a stream's next item. Used as `async with`; leaving it ends its task.

    It is the `Liveness` of its call: `touch` starts the time anew, as an item does. The limit is on the wait alone:
    while the reader rests between two items no time runs.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: asyncio.Timeout | None = None
        self._until = 0.0
        self._limit = 0.0
        self._task: asyncio.Task[None] | None = None
        self.last_sign = clock.monotonic()
        """When something was heard last."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def touch(self) -> None:
        """Note a sign of life."""
        self.last_sign = self._clock.monotonic()
        self._until = self.last_sign + self._limit

    def give_up(self) -> None:
        """Let the wait under way end now, as if its time were over."""
        if self._waiting is not None:
            self._waiting.reschedule(asyncio.get_running_loop().time())
            self._waiting = None

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
                item = await anext(items, None)
        finally:
            self._waiting = None
        self.last_sign = self._clock.monotonic()
        return item

    async def _keep(self) -> None:
        while True:
            left = self._limit if self._waiting is None else self._until - self._clock.monotonic()
            if self._waiting is not None and left < -_STOOD_STILL:
                # The alarm is late because nothing ran, the reader neither. After a thaw expired alarms and readable
                # sockets are all there at once, and the alarm would win: an answer that had arrived would be lost.
                left = min(self._limit, _THAW)
                self._until = self._clock.monotonic() + left
            elif left <= 0:
                self.give_up()
                left = self._limit
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
