"""The side panel: turns, the lit one in detail, health and cost."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from mixchat.routing.health import State
from mixchat.tui.side.health_list import HealthList
from mixchat.tui.side.spending import Spending
from mixchat.tui.side.tracker import Tracker
from mixchat.tui.side.turn_detail import TurnDetail
from mixchat.tui.side.turn_list import TurnList
from mixchat.words.model import ModelRef
from mixchat.words.turn import Turn

NARROWEST: Final = 30
WIDEST: Final = 90
_STEP: Final = 4


class SidePanel(Vertical):
    """What was decided and what it cost, beside the conversation."""

    DEFAULT_CSS = """
    SidePanel { width: 44; height: 1fr; }
    SidePanel > Static { height: 1; }
    """

    def __init__(self, read_health: Callable[[], Mapping[ModelRef, State]]) -> None:
        super().__init__()
        self._health = HealthList(read_health)
        self._dragged = False

    def compose(self) -> ComposeResult:
        """Lay out the parts, the turns first, the cost at the foot."""
        yield Static("", id="chat-title", markup=False)
        yield TurnList()
        yield TurnDetail()
        yield self._health
        yield Tracker()

    def tell_title(self, title: str) -> None:
        """Show the chat's title."""
        self.query_one("#chat-title", Static).update(title or "New chat")

    def tell_turns(self, turns: Sequence[Turn], live: Turn | None = None) -> None:
        """Show these turns; `live` is the last one as it stands while it grows."""
        rows = self.query_one(TurnList)
        rows.tell(turns, live)
        if rows.cursor == len(turns) - 1:
            self.query_one(TurnDetail).tell(rows.turn(rows.cursor))
        self._health.look()

    def select(self, turn_id: str | None) -> None:
        """Light the row of a turn that was selected in the conversation."""
        if turn_id is not None:
            self.query_one(TurnList).light(turn_id)

    def tell_spending(self, spending: Spending) -> None:
        """Show these sums."""
        self.query_one(Tracker).tell(spending)

    def widen(self, steps: int) -> None:
        """Give the panel more room, or with a negative number less."""
        self._resize(self.size.width + steps * _STEP)

    def _resize(self, width: int) -> None:
        most = max(NARROWEST, min(WIDEST, self.screen.size.width // 2))
        self.styles.width = min(max(width, NARROWEST), most)

    @on(TurnList.Selected)
    def _selected(self, event: TurnList.Selected) -> None:
        self.query_one(TurnDetail).tell(event.turn)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the left edge."""
        if event.x == 0:
            self._dragged = True
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Follow the mouse with the edge."""
        if self._dragged:
            self._resize(self.region.right - int(event.screen_x))

    def on_mouse_up(self) -> None:
        """Let go of the edge."""
        if self._dragged:
            self._dragged = False
            self.release_mouse()
