"""One model's answer to a prompt that others answer beside it."""

from msgspec import structs
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from mixchat.domain.chat_request import Pin
from mixchat.domain.clock import Clock
from mixchat.domain.events import ChatEvent, TurnAccepted, TurnFailed, TurnFinished
from mixchat.domain.live_turn import LiveTurn
from mixchat.domain.turn import Outcome, Turn
from mixchat.tui import formatting
from mixchat.tui.chat.turn_activity import TurnActivity
from mixchat.tui.themes import role_variable
from mixchat.tui.transcript import Transcript

_ENDS = {Outcome.COMPLETE: "", Outcome.STOPPED: "stopped", Outcome.FAILED: "failed", Outcome.OPEN: ""}


class AnswerHead(Widget):
    """Above an answer: its number and who answers, and below that how far it is; a click opens it."""

    DEFAULT_CSS = "AnswerHead { height: 2; width: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self._who = Content()
        self._facts = Content()

    def update(self, who: Content, facts: Content) -> None:
        """Show these words."""
        if (who, facts) != (self._who, self._facts):
            self._who, self._facts = who, facts
            self.refresh()

    def render(self) -> Content:
        """Return both rows, or one of both together."""
        rows = [self._who, self._facts]
        if self.size.height < len(rows):
            rows = [Content.assemble(self._who, "  ", self._facts)]
        return Content("\n").join(row.truncate(self.size.width, ellipsis=True) for row in rows)


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
        self._head.update(self._who(turn), self._facts(turn))

    def _who(self, turn: Turn | None) -> Content:
        colour = role_variable(self.colour)
        model = turn.ref.model if turn is not None and turn.ref else self.name_asked
        return Content.assemble(
            (f" {self.number} ", f"$ink on {colour} bold"),
            (f" {model}", "bold"),
            (f"  {self._role}", colour) if self._role else "",
        )

    def _facts(self, turn: Turn | None) -> Content:
        if turn is None:
            return Content()
        doing = (
            self._activity.words().replace(f" for {self.name_asked}", "")
            if self._activity is not None
            else _ENDS[turn.outcome]
        )
        facts = [formatting.seconds(turn.seconds), formatting.money(turn.cost)] if turn.attempts else []
        if doing.endswith(" s"):
            facts = facts[1:]
        return Content.styled(" · ".join(filter(None, (*facts, doing))), "$text-muted")

    def _bare(self, turn: Turn) -> Turn:
        """Return the turn in the column's colour, without its prompt, which stands above all answers."""
        return structs.replace(turn, prompt="", files=(), corrected=self.colour)

    def on_click(self) -> None:
        """Open this answer where only one is open."""
        self.post_message(self.Opened(self.number))
