"""One model's answer to a prompt that others answer beside it."""

from decimal import Decimal

from msgspec import structs
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from mixchat.domain.chat_request import Pin
from mixchat.domain.clock import Clock
from mixchat.domain.events import ChatEvent, TurnAccepted, TurnFailed, TurnFinished
from mixchat.domain.live_turn import LiveTurn
from mixchat.domain.turn import Outcome, Turn
from mixchat.domain.usage import FREE, Cost
from mixchat.tui.chat.answer_head import AnswerHead, AnswerState, Rank
from mixchat.tui.chat.turn_activity import TurnActivity
from mixchat.tui.transcript import Transcript

_ENDS = {Outcome.COMPLETE: "done", Outcome.STOPPED: "stopped", Outcome.FAILED: "failed", Outcome.OPEN: ""}


class AnswerColumn(Vertical):
    """A head and a transcript of one turn, whose prompt is not repeated.

    Args:
        number: counts from 1; the key that picks it.
        pin: who is asked.
        role: who is asked, or the first that names the model.
        colour: the role whose colour it has.
        clock: where times come from.
        turn: an answer that is there already.
    """

    DEFAULT_CSS = """
    AnswerColumn { width: 1fr; height: 1fr; }
    AnswerColumn.-tall AnswerHead { height: 8; }
    AnswerColumn.-shut, AnswerColumn.-shut AnswerHead { height: 1; }
    AnswerColumn.-shut Transcript { display: none; }
    """

    class Opened(Message):
        """The head was clicked."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(
        self,
        number: int,
        pin: Pin,
        role: str | None,
        colour: str | None,
        clock: Clock,
        turn: Turn | None = None,
    ) -> None:
        super().__init__()
        self.number = number
        self.turn: Turn | None = turn
        """The turn as it was accepted or settled; `None`: nothing began, or it was taken back."""
        self.pin = pin
        """Who is asked."""
        self._role = role
        self.colour = colour
        """The role whose colour it has; no other column has it."""
        self._clock = clock
        self._activity: TurnActivity | None = None
        self._live: LiveTurn | None = None
        self._shown: Turn | None = None
        """The turn as it was looked at last."""
        self._rank = Rank()
        self._head = AnswerHead()
        self._text = Transcript()

    def compose(self) -> ComposeResult:
        """Lay out the head and the answer."""
        yield self._head
        yield self._text

    def on_mount(self) -> None:
        """Say who is asked, and show the answer if it is there already."""
        if self.turn is not None and not self.writes:
            self._text.load([self._bare(self.turn)])
        self.tick()

    def again(self) -> "AnswerColumn":
        """Return a column with the same answer: one that was taken off the screen cannot come back itself."""
        return AnswerColumn(self.number, self.pin, self._role, self.colour, self._clock, self.turn)

    @property
    def name_asked(self) -> str:
        """Who is asked, in a word."""
        return self.pin.slot.ref.model if self.pin.slot else self.pin.name

    def ask(self, pin: Pin, role: str | None) -> None:
        """Forget an answer that did not come; this one is asked in its place."""
        self.pin, self._role = pin, role
        self.turn, self._live, self._activity = None, None, None
        self._text.clear()
        self.tick()

    @property
    def writes(self) -> bool:
        """Whether the answer is still coming."""
        return self._live is not None

    def show(self, event: ChatEvent) -> None:
        """Take in what happens to the answer."""
        if isinstance(event, TurnAccepted):
            self.turn = event.turn
            self._live = event.live
            self._activity = TurnActivity(event.live, self._clock)
            self._text.begin(self._bare(event.turn), event.live)
        elif isinstance(event, TurnFinished | TurnFailed):
            self.settle(event.turn)
        else:
            self._text.show(event)

    def settle(self, turn: Turn | None) -> None:
        """Show the answer as it ended; with `None` nothing had come and it was taken back."""
        if turn is None and self.turn is not None:
            self._text.clear()
        self.turn, self._live, self._activity = turn, None, None
        if turn is not None:
            self._text.settle(self._bare(turn))
        self.tick()

    def tick(self) -> None:
        """Show how far it is and what it has cost so far."""
        turn = self.turn
        if self._live is not None:
            turn = self._live.snapshot()
            self._text.update_figures(turn)
        self._shown = turn
        self._update_head()

    @property
    def cost(self) -> Decimal | None:
        """Dollars that the answer has cost so far, where that is known and something has come."""
        shown = self._shown
        came = shown is not None and bool(shown.attempts) and (not self.writes or bool(shown.usage.output))
        return shown.cost.usd if shown is not None and came else None

    @property
    def spent(self) -> Cost:
        """What the answer has cost so far, known or not."""
        return self._shown.cost if self._shown is not None and self._shown.attempts else FREE

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return self._shown.seconds if self._shown is not None else 0.0

    def rank(self, rank: Rank) -> None:
        """Show how the answer stands beside the others."""
        if rank != self._rank:
            self._rank = rank
            self._update_head()

    def _update_head(self) -> None:
        turn, activity = self._shown, self._activity
        asked = turn is not None and bool(turn.attempts)
        if activity is not None:
            state, beside = activity.state, activity.beside().replace(self.name_asked, "").strip()
        else:
            state, beside = _ENDS[turn.outcome] if turn is not None else "", ""
        self._head.update(
            AnswerState(
                number=self.number,
                model=turn.ref.model if turn is not None and turn.ref else self.name_asked,
                role=self._role,
                colour=self.colour,
                state=state,
                beside=beside,
                cost=self._cost_shown,
                tokens=turn.charged.output if turn is not None and asked else None,
                seconds=self.seconds if asked else 0.0,
                rank=self._rank,
                ended=activity is None,
            )
        )

    @property
    def _cost_shown(self) -> Cost | None:
        """What the answer has cost; none where nothing came, which is not free but cost nothing."""
        turn = self._shown
        if turn is None or not turn.attempts or (not turn.cost.usd and not turn.reply):
            return None
        return turn.cost if turn.cost.usd or not self.writes else None

    def _bare(self, turn: Turn) -> Turn:
        """Return the turn in the column's colour, without its prompt, which stands above all answers."""
        return structs.replace(turn, prompt="", files=(), corrected=self.colour)

    def on_click(self) -> None:
        """Open this answer where only one is open."""
        self.post_message(self.Opened(self.number))
