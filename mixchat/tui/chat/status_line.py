"""The last line: what is happening, or what can be done; and in a narrow terminal what it costs."""

from collections import deque
from collections.abc import Sequence
from typing import Final

from textual.content import Content
from textual.reactive import reactive, var
from textual.timer import Timer
from textual.widget import Widget

from mixchat.domain.clock import Clock
from mixchat.domain.errors import ERRORS
from mixchat.domain.events import ChatEvent, Routed
from mixchat.domain.live_turn import Activity, LiveTurn
from mixchat.domain.turn import Turn
from mixchat.tui import formatting
from mixchat.tui.chat.hints import Hint
from mixchat.tui.panel.tracker import SpendingState, budget_bar
from mixchat.tui.themes import role_variable

_WINDOW: Final = 3.0
"""Seconds of the reply that its speed is taken from."""
_WAITED: Final = 2.0
"""Seconds of waiting after which it is said that the next model can be asked."""


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
    counted = activity.doing in {"waiting", "thinking", "planning", "loading"} and elapsed >= 1
    return f"{said} {elapsed:.0f} s" if counted else said


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
            self._recent.append((now, self._live.snapshot().usage.output or 0))
            return f"{said} {self.speed}".rstrip()
        self._recent.clear()
        return said

    @property
    def state(self) -> str:
        """What it is doing, in a word."""
        doing = self._live.activity.doing
        return "waiting to retry" if doing == "pausing" else doing

    @property
    def speed(self) -> str:
        """How fast the reply comes, once that can be told."""
        now = self._clock.monotonic()
        while self._recent and now - self._recent[0][0] > _WINDOW:
            self._recent.popleft()
        if not self._recent or now - self._recent[0][0] < 0.5:
            return ""
        (since, before), (_, after) = self._recent[0], self._recent[-1]
        return f"{(after - before) / (now - since):.0f} tok/s"

    @property
    def next_model(self) -> str:
        """Who can be asked at once in place of the one that lets itself be waited for, or nothing."""
        activity = self._live.activity
        waited = self._clock.monotonic() - activity.since
        waits = activity.doing in {"waiting", "thinking", "pausing"} and waited >= _WAITED
        return activity.then.model if waits and activity.then else ""


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
        self._clock = clock
        self._activity: TurnActivity | None = None
        self._role: str | None = None
        self._timer: Timer | None = None
        self._said = ""
        self._then = ""

    def begin(self, turn: Turn, live: LiveTurn) -> None:
        """Start to tell what the turn is doing."""
        self.note, self._role, self._activity = "", None, TurnActivity(live, self._clock)
        if self._timer is None:
            self._timer = self.set_interval(_TICK, self._tick)

    def show(self, event: ChatEvent) -> None:
        """Follow the turn."""
        if isinstance(event, Routed):
            self._role = event.decision.role
        if not self._said:
            self._tick()

    def settle(self, turn: Turn) -> None:
        """Rest again."""
        self._activity = None
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._tick()

    @property
    def activity(self) -> tuple[str, str]:
        """What the turn under way is doing, in a word, and how fast it writes."""
        return (self._activity.state, self._activity.speed) if self._activity else ("", "")

    def _tick(self) -> None:
        words = self._activity.words() if self._activity else ""
        then = self._activity.next_model if self._activity else ""
        if (words, then) != (self._said, self._then):
            self._said, self._then = words, then
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
            ("● ", role_variable(self._role)),
            self._said,
            (f"   tab asks {self._then} now" if self._then else "", "$text-muted"),
            ("   esc stops", "$text-disabled"),
        )

    def _can_do(self, room: int) -> Content:
        if self.note:
            return Content.styled(self.note, "$text-warning")
        *first, commands, help_ = [
            Content.assemble((each.key, "$text"), (f" {each.does}   ", "$text-muted")) for each in self.hints
        ] or [Content(), Content()]
        # The ways to everything else never leave the line, however narrow it is.
        left = room + 3 - commands.cell_length - help_.cell_length
        shown = Content()
        for hint in first:
            if shown.cell_length + hint.cell_length > left:
                break
            shown += hint
        return Content.assemble(shown, commands, help_)

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
