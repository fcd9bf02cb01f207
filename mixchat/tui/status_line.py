"""The last line: what is happening, or what can be done; and in a narrow terminal what it costs."""

from collections.abc import Sequence

from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget

from mixchat.tui import figures
from mixchat.tui.phase import Phase
from mixchat.tui.side.spending import Spending
from mixchat.tui.side.tracker import budget_bar
from mixchat.tui.themes import role_variable
from mixchat.words.clock import Clock
from mixchat.words.event import ChatEvent, Routed
from mixchat.words.turn import Turn

_TICK = 0.25
_BAR = 8


class StatusLine(Widget):
    """One row. It ticks only while a turn is under way."""

    DEFAULT_CSS = "StatusLine { height: 1; }"

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._phase = Phase(clock)
        self._role: str | None = None
        self._timer: Timer | None = None
        self._said = ""
        self._hints: Sequence[tuple[str, str]] = ()
        self._note = ""
        self._spending = Spending()
        self._resting = ""
        self.shows_money = False

    def begin(self, turn: Turn) -> None:
        """Start to tell what the turn is doing."""
        self._note, self._role = "", None
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

    def tell_hints(self, hints: Sequence[tuple[str, str]]) -> None:
        """Show these keys, each with what it does, while nothing is happening."""
        if hints != self._hints:
            self._hints = hints
            self.refresh()

    def tell_note(self, note: str) -> None:
        """Show a sentence in place of the hints until the next turn begins."""
        self._note = note
        self.refresh()

    def tell_resting(self, words: str) -> None:
        """Keep which models rest, and show it where the side panel does not."""
        if words != self._resting:
            self._resting = words
            if self.shows_money:
                self.refresh()

    def tell_spending(self, spending: Spending) -> None:
        """Keep the sums, and show them where the side panel does not."""
        if spending != self._spending:
            self._spending = spending
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
        if self._note:
            return Content.styled(self._note, "$text-warning")
        shown = Content()
        for key, does in self._hints:
            hint = Content.assemble((key, "$text"), (f" {does}   ", "$text-disabled"))
            if shown.cell_length + hint.cell_length > room + 3:
                break
            shown += hint
        return shown

    def _money(self) -> Content:
        spending = self._spending
        parts = [Content.styled(self._resting, "$text-warning")] if self._resting else []
        if spending.turn is not None:
            parts.append(Content.assemble(("turn ", "$text-disabled"), figures.money(spending.turn)))
        parts += [
            Content.assemble((f"{span.name} ", "$text-disabled"), figures.tally(span.total))
            for span in spending.spans[:2]
        ]
        if (tightest := spending.tightest) is not None:
            parts.append(budget_bar(tightest, _BAR))
        return Content("  ").join(parts)
