"""What the side panel shows: turns, the highlighted one in detail, health and cost."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.reactive import var
from textual.widgets import Static

from mixchat.domain.model import ModelRef
from mixchat.domain.turn import Outcome, Turn
from mixchat.ledger.rates import Rates
from mixchat.routing.health import Health
from mixchat.tui.panel.health_list import HealthList
from mixchat.tui.panel.tracker import SpendingState, Tracker
from mixchat.tui.panel.turn_detail import TurnDetail
from mixchat.tui.panel.turn_list import TurnList


class ChargedRates(Protocol):
    """Knows the prices that a turn was charged at: the ledger."""

    def rates_of(self, turn: str) -> Mapping[ModelRef, Rates]:
        """Return the prices by model."""
        ...


class Comparisons(Protocol):
    """Knows which turns answer one prompt: the open chats."""

    def compared_with(self, turn: Turn) -> Sequence[Turn]:
        """Return the answers that were asked for at once with this one, itself included."""
        ...


class TurnPanel(Vertical):
    """What was decided and what it cost."""

    DEFAULT_CSS = "TurnPanel > Static { height: 1; }"

    chat_title: var[str] = var("")
    spending: var[SpendingState] = var(SpendingState())

    def __init__(self, health: Health, charged: ChargedRates, comparisons: Comparisons) -> None:
        super().__init__()
        self._charged = charged
        self._comparisons = comparisons
        self._title = Static("", id="chat-title", markup=False)
        self._rows = TurnList()
        self._detail = TurnDetail()
        self._health = HealthList(health)

    def compose(self) -> ComposeResult:
        """Lay out the parts, the turns first, the cost at the foot."""
        yield from (self._title, self._rows, self._detail, self._health)
        yield Tracker().data_bind(TurnPanel.spending)

    def watch_chat_title(self, title: str) -> None:
        """Show the chat's title."""
        self._title.update(title or "New chat")

    def update_turns(self, turns: Sequence[Turn], live: Turn | None = None) -> None:
        """Show these turns; `live` is the last one as it stands while it grows."""
        self._rows.update_turns(turns, live)
        if self._rows.cursor == len(turns) - 1:
            self._show_detail(self._rows.highlighted)
        self._health.update()

    def select(self, turn_id: str | None) -> None:
        """Highlight the row of a turn that was selected in the conversation."""
        if turn_id is not None:
            self._rows.highlight(turn_id)

    @property
    def focused_turn(self) -> Turn | None:
        """The turn that is highlighted in the list while the list has the focus."""
        return self._rows.highlighted if self._rows.has_focus else None

    @on(TurnList.Highlighted)
    def _highlighted(self) -> None:
        # What the message carries may have gone on since it was sent.
        self._show_detail(self._rows.highlighted)

    def _show_detail(self, turn: Turn | None) -> None:
        if turn is None:
            self._detail.update_turn(None, {})
            return
        settled = turn.outcome is not Outcome.OPEN
        rates: Mapping[ModelRef, Rates] = self._charged.rates_of(turn.id) if settled else {}
        compared = self._comparisons.compared_with(turn) if turn.compared else ()
        self._detail.update_turn(turn, rates, compared)
