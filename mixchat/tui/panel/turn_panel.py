"""What the side panel shows: turns, the lit one in detail, health and cost."""

from collections.abc import Callable, Mapping, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from mixchat.domain.model import ModelRef
from mixchat.domain.turn import Outcome, Turn
from mixchat.ledger.rates import Rates
from mixchat.routing.health import State
from mixchat.tui.panel.health_list import HealthList
from mixchat.tui.panel.tracker import SpendingState, Tracker
from mixchat.tui.panel.turn_detail import TurnDetail
from mixchat.tui.panel.turn_list import TurnList


class TurnPanel(Vertical):
    """What was decided and what it cost."""

    DEFAULT_CSS = "TurnPanel > Static { height: 1; }"

    def __init__(
        self,
        read_health: Callable[[], Mapping[ModelRef, State]],
        read_rates: Callable[[str], Mapping[ModelRef, Rates]],
        read_compared: Callable[[Turn], Sequence[Turn]],
        tell_resting: Callable[[str], None],
    ) -> None:
        super().__init__()
        self._read_rates = read_rates
        self._read_compared = read_compared
        self._title = Static("", id="chat-title", markup=False)
        self._rows = TurnList()
        self._detail = TurnDetail()
        self._health = HealthList(read_health, tell_resting)
        self._tracker = Tracker()

    def compose(self) -> ComposeResult:
        """Lay out the parts, the turns first, the cost at the foot."""
        yield from (self._title, self._rows, self._detail, self._health, self._tracker)

    def tell_title(self, title: str) -> None:
        """Show the chat's title."""
        self._title.update(title or "New chat")

    def tell_turns(self, turns: Sequence[Turn], live: Turn | None = None) -> None:
        """Show these turns; `live` is the last one as it stands while it grows."""
        self._rows.tell(turns, live)
        if self._rows.cursor == len(turns) - 1:
            self._tell_detail(self._rows.lit)
        self._health.look()

    def select(self, turn_id: str | None) -> None:
        """Light the row of a turn that was selected in the conversation."""
        if turn_id is not None:
            self._rows.light(turn_id)

    @property
    def focused_turn(self) -> Turn | None:
        """The turn that is lit in the list while the list has the focus."""
        return self._rows.lit if self._rows.has_focus else None

    def tell_spending(self, spending: SpendingState) -> None:
        """Show these sums."""
        self._tracker.tell(spending)

    @on(TurnList.Selected)
    def _selected(self) -> None:
        # What the message carries may have gone on since it was sent.
        self._tell_detail(self._rows.lit)

    def _tell_detail(self, turn: Turn | None) -> None:
        if turn is None:
            self._detail.tell(None, {})
            return
        settled = turn.outcome is not Outcome.OPEN
        rates: Mapping[ModelRef, Rates] = self._read_rates(turn.id) if settled else {}
        self._detail.tell(turn, rates, self._read_compared(turn) if turn.compared else ())
