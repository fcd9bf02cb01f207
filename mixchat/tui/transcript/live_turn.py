"""The turn that is under way, folded from its events into what is to be read of it."""

from msgspec import structs

from mixchat.domain.clock import Clock
from mixchat.domain.errors import ERRORS
from mixchat.domain.events import (
    AttemptFailed,
    AttemptStarted,
    ChatEvent,
    FailedOver,
    Notice,
    Retrying,
    Routed,
    TextDelta,
    ThinkingDelta,
)
from mixchat.domain.model import ModelRef
from mixchat.domain.plain_text import one_line, sanitize
from mixchat.domain.turn import Citation, Seam, Turn
from mixchat.domain.usage import Cost
from mixchat.tui import formatting
from mixchat.tui.transcript.turn_summary import TurnSummary, hop_words, role_title, summarize_turn


def placed_seams(turn: Turn) -> list[Seam]:
    """Return a turn's seams with their offsets in the cleaned text of its reply."""
    if not turn.seams or (turn.reply.isascii() and "\r" not in turn.reply):
        return list(turn.seams)
    return [structs.replace(seam, offset=len(sanitize(turn.reply[: seam.offset]))) for seam in turn.seams]


class LiveTurnView:
    """What is known of a turn so far. Text of the reply goes to its own document.

    Args:
        turn: the open turn; a reply that it has already is continued.
        clock: tells how long it thinks.
    """

    def __init__(self, turn: Turn, clock: Clock) -> None:
        self.turn = turn
        self.cost: Cost | None = None
        self.seams = placed_seams(turn)
        """Each with its offset in the cleaned text of the reply."""
        self.seconds: float | None = None
        """How long it has thought, once it did."""
        self._clock = clock
        self._ref: ModelRef | None = None
        self._step = "answer"
        self._phase = "routing"
        self._hops: list[str] = []
        self._notices: list[str] = []
        self._thinking: list[str] = []
        self._plan: list[str] = []
        self._citations = dict.fromkeys(turn.citations)
        self._began: float | None = None
        self._length = len(sanitize(turn.reply))
        self._ends_in_return = turn.reply.endswith("\r")
        self._cut = turn.failure.message if turn.failure else "stopped"

    def show(self, event: ChatEvent) -> str:
        """Take one event in and return what it adds to the reply."""
        match event:
            case TextDelta(text):
                return self._text(text)
            case ThinkingDelta(text):
                self._think(text)
            case Routed(decision):
                self.turn = structs.replace(self.turn, decision=decision)
            case AttemptStarted(seat, _, step):
                self._start(seat.ref, step)
            case Citation():
                self._citations[event] = None
            case Notice(_, text):
                self._notices.append(one_line(text))
            case _:
                self._trouble(event)
        return ""

    def _trouble(self, event: ChatEvent) -> None:
        match event:
            case Retrying(ref, wait, failure):
                again = f"again in {formatting.seconds(wait)}"
                self._hops.append(hop_words(ref.model, failure, again))
            case FailedOver(source, target, failure):
                self._hops.append(hop_words(source.model, failure, target.model))
            case AttemptFailed(failure):
                self._cut = ERRORS[failure.code].title.casefold()
            case _:
                pass

    def _text(self, text: str) -> str:
        if self._began is not None and self._phase == "thinking":
            self.seconds = self._clock.monotonic() - self._began
        self._phase = "planning" if self._step == "plan" else "writing"
        if self._step == "plan":
            self._plan.append(text)
            return ""
        if text:
            joined = self._ends_in_return and text.startswith("\n")
            self._length += len(text) - text.count("\r\n") - joined
            self._ends_in_return = text.endswith("\r")
        return text

    def _think(self, text: str) -> None:
        now = self._clock.monotonic()
        self._began = now if self._began is None else self._began
        self._phase, self.seconds = "thinking", now - self._began
        self._thinking.append(text)

    def _start(self, ref: ModelRef, step: str) -> None:
        self._ref, self._step = ref, step
        self._phase = "planning" if step == "plan" else "waiting"
        if self._length and step != "plan":
            self.seams = [seam for seam in self.seams if seam.offset != self._length]
            self.seams.append(Seam(self._length, ref, self._cut))

    def summary(self, suffix: str) -> TurnSummary:
        """Return what is to be read at the moment."""
        base = summarize_turn(self.turn, suffix, None)
        role, title = role_title(self.turn)
        model = (one_line(self._ref.model),) if self._ref else ()
        cost = (formatting.money(self.cost),) if self.cost else ()
        thinking = base.thinking + sanitize("".join(self._thinking))
        return structs.replace(
            base,
            role=role,
            title=title,
            facts=(*model, *cost, self._phase),
            hops=(*base.hops, *self._hops),
            notices=(*base.notices, *self._notices),
            thinking=thinking,
            thought=self._thought(thinking),
            plan=base.plan + sanitize("".join(self._plan)),
            planned=base.planned if base.plan else f"plan by {model[0]}" if model else "plan",
            citations=tuple(self._citations),
            failure="",
            help="",
            stopped=False,
        )

    def _thought(self, thinking: str) -> str:
        if not thinking:
            return ""
        if self._phase != "thinking":
            return f"thought for {formatting.seconds(self.seconds or 0.0)}"
        latest = one_line(thinking[-400:].rstrip().rpartition("\n")[2])
        return f"thinking {formatting.seconds(self.seconds or 0.0)} · {latest}"
