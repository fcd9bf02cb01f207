"""The last line: what is happening, or what can be done; and in a narrow terminal what it costs."""

from collections import deque
from collections.abc import Sequence
from typing import Final, Literal

from textual.content import Content
from textual.reactive import reactive, var
from textual.timer import Timer
from textual.widget import Widget

from mixchat.domain.clock import Clock
from mixchat.domain.errors import ERRORS
from mixchat.domain.events import (
    AttemptFailed,
    AttemptStarted,
    ChatEvent,
    FailedOver,
    Notice,
    Retrying,
    Routed,
    TextDelta,
    ThinkingDelta,
    TurnAccepted,
)
from mixchat.domain.turn import Turn
from mixchat.tui import formatting
from mixchat.tui.chat.hints import Hint
from mixchat.tui.panel.tracker import SpendingState, budget_bar
from mixchat.tui.themes import role_variable

_CHARACTERS_A_TOKEN: Final = 4
_WINDOW: Final = 3.0
"""Seconds of the reply that its speed is taken from."""

Doing = Literal["nothing", "routing", "waiting", "thinking", "writing", "pausing", "loading"]


class TurnActivity:
    """Follows one turn's events and says in words what it is doing, counting the seconds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._doing: Doing = "nothing"
        self._since = 0.0
        self._what = ""
        self._recent: deque[tuple[float, int]] = deque()

    def end(self) -> None:
        """Note that the turn is over."""
        self._enter("nothing")

    def show(self, event: ChatEvent) -> None:
        """Take one event in."""
        match event:
            case TurnAccepted() | Routed():
                self._enter("routing")
            case AttemptStarted(seat, _, step):
                self._enter("waiting", f"{seat.ref.model} to plan" if step == "plan" else seat.ref.model)
            case ThinkingDelta():
                self._enter("thinking")
            case TextDelta(text):
                self._enter("writing")
                self._recent.append((self._clock.monotonic(), len(text)))
            case Notice("loading", text):
                self._enter("loading", text)
            case Retrying() | FailedOver() | AttemptFailed():
                self._stumble(event)
            case _:
                pass

    def _stumble(self, event: Retrying | FailedOver | AttemptFailed) -> None:
        match event:
            case Retrying(ref, wait, failure):
                self._enter("pausing", f"{ref.model}: {ERRORS[failure.code].title.casefold()}")
                self._since = self._clock.monotonic() + wait
            case FailedOver(source, target):
                self._enter("waiting", f"{target.model} instead of {source.model}")
            case AttemptFailed():
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
            return f"{self._what}; again in {formatting.seconds(max(-elapsed, 0.0))}"
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


_TICK = 0.25
_BAR = 8


class StatusLine(Widget):
    """One row. It ticks only while a turn is under way."""

    DEFAULT_CSS = "StatusLine { height: 1; }"

    hints: reactive[Sequence[Hint]] = reactive[Sequence[Hint]](())
    """Keys, each with what it does, shown while nothing is happening."""
    note: reactive[str] = reactive("")
    """A sentence in place of the hints until the next turn begins."""
    shows_money: reactive[bool] = reactive(False)
    """Whether the sums are shown here, because the side panel is not there to do it."""
    resting: var[str] = var("")
    """Which models rest, in a few words."""
    spending: var[SpendingState] = var(SpendingState())

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._phase = TurnActivity(clock)
        self._role: str | None = None
        self._timer: Timer | None = None
        self._said = ""

    def begin(self, turn: Turn) -> None:
        """Start to tell what the turn is doing."""
        self.note, self._role = "", None
        if self._timer is None:
            self._timer = self.set_interval(_TICK, self._tick)

    def show(self, event: ChatEvent) -> None:
        """Follow the turn."""
        if isinstance(event, Routed):
            self._role = event.decision.role
        self._phase.show(event)
        if not self._said:
            self._tick()

    def settle(self, turn: Turn) -> None:
        """Rest again."""
        self._phase.end()
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._tick()

    def _tick(self) -> None:
        words = self._phase.words()
        if words != self._said:
            self._said = words
            self.refresh()

    def watch_resting(self) -> None:
        """Paint it where it is shown."""
        self._repaint_money()

    def watch_spending(self) -> None:
        """Paint it where it is shown."""
        self._repaint_money()

    def _repaint_money(self) -> None:
        if self.shows_money:
            self.refresh()

    def render(self) -> Content:
        """Return the row."""
        width = self.size.width
        right = self._money() if self.shows_money else Content()
        room = width - right.cell_length - 2
        left = self._doing() if self._said else self._can_do(room)
        left = left.truncate(max(room, 0), ellipsis=True)
        return Content.assemble(left, " " * max(width - left.cell_length - right.cell_length, 0), right)

    def _doing(self) -> Content:
        return Content.assemble(
            ("● ", role_variable(self._role)), self._said, ("   esc stops", "$text-disabled")
        )

    def _can_do(self, room: int) -> Content:
        if self.note:
            return Content.styled(self.note, "$text-warning")
        shown = Content()
        for each in self.hints:
            hint = Content.assemble((each.key, "$text"), (f" {each.does}   ", "$text-disabled"))
            if shown.cell_length + hint.cell_length > room + 3:
                break
            shown += hint
        return shown

    def _money(self) -> Content:
        spending = self.spending
        parts = [Content.styled(self.resting, "$text-warning")] if self.resting else []
        if spending.turn is not None:
            parts.append(Content.assemble(("turn ", "$text-disabled"), formatting.money(spending.turn)))
        parts += [
            Content.assemble((f"{span.name} ", "$text-disabled"), formatting.tally(span.total))
            for span in spending.spans[:2]
        ]
        if (tightest := spending.tightest) is not None:
            parts.append(budget_bar(tightest, _BAR))
        return Content("  ").join(parts)
