"""The one place where a turn's events are folded into what it is so far."""

from collections.abc import Sequence

from msgspec import structs

from mixchat.domain.clock import Clock
from mixchat.domain.decision import RoutingDecision
from mixchat.domain.events import (
    AttemptFailed,
    AttemptStarted,
    FailedOver,
    Notice,
    Retrying,
    Routed,
    RouterEvent,
    StreamEnd,
    TextDelta,
    ThinkingDelta,
)
from mixchat.domain.growing_text import GrowingText
from mixchat.domain.live_turn import Activity, Doing
from mixchat.domain.model import ModelRef
from mixchat.domain.router import Run
from mixchat.domain.turn import Citation, Outcome, Seam, Step, Stop, Turn

_KEPT_NOTICES = ("left_out", "parameter", "info")


class TurnBuilder:
    """Grows one turn, event by event; implements `mixchat.domain.live_turn.LiveTurn`.

    It starts from `turn`, whose text is kept and continued. The calls are not folded here: they are the run's, with
    the ledger's figures, and are read from it with each snapshot.
    """

    def __init__(self, turn: Turn, clock: Clock) -> None:
        self.reply = GrowingText(turn.reply)
        self.thinking = GrowingText(turn.thinking)
        self.plan = GrowingText(turn.plan)
        self.activity: Activity = Activity(since=clock.monotonic())
        self.thought_seconds: float | None = None
        self._turn = turn
        self._clock = clock
        self._run: Run | None = None
        self._step: Step = "answer"
        self._citations = dict.fromkeys(turn.citations)
        self._notices: list[Notice] = []
        self._seams = list(turn.seams)
        self._decision: RoutingDecision | None = turn.decision
        self._stop: Stop | None = None
        self._thinking_before = len(turn.thinking)
        """Length of the thinking when the call under way began."""
        self._seam_due: str | None = None
        if turn.reply:
            self._seam_due = turn.failure.message if turn.failure else "stopped"

    def follow(self, run: Run) -> None:
        """Read the calls, with what they cost, from `run`."""
        self._run = run

    def apply(self, event: RouterEvent) -> None:
        """Take one event in."""
        match event:
            case TextDelta(text):
                (self.plan if self._step == "plan" else self.reply).append(text)
                self._enter("planning" if self._step == "plan" else "writing")
            case ThinkingDelta(text):
                self.thinking.append(text)
                self._think()
            case Citation():
                self._citations[event] = None
            case Notice():
                self._note(event)
            case StreamEnd(stop=stop):
                self._stop = stop
            case _:
                self._follow_call(event)

    def _follow_call(self, event: RouterEvent) -> None:
        match event:
            case Routed(decision):
                self._route(decision)
            case AttemptStarted(slot, _, step, then):
                self._begin(slot.ref, step, then)
            case AttemptFailed():
                self._stop = None
                self._enter("routing")
            case Retrying(ref, wait, failure):
                self._forget_thoughts()
                self._enter("pausing", ref)
                self.activity = structs.replace(
                    self.activity, until=self.activity.since + wait, failure=failure
                )
            case FailedOver(source, target):
                self._forget_thoughts()
                self._enter("waiting", target, instead_of=source)
            case _:
                pass

    def _route(self, decision: RoutingDecision) -> None:
        """Keep the decision. Going on in the same role says nothing new, so the first one's reasons stay."""
        known = self._decision
        if not self._turn.reply or known is None or known.role is None or known.role != decision.role:
            self._decision = decision
        if decision.plan is None and not self._turn.reply:
            self.plan.cut(0)

    def _begin(self, ref: ModelRef, step: Step, then: ModelRef | None) -> None:
        before = self.activity.instead_of if self.activity.ref == ref else None
        self._step = step
        self._thinking_before = len(self.thinking)
        self._enter("waiting", ref, instead_of=before, then=then)
        if self._seam_due is not None:
            length = len(self.reply)
            self._seams = [seam for seam in self._seams if seam.offset != length]
            self._seams.append(Seam(length, ref, self._seam_due))

    def _note(self, notice: Notice) -> None:
        self._notices.append(notice)
        if notice.kind == "loading":
            self._enter("loading", text=notice.text)

    def _think(self) -> None:
        self._enter("thinking")
        self.thought_seconds = self._clock.monotonic() - self.activity.since

    def _forget_thoughts(self) -> None:
        """Drop what the model that failed has thought: the next one thinks for itself."""
        self.thinking.cut(self._thinking_before)
        if not self.thinking:
            self.thought_seconds = None

    def _enter(
        self,
        doing: Doing,
        ref: ModelRef | None = None,
        *,
        instead_of: ModelRef | None = None,
        then: ModelRef | None = None,
        text: str = "",
    ) -> None:
        """Note what it does now; with every further word it does the same, so that costs nothing."""
        now = self.activity
        if now.doing != doing or ref not in (None, now.ref) or text != now.text:
            self.activity = Activity(
                doing=doing,
                since=self._clock.monotonic(),
                ref=ref or now.ref,
                instead_of=instead_of,
                then=then,
                text=text,
            )
        elif doing == "waiting":
            self.activity = structs.replace(now, instead_of=instead_of, then=then)

    @property
    def began(self) -> bool:
        """Whether anything came that a reader could have seen."""
        planned = len(self.plan) > len(self._turn.plan)
        return bool(self.reply or self.thinking or planned)

    @property
    def notices(self) -> Sequence[str]:
        """What is worth knowing, those included that are only of the moment."""
        return [*self._turn.notices, *(notice.text for notice in self._notices)]

    def snapshot(self) -> Turn:
        """Return the turn as it stands, all but the three texts; see `LiveTurn.snapshot`."""
        before, run = self._turn, self._run
        kept = (notice.text for notice in self._notices if notice.kind in _KEPT_NOTICES)
        return structs.replace(
            before,
            decision=self._decision,
            seams=tuple(self._seams),
            citations=tuple(self._citations),
            notices=(*before.notices, *kept),
            attempts=(*before.attempts, *run.attempts) if run else before.attempts,
            extra=before.extra + run.extra if run else before.extra,
            failure=None,
        )

    def turn(self, outcome: Outcome) -> Turn:
        """Return the whole turn, to be saved."""
        length = len(self.reply)
        seams = [seam for seam in self._seams if seam.offset < length or outcome is Outcome.OPEN]
        return structs.replace(
            self.snapshot(),
            plan=str(self.plan),
            thinking=str(self.thinking),
            reply=str(self.reply),
            seams=tuple(seams),
            outcome=outcome,
            stop=self._stop if outcome is Outcome.COMPLETE else None,
        )
