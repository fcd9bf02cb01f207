"""What becomes of an exception that nobody expected: the thing it happened in ends, the app goes on."""

import time
from collections import deque
from collections.abc import Callable
from typing import Final

from textual import events
from textual.message import Message
from textual.message_pump import MessagePump

Failed = Callable[[Exception], None]
"""Is told of an exception."""

_VITAL: Final = (events.Compose, events.Mount, events.Load, events.Unmount)
"""Without these a widget is not there at all."""
_DISPATCH: Final = "_dispatch_message"
_MOST: Final = 5
_WITHIN: Final = 10.0
"""More failures than that in so many seconds are no accident: the app leaves."""


class Failures:
    """Decides whether the app can go on after a failure."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=_MOST + 1)

    def can_go_on(self) -> bool:
        """Note a failure and return whether there were not too many."""
        now = time.monotonic()
        self._times.append(now)
        return len(self._times) <= _MOST or now - self._times[0] > _WITHIN


def survive_handlers(failed: Failed) -> None:
    """Let a widget whose handler fails go on with its next message.

    Textual ends the loop that hands a widget its messages at the first exception and has no setting for it.

    Args:
        failed: is told of each exception.
    """
    original = getattr(MessagePump, _DISPATCH)

    async def dispatch(self: MessagePump, message: Message) -> None:
        try:
            await original(self, message)
        except Exception as error:
            if isinstance(message, _VITAL):
                raise
            failed(error)

    setattr(MessagePump, _DISPATCH, dispatch)
