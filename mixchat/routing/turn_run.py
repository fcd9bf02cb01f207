"""One turn's way through its fallback order."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from msgspec import structs

from mixchat.domain.chat_request import ChatRequest
from mixchat.domain.decision import RoutingDecision
from mixchat.domain.errors import Failure, GuardStopped
from mixchat.domain.events import Notice, Routed, RouterEvent, StreamEnd, TextDelta, UsageUpdate
from mixchat.domain.growing_text import GrowingText
from mixchat.domain.turn import Attempt, Step
from mixchat.domain.usage import Cost
from mixchat.routing.attempt import LiveAttempt
from mixchat.routing.failover import FailOver
from mixchat.routing.fallback_order import explain_no_candidate
from mixchat.routing.request_builder import unfit
from mixchat.routing.services import RoutingServices
from mixchat.routing.slot_queue import SlotQueue

_PLAN = (
    "Write the plan that another model will carry out: what is asked, what matters, the steps in order, and how to "
    "check the result. Be brief and concrete. Do not carry it out."
)
_EXECUTE = "A plan for this, made by another model:\n\n{plan}\n\nAnswer the request above by this plan; do not mention it."


def to_plan(chat_request: ChatRequest, system: str | None) -> ChatRequest:
    """Return the instructions for the model that plans; `system` is the role's own prompt."""
    own = system if chat_request.settings.system is None else chat_request.settings.system
    together = f"{own}\n\n{_PLAN}" if own else _PLAN
    return structs.replace(chat_request, settings=structs.replace(chat_request.settings, system=together))


def to_execute(chat_request: ChatRequest, plan: str) -> ChatRequest:
    """Return the instructions for the model that carries `plan` out."""
    *earlier, last = chat_request.messages
    text = f"{last.text}\n\n{_EXECUTE.format(plan=plan.strip())}"
    return structs.replace(chat_request, messages=(*earlier, structs.replace(last, text=text)))


class TurnRun:
    """Sees one turn through: plans first where the role has two steps, falls over where it may."""

    def __init__(
        self, chat_request: ChatRequest, decision: RoutingDecision, services: RoutingServices
    ) -> None:
        self._chat_request = chat_request
        self._decision = decision
        self._services = services
        self._calls: list[LiveAttempt] = []
        self._plan = GrowingText(chat_request.plan)
        self._failure: Failure | None = None
        self._walk: FailOver | None = None

    @property
    def attempts(self) -> Sequence[Attempt]:
        """Return the calls so far; the one under way is the last, with what it has cost until now."""
        return [attempt for call in self._calls if (attempt := call.snapshot) is not None]

    @property
    def failure(self) -> Failure | None:
        """Return why there is no complete reply, once `events` has ended."""
        return self._failure

    @property
    def extra(self) -> Cost:
        """Return what was spent for this turn outside of its attempts: the judge."""
        return self._decision.spent

    def try_next(self) -> bool:
        """Go on to the next model now; return whether there is one and no word has come yet."""
        return self._walk is not None and self._walk.try_next()

    async def events(self) -> AsyncGenerator[RouterEvent]:
        """Yield what happens; `Routed` first. Cancelling it closes the connection under way.

        A `ProviderError` never escapes: the last event is then `AttemptFailed`, or there was no call at all,
        and `failure` says why.
        """
        yield Routed(self._decision)
        try:
            for step in self._steps():
                failover = self._failover(step)
                if failover is None:
                    return
                async with aclosing(failover.events()) as events:
                    async for event in events:
                        yield self._passed_on(event, step)
                if (notice := self._ended(failover, step)) is not None:
                    yield notice
        except GuardStopped as error:
            self._failure = error.failure

    def _steps(self) -> Sequence[Step]:
        if self._decision.plan is None:
            return ("answer",)
        return ("execute",) if self._plan else ("plan", "execute")

    def _failover(self, step: Step) -> FailOver | None:
        """Return the way along the slots that can take this step; `None`: nobody can, and `failure` says why."""
        chat_request = self._chat_request
        if step == "plan":
            slots = [self._decision.plan] if self._decision.plan else []
            chat_request = to_plan(chat_request, self._decision.system)
        else:
            messages = chat_request.messages
            slots = [
                slot
                for slot in self._decision.fallback_order
                if unfit(slot, messages, self._services) is None
            ]
            if step == "execute" and self._plan:
                chat_request = to_execute(chat_request, str(self._plan))
        if not slots:
            self._failure = explain_no_candidate(self._chat_request, self._decision, self._services)
            return None
        queue = SlotQueue(slots, self._services)
        self._walk = FailOver(
            self._services, chat_request, self._decision, step=step, queue=queue, attempts=self._calls
        )
        return self._walk

    def _passed_on(self, event: RouterEvent, step: Step) -> RouterEvent:
        """Return the event as it goes on: a plan is kept, and its end is not the turn's."""
        if step != "plan":
            return event
        if isinstance(event, TextDelta):
            self._plan.append(event.text)
        return UsageUpdate(event.usage) if isinstance(event, StreamEnd) else event

    def _ended(self, failover: FailOver, step: Step) -> Notice | None:
        """Take in how a step ended. Without a plan the turn goes on, and says so."""
        if step != "plan":
            self._failure = None if failover.answered else failover.failure
            return None
        if failover.answered:
            return None
        self._plan.cut(0)
        why = f": {failover.failure.message}" if failover.failure else "."
        return Notice("info", f"Answered without a plan{why}")
