"""What is happening right now, in a word or two."""

from collections import deque
from typing import Final, Literal

from mixchat.tui import figures
from mixchat.words.clock import Clock
from mixchat.words.error import ERRORS
from mixchat.words.event import (
    Accepted,
    Broke,
    ChatEvent,
    Notice,
    Rerouted,
    Retrying,
    Routed,
    Started,
    Text,
    Thinking,
)

_CHARACTERS_A_TOKEN: Final = 4
_WINDOW: Final = 3.0
"""Seconds of the reply that its speed is taken from."""

Doing = Literal["nothing", "routing", "waiting", "thinking", "writing", "pausing", "loading"]


class Phase:
    """Follows one turn's events and says in words what it is doing, counting the seconds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._doing: Doing = "nothing"
        self._since = 0.0
        self._what = ""
        self._recent: deque[tuple[float, int]] = deque()

    @property
    def is_idle(self) -> bool:
        """Whether no turn is under way."""
        return self._doing == "nothing"

    def end(self) -> None:
        """Note that the turn is over."""
        self._enter("nothing")

    def show(self, event: ChatEvent) -> None:
        """Take one event in."""
        match event:
            case Accepted() | Routed():
                self._enter("routing")
            case Started(seat, _, step):
                self._enter("waiting", f"{seat.ref.model} to plan" if step == "plan" else seat.ref.model)
            case Thinking():
                self._enter("thinking")
            case Text(text):
                self._enter("writing")
                self._recent.append((self._clock.monotonic(), len(text)))
            case Notice("loading", text):
                self._enter("loading", text)
            case Retrying() | Rerouted() | Broke():
                self._stumble(event)
            case _:
                pass

    def _stumble(self, event: Retrying | Rerouted | Broke) -> None:
        match event:
            case Retrying(ref, wait, failure):
                self._enter("pausing", f"{ref.model}: {ERRORS[failure.code].title.casefold()}")
                self._since = self._clock.monotonic() + wait
            case Rerouted(source, target):
                self._enter("waiting", f"{target.model} instead of {source.model}")
            case Broke():
                self._enter("routing")

    def _enter(self, doing: Doing, what: str = "") -> None:
        if (doing, what) != (self._doing, self._what):
            self._since = self._clock.monotonic()
            self._recent.clear()
        self._doing, self._what = doing, what

    def words(self) -> str:
        """Return the phase in words, or nothing when idle."""
        elapsed = self._clock.monotonic() - self._since
        if self._doing == "pausing":
            return f"{self._what}; again in {figures.seconds(max(-elapsed, 0.0))}"
        said = {
            "nothing": "",
            "routing": "routing",
            "waiting": f"waiting for {self._what}",
            "thinking": "thinking",
            "writing": f"writing{self._speed()}",
            "loading": self._what,
        }
        counted = self._doing in {"waiting", "thinking", "loading"} and elapsed >= 1
        return said[self._doing] + (f" {elapsed:.0f} s" if counted else "")

    def _speed(self) -> str:
        now = self._clock.monotonic()
        while self._recent and now - self._recent[0][0] > _WINDOW:
            self._recent.popleft()
        span = min(now - self._since, _WINDOW)
        if span < 0.5:
            return ""
        characters = sum(length for _, length in self._recent)
        return f" {characters / _CHARACTERS_A_TOKEN / span:.0f} tok/s"
