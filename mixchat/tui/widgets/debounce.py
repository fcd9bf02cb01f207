"""What is done once somebody has stopped for a moment, rather than at every key."""

from time import monotonic

from textual.message_pump import MessagePump
from textual.timer import Timer, TimerCallback

_SOON = 0.01


class Debounce:
    """Calls once for many requests: when none came for a while, and at the latest after a longer one."""

    def __init__(
        self, node: MessagePump, callback: TimerCallback, *, after: float, within: float | None = None
    ) -> None:
        """Wait for the first request.

        Args:
            node: whose timer it is; when that is gone, nothing is called.
            callback: is called.
            after: seconds without another request.
            within: seconds from the first request to the call, however many come.
        """
        self._node = node
        self._callback = callback
        self._after = after
        self._within = within
        self._timer: Timer | None = None
        self._since = 0.0
        self._due = 0.0

    @property
    def is_pending(self) -> bool:
        """Whether something was requested and is not done yet."""
        return self._timer is not None

    def request(self) -> None:
        """Have the call made soon."""
        now = monotonic()
        if self._timer is None:
            self._since = now
        due = (
            now + self._after if self._within is None else min(now + self._after, self._since + self._within)
        )
        if self._timer is not None:
            if due == self._due:
                return
            self._timer.stop()
        self._due = due
        self._timer = self._node.set_timer(max(_SOON, due - now), self._call)

    def cancel(self) -> None:
        """Forget what was requested."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _call(self) -> object:
        self._timer = None
        return self._callback()
