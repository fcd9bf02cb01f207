"""Folding what comes up from the router into the turn that is kept."""

from collections.abc import Sequence

from msgspec import structs

from mixchat.domain.decision import RoutingDecision
from mixchat.domain.events import (
    AttemptFailed,
    AttemptStarted,
    Notice,
    Routed,
    RouterEvent,
    StreamEnd,
    TextDelta,
    ThinkingDelta,
)
from mixchat.domain.model import ModelRef
from mixchat.domain.turn import Attempt, Citation, Outcome, Seam, Step, Stop, Turn
from mixchat.domain.usage import Cost

_KEPT_NOTICES = ("left_out", "parameter", "info")


class TurnBuilder:
    """Grows one turn, event by event. It starts from `turn`, whose text is kept and continued."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._reply = [turn.reply] if turn.reply else []
        self._thinking = [turn.thinking] if turn.thinking else []
        self._plan = [turn.plan] if turn.plan else []
        self._length = len(turn.reply)
        self._step: Step = "answer"
        self._citations = dict.fromkeys(turn.citations)
        self._notices = list(turn.notices)
        self._seams = list(turn.seams)
        self._decision: RoutingDecision | None = turn.decision
        self._stop: Stop | None = None
        self._seam_due: str | None = None
        if turn.reply:
            self._seam_due = turn.failure.message if turn.failure else "stopped"

    def apply(self, event: RouterEvent) -> None:
        """Take one event in."""
        match event:
            case TextDelta() | ThinkingDelta():
                self._write(event)
            case AttemptStarted(seat, _, step):
                self._step = step
                self._join(seat.ref)
            case Routed(decision):
                self._route(decision)
            case Citation():
                self._citations[event] = None
            case Notice(kind, text) if kind in _KEPT_NOTICES:
                self._notices.append(text)
            case StreamEnd() | AttemptFailed():
                self._stop = event.stop if isinstance(event, StreamEnd) else None
            case _:
                pass

    def _route(self, decision: RoutingDecision) -> None:
        """Keep the decision. Going on in the same role says nothing new, so the first one's reasons stay."""
        known = self._decision
        if not self._turn.reply or known is None or known.role is None or known.role != decision.role:
            self._decision = decision

    def _write(self, event: TextDelta | ThinkingDelta) -> None:
        if isinstance(event, ThinkingDelta):
            self._thinking.append(event.text)
        elif self._step == "plan":
            self._plan.append(event.text)
        else:
            self._reply.append(event.text)
            self._length += len(event.text)

    def _join(self, ref: ModelRef) -> None:
        """Mark the place where a reply that was cut off goes on, once the next call begins."""
        if self._seam_due is not None:
            self._seams = [seam for seam in self._seams if seam.offset != self._length]
            self._seams.append(Seam(self._length, ref, self._seam_due))

    @property
    def began(self) -> bool:
        """Whether anything came that a reader could have seen."""
        return bool(self._reply or self._thinking or self._plan)

    @property
    def length(self) -> int:
        """The reply's length so far, in characters."""
        return self._length

    def turn(self, outcome: Outcome, attempts: Sequence[Attempt], extra: Cost) -> Turn:
        """Return the turn as it stands, with the attempts made since this fold began."""
        before = self._turn
        return structs.replace(
            before,
            decision=self._decision,
            plan="".join(self._plan),
            thinking="".join(self._thinking),
            reply="".join(self._reply),
            seams=tuple(
                seam for seam in self._seams if seam.offset < self._length or outcome is Outcome.OPEN
            ),
            citations=tuple(self._citations),
            notices=tuple(self._notices),
            attempts=(*before.attempts, *attempts),
            extra=before.extra + extra,
            outcome=outcome,
            stop=self._stop if outcome is Outcome.COMPLETE else None,
            failure=None,
        )
