"""What a turn under way is doing, in words."""

from collections import deque
from typing import Final

from mixchat.domain.clock import Clock
from mixchat.domain.errors import ERRORS
from mixchat.domain.live_turn import Activity, LiveTurn
from mixchat.tui import formatting

_WINDOW: Final = 3.0
"""Seconds of the reply that its speed is taken from."""
_WAITED: Final = 2.0
"""Seconds of waiting after which it is said that the next model can be asked."""
_COUNTED: Final = frozenset({"waiting", "thinking", "planning", "loading"})
"""What may take long, so that its seconds are counted."""


def awaited(activity: Activity, now: float) -> str:
    """Return what a turn is doing in words, with the seconds where it may take long."""
    who = activity.ref.model if activity.ref else "an answer"
    if activity.until is not None and activity.failure is not None:
        why = ERRORS[activity.failure.code].title.casefold()
        return f"{who}: {why}; again in {formatting.seconds(max(activity.until - now, 0.0))}"
    instead = f" instead of {activity.instead_of.model}" if activity.instead_of else ""
    words = {"waiting": f"waiting for {who}{instead}", "loading": activity.text}
    said = words.get(activity.doing, activity.doing)
    elapsed = now - activity.since
    return f"{said} {elapsed:.0f} s" if activity.doing in _COUNTED and elapsed >= 1 else said


class TurnActivity:
    """Says in words what a turn under way is doing, counting the seconds."""

    def __init__(self, live: LiveTurn, clock: Clock) -> None:
        self._live = live
        self._clock = clock
        self._recent: deque[tuple[float, int]] = deque()
        """When the reply was looked at, and how many tokens it had."""

    def words(self) -> str:
        """Return what it is doing."""
        activity, now = self._live.activity, self._clock.monotonic()
        said = awaited(activity, now)
        if activity.doing == "writing":
            return f"{said} {self.speed()}".rstrip()
        self._recent.clear()
        return said

    @property
    def state(self) -> str:
        """What it is doing, in a word."""
        doing = self._live.activity.doing
        return "retrying" if doing == "pausing" else doing

    def beside(self) -> str:
        """Return what stands beside the word: how fast it writes, why and how long it pauses, or since when it waits."""
        activity, now = self._live.activity, self._clock.monotonic()
        if activity.doing == "writing":
            return self.speed()
        self._recent.clear()
        if activity.until is not None and activity.failure is not None:
            why = ERRORS[activity.failure.code].title.casefold()
            return f"{why}, in {formatting.seconds(max(activity.until - now, 0.0))}"
        elapsed = now - activity.since
        since = f"{elapsed:.0f} s" if activity.doing in _COUNTED and elapsed >= 1 else ""
        who = activity.ref.model if activity.ref and activity.doing == "waiting" else ""
        return "  ".join(filter(None, (who, since)))

    def speed(self) -> str:
        """Return how fast the reply comes, once that can be told."""
        now = self._clock.monotonic()
        self._recent.append((now, self._live.snapshot().usage.output or 0))
        while now - self._recent[0][0] > _WINDOW:
            self._recent.popleft()
        (since, before), (_, after) = self._recent[0], self._recent[-1]
        return f"{(after - before) / (now - since):.0f} tok/s" if now - since >= 0.5 else ""

    @property
    def next_model(self) -> str:
        """Who can be asked at once in place of the one that lets itself be waited for, or nothing."""
        activity = self._live.activity
        waited = self._clock.monotonic() - activity.since
        waits = activity.doing in {"waiting", "thinking", "pausing"} and waited >= _WAITED
        return activity.then.model if waits and activity.then else ""
