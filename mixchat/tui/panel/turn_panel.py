"""What the side panel shows: turns, the highlighted one in detail, health and cost."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import ClassVar, Protocol

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.reactive import var
from textual.widgets import Static

from mixchat.classifier.learned import Lesson
from mixchat.domain.model import ModelRef
from mixchat.domain.turn import Outcome, Turn
from mixchat.ledger.dates import days_meant
from mixchat.ledger.rates import Rates
from mixchat.routing.health import Health
from mixchat.tui.panel.cost_plots import DAYS, PLOTTED_TURNS, RoleCosts, TurnCosts
from mixchat.tui.panel.empty_panel import EmptyPanel
from mixchat.tui.panel.health_list import HealthList
from mixchat.tui.panel.tracker import SpendingState, Tracker
from mixchat.tui.panel.turn_detail import TurnDetail
from mixchat.tui.panel.turn_list import TurnList

_PLOTTED = 44
"""Rows of the panel from which there is room for the pictures at its foot."""
TWO_PANES = 74
"""Cells of the panel from which the detail stands beside the turns."""


class ChargedRates(Protocol):
    """Knows the prices that a turn was charged at: the ledger."""

    def rates_of(self, turn: str) -> Mapping[ModelRef, Rates]:
        """Return the prices by model."""
        ...


class SpentByRole(Protocol):
    """Knows what was spent by day and role: the ledger's reports."""

    @property
    def today(self) -> str:
        """The local day, as an ISO date."""
        ...

    def roles_by_day(self, since: str, until: str) -> Mapping[str, Mapping[str, Decimal]]:
        """Return dollars by local day and by role."""
        ...


class TurnFacts(Protocol):
    """Knows what stands beside a turn: the open chats."""

    def compared_with(self, turn: Turn) -> Sequence[Turn]:
        """Return the answers that were asked for at once with this one, itself included."""
        ...

    def taught_by(self, turn: Turn) -> Lesson | None:
        """Return what the router learned from this turn, if that still counts."""
        ...


class TurnPanel(Vertical):
    """What was decided and what it cost."""

    DEFAULT_CSS = """
    TurnPanel #chat-head { height: 1; }
    TurnPanel #chat-title { width: 1fr; height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    TurnPanel #chat-count { width: auto; height: 1; padding: 0 0 0 2; color: $text-muted; }
    TurnPanel #panes { height: 1fr; }
    TurnPanel #first-pane { width: 1fr; height: 1fr; }
    TurnPanel.-two-panes #panes { layout: horizontal; }
    TurnPanel #second-pane { width: 1fr; height: auto; max-height: 50%; }
    TurnPanel #second-pane TurnDetail { max-height: 100%; }
    TurnPanel.-two-panes #second-pane { height: 1fr; max-height: 100%; }
    TurnPanel.-two-panes #second-pane TurnDetail { width: 1fr; height: 1fr; max-height: 100%; margin: 0 0 0 1; }
    TurnPanel.-plotted TurnCosts, TurnPanel.-plotted RoleCosts { display: block; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space", "toggle_detail", "Details", show=False, id="turns.detail"),
        Binding("left", "toggle_detail", "Details", show=False, id="turns.less"),
    ]

    chat_title: var[str] = var("")
    spending: var[SpendingState] = var(SpendingState())

    def __init__(self, health: Health, charged: ChargedRates, spent: SpentByRole, facts: TurnFacts) -> None:
        super().__init__()
        self._charged = charged
        self._spent = spent
        self._facts = facts
        self._title = Static("", id="chat-title", markup=False)
        self._count = Static("", id="chat-count", markup=False)
        self._number = 0
        self._turns: Sequence[Turn] = ()
        self._live: Turn | None = None
        self._is_plotted = False
        self._rows = TurnList()
        self.empty = EmptyPanel()
        """Stands in the place of the turns while there are none."""
        self._detail = TurnDetail()
        self._health = HealthList(health)
        self._turn_costs = TurnCosts()
        self._role_costs = RoleCosts()

    def compose(self) -> ComposeResult:
        """Lay out the parts: what it costs, the turns, and how the chosen one came about."""
        with Vertical(id="panes"):
            with Vertical(id="first-pane"):
                with Horizontal(id="chat-head"):
                    yield from (self._title, self._count)
                yield Tracker().data_bind(TurnPanel.spending)
                yield self._rows
                yield self.empty
                yield self._health
                yield self._turn_costs
            with Vertical(id="second-pane"):
                yield self._detail
                yield self._role_costs

    def on_resize(self, event: events.Resize) -> None:
        """Put the detail beside the turns where there is room for both."""
        wide = event.size.width >= TWO_PANES
        self.set_class(wide, "-two-panes")
        self._detail.all_open = wide
        self._is_plotted = wide and event.size.height >= _PLOTTED
        self._plot()

    def watch_chat_title(self, title: str) -> None:
        """Show the chat's title."""
        self._title.update(title or "New chat")

    def update_turns(self, turns: Sequence[Turn], live: Turn | None = None) -> None:
        """Show these turns; `live` is the last one as it stands while it grows."""
        self._rows.update_turns(turns, live)
        self._rows.display, self.empty.display = bool(turns), not turns
        self._number, self._turns, self._live = len(turns), turns, live
        self._plot()
        self._say_which()
        if self._rows.cursor == len(turns) - 1:
            self._show_detail(self._rows.highlighted)
        self._health.update()

    def _plot(self) -> None:
        """Draw what the last turns and days cost, where there is room for it; days only between two replies."""
        self.set_class(self._is_plotted and bool(self._turns), "-plotted")
        if not self._is_plotted:
            return
        last = self._turns[-PLOTTED_TURNS:]  # no more are read: a chat may have thousands
        self._turn_costs.turns = tuple(last) if self._live is None else (*last[:-1], self._live)
        if self._live is None:
            self._role_costs.days = self._spent.roles_by_day(*days_meant(DAYS, self._spent.today))

    def select(self, turn_id: str | None) -> None:
        """Highlight the row of a turn that was selected in the conversation; with `None` follow the newest."""
        if turn_id is not None:
            self._rows.highlight(turn_id)
        else:
            self._rows.follow()
        self._say_which()

    def action_toggle_detail(self) -> None:
        """Open or close how the chosen turn came about."""
        self._detail.toggle()

    @property
    def chosen_turn(self) -> Turn | None:
        """The turn that was chosen in the list or the conversation; `None`: the newest is followed."""
        return self._rows.chosen

    def _say_which(self) -> None:
        number = f"{self._number} turn{'' if self._number == 1 else 's'}" if self._number else ""
        chosen = f"turn {self._rows.cursor + 1} of {self._number}"
        said = chosen if self._rows.chosen is not None else number
        if (
            said != self._count.content
        ):  # four times a second while a reply comes, and each one lays the screen out
            self._count.update(said)

    @on(TurnList.Highlighted)
    def _highlighted(self) -> None:
        self._say_which()
        # What the message carries may have gone on since it was sent.
        self._show_detail(self._rows.highlighted)

    def _show_detail(self, turn: Turn | None) -> None:
        if turn is None:
            self._detail.update_turn(None, {})
            return
        settled = turn.outcome is not Outcome.OPEN
        rates: Mapping[ModelRef, Rates] = self._charged.rates_of(turn.id) if settled else {}
        compared = self._facts.compared_with(turn) if turn.compared else ()
        self._detail.update_turn(turn, rates, compared, self._facts.taught_by(turn))
