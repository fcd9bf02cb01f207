"""Four times a second what the turn under way does, and what it has cost so far."""

from msgspec import structs
from textual.timer import Timer

from mixchat.domain.events import (
    AttemptStarted,
    ChatEvent,
    FailedOver,
    Routed,
    StreamEnd,
    TextDelta,
    ThinkingDelta,
)
from mixchat.domain.live_turn import Doing, LiveTurn
from mixchat.domain.turn import Turn
from mixchat.domain.usage import Cost
from mixchat.tui.chat.open_chats import OpenChats
from mixchat.tui.chat.spending_view import SpendingView
from mixchat.tui.chat.status_line import StatusLine
from mixchat.tui.chat.top_line import TopLine
from mixchat.tui.chat.turn_activity import TurnActivity
from mixchat.tui.panel.turn_panel import TurnPanel
from mixchat.tui.transcript import Transcript

_TICK = 0.25


class LiveTotals:
    """Watches a turn and tells panel, first and last line and header how it goes, four times a second."""

    def __init__(
        self,
        chats: OpenChats,
        spending: SpendingView,
        shown_on: tuple[TurnPanel, TopLine, StatusLine, Transcript],
    ) -> None:
        self._chats = chats
        self._spending = spending
        self._panel, self._top, self._status, self._transcript = shown_on
        self._live: LiveTurn | None = None
        self._activity: TurnActivity | None = None
        self._asks = ("", "")
        """What waits for a person, and about what."""
        self._figure: tuple[Cost | None, str] = (None, "")
        """What the large figure shows meanwhile, if not the newest turn's cost, and what that is."""
        self._idle = self._missing = ""
        self._doing: Doing = "routing"
        """What the turn did when that was last looked at."""
        self._timer: Timer | None = None

    def begin(self, turn: Turn, live: LiveTurn) -> None:
        """Start to look."""
        self._live, self._activity = live, TurnActivity(live, self._spending.clock)
        self._doing = live.activity.doing
        self._asks, self._figure = ("", ""), (None, "")
        self._status.busy, self._status.note = True, ""
        self._panel.chat_title = self._chats.chat.record.title
        if self._timer is None:
            self._timer = self._panel.set_interval(_TICK, self._tick)
        self._tick()

    def show(self, event: ChatEvent) -> None:
        """Look at once when the model changes or the turn does something else; a first word is painted before."""
        if self._live is None:
            return
        before, self._doing = self._doing, self._live.activity.doing
        if isinstance(event, TextDelta | ThinkingDelta):
            if self._doing != before:
                self._panel.call_after_refresh(self._tick)
        elif self._doing != before or isinstance(event, Routed | AttemptStarted | FailedOver | StreamEnd):
            self._tick()

    def settle(self, turn: Turn) -> None:
        """Show the sums as they were written down, and rest."""
        self._forget()
        self.refresh()

    def _forget(self) -> None:
        self._live = self._activity = None
        self._status.busy, self._status.next_model = False, ""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def ask(self, state: str, about: str = "", figure: Cost | None = None, of: str = "") -> None:
        """Show that something waits for a person, with a figure and what that is; without a word, that nothing does."""
        self._asks, self._figure = (state, about), (figure, of)
        if self._live is None:
            self._update_spending(None)

    @property
    def idle(self) -> str:
        """What can be asked, in words; it stands beside the state of an empty chat."""
        return self._idle

    @idle.setter
    def idle(self, words: str) -> None:
        self._idle = words
        if self._live is None:
            self.refresh()

    def lack(self, what: str) -> None:
        """Show what is missing before anything can be sent; empty: nothing is."""
        self._missing = what
        if self._live is None:
            self.refresh()

    def refresh(self) -> None:
        """Show the chat's figures as they are."""
        chat = self._chats.chat
        if self._live is not None and self._live.snapshot().chat != chat.id:
            self._forget()
        self._panel.chat_title = chat.record.title
        self._panel.update_turns(chat.turns)
        if not chat.turns:
            self._panel.empty.recent = self._spending.recent_chats(chat)
        self._update_spending(None)

    def _tick(self) -> None:
        if self._live is None:
            return
        turn = self._live.snapshot()
        self._panel.update_turns(self._chats.chat.turns, turn)
        self._transcript.update_figures(turn)
        self._update_spending(turn)

    def _update_spending(self, turn: Turn | None) -> None:
        spending = self._spending.spending(self._chats.chat, turn)
        if turn is not None and self._activity is not None:
            state, beside = self._activity.state, self._activity.beside()
            spending = structs.replace(spending, state=state, beside=beside)
            self._status.next_model = self._activity.next_model
        elif self._asks[0]:
            (asks, about), (figure, of) = self._asks, self._figure
            spending = structs.replace(spending, asks=asks, beside=about)
            if figure is not None:
                spending = structs.replace(spending, turn=figure, of=of)
        elif spending.newest is None:
            spending = structs.replace(spending, beside=self._idle)
        spending = structs.replace(spending, missing=self._missing)
        self._panel.spending = spending
        self._top.spending = spending
