"""The figures of the turn under way, kept up to date beside the conversation."""

from collections.abc import Callable

from textual.timer import Timer

from mixchat.chat.chat import Chat
from mixchat.tui.bookkeeping import Bookkeeping, written
from mixchat.tui.live_turn import LiveTurn
from mixchat.tui.side.turn_panel import TurnPanel
from mixchat.tui.status_line import StatusLine
from mixchat.tui.transcript import Transcript
from mixchat.words.clock import Clock
from mixchat.words.event import ChatEvent, Rerouted, Routed, Started
from mixchat.words.turn import Turn

_TICK = 0.5


class LiveFigures:
    """Watches a turn and tells panel, status line and header what it has cost so far, twice a second."""

    def __init__(
        self,
        chat: Callable[[], Chat],
        books: Bookkeeping,
        clock: Clock,
        shown_on: tuple[TurnPanel, StatusLine, Transcript],
    ) -> None:
        self._chat = chat
        self._books = books
        self._clock = clock
        self._panel, self._status, self._transcript = shown_on
        self._live: LiveTurn | None = None
        self._timer: Timer | None = None

    def begin(self, turn: Turn) -> None:
        """Start to count."""
        self._live = LiveTurn(turn, self._clock, self._books.so_far, written(self._chat()) // 4)
        self._panel.tell_title(self._chat().record.title)
        if self._timer is None:
            self._timer = self._panel.set_interval(_TICK, self._tick)
        self._tick()

    def show(self, event: ChatEvent) -> None:
        """Count what happens; a change of model shows at once."""
        if self._live is not None:
            self._live.show(event)
            if isinstance(event, Routed | Started | Rerouted):
                self._tick()

    def settle(self, turn: Turn) -> None:
        """Show the sums as they were written down, and rest."""
        self._live = None
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self.refresh()

    def refresh(self) -> None:
        """Show the chat's figures as they are."""
        chat = self._chat()
        self._panel.tell_title(chat.record.title)
        self._panel.tell_turns(chat.turns)
        self._tell(None)

    def _tick(self) -> None:
        if self._live is None:
            return
        turn = self._live.turn
        self._panel.tell_turns(self._chat().turns, turn)
        self._transcript.running(turn.cost if turn.attempts else None)
        self._tell(turn)

    def _tell(self, turn: Turn | None) -> None:
        spending = self._books.spending(self._chat(), turn)
        self._panel.tell_spending(spending)
        self._status.tell_spending(spending)
