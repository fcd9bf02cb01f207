"""One turn's way through its line-up."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from msgspec import structs

from mixchat.domain.chat_request import ChatRequest
from mixchat.domain.decision import RoutingDecision
from mixchat.domain.errors import Failure, GuardStopped
from mixchat.domain.events import Notice, Routed, RouterEvent, StreamEnd, TextDelta, UsageUpdate
from mixchat.domain.stack import Seat
from mixchat.domain.turn import Attempt, Step
from mixchat.domain.usage import Cost
from mixchat.routing.failover import FailOver, SeatQueue
from mixchat.routing.lineup import explain_no_candidate
from mixchat.routing.request_builder import unfit
from mixchat.routing.services import RoutingServices

_PLAN = (
    "Write the plan that another model will carry out: what is asked, what matters, the steps in order, and how to "
    "check the result. Be brief and concrete. Do not carry it out."
)
_EXECUTE = "A plan for this, made by another model:\n\n{plan}\n\nAnswer the request above by this plan; do not mention it."


def to_plan(chat_request: ChatRequest, system: str | None) -> ChatRequest:
    """Return the brief for the model that plans; `system` is the role's own prompt."""
    own = system if chat_request.settings.system is None else chat_request.settings.system
    together = f"{own}\n\n{_PLAN}" if own else _PLAN
    return structs.replace(chat_request, settings=structs.replace(chat_request.settings, system=together))


def to_execute(chat_request: ChatRequest, plan: str) -> ChatRequest:
    """Return the brief for the model that carries `plan` out."""
    *earlier, last = chat_request.messages
    text = f"{last.text}\n\n{_EXECUTE.format(plan=plan.strip())}"
    return structs.replace(chat_request, messages=(*earlier, structs.replace(last, text=text)))


class Run:
    """Sees one turn through: plans first where the role has two steps, falls over where it may."""

    def __init__(
        self, chat_request: ChatRequest, decision: RoutingDecision, resources: RoutingServices
    ) -> None:
        self._chat_request = chat_request
        self._decision = decision
        self._resources = resources
        self._attempts: list[Attempt] = []
        self._failure: Failure | None = None
        self._failover: FailOver | None = None

    @property
    def attempts(self) -> Sequence[Attempt]:
        """Return the calls that have ended; a cancelled one is here once `events` is closed."""
        return self._attempts

    @property
    def failure(self) -> Failure | None:
        """Return why there is no complete reply, once `events` has ended."""
        return self._failure

    @property
    def extra(self) -> Cost:
        """Return what was spent for this turn outside of its attempts: the judge."""
        return self._decision.spent

    @property
    def cost(self) -> Cost:
        """Return what the turn has cost so far, by an estimate for the call that is under way."""
        ended = sum((attempt.cost for attempt in self._attempts), self.extra)
        exchange = self._failover.exchange if self._failover else None
        return ended + exchange.running if exchange else ended

    async def events(self) -> AsyncGenerator[RouterEvent]:
        """Yield what happens; `Routed` first. Cancelling it closes the connection under way.

        A `ProviderError` never escapes: the last event is then `Broke`, or there was no call at all,
        and `failure` says why.
        """
        yield Routed(self._decision)
        try:
            async with aclosing(self._steps()) as events:
                async for event in events:
                    yield event
        except GuardStopped as error:
            self._failure = error.failure

    async def _steps(self) -> AsyncGenerator[RouterEvent]:
        chat_request, step = self._chat_request, "answer"
        if self._decision.plan is not None:
            plan: list[str] = []
            async with aclosing(self._planned(self._decision.plan, plan)) as events:
                async for event in events:
                    yield event
            chat_request, step = to_execute(chat_request, "".join(plan)) if plan else chat_request, "execute"
        seats = self._able()
        if not seats:
            self._failure = explain_no_candidate(self._chat_request, self._decision, self._resources)
            return
        failover = self._walk(chat_request, step, seats)
        async with aclosing(failover.events()) as events:
            async for event in events:
                yield event
        self._failure = None if failover.answered else failover.failure

    async def _planned(self, seat: Seat, plan: list[str]) -> AsyncGenerator[RouterEvent]:
        """Let `seat` plan, and put its text into `plan`. Without a plan the turn goes on, and says so."""
        failover = self._walk(to_plan(self._chat_request, self._decision.system), "plan", [seat])
        async with aclosing(failover.events()) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    plan.append(event.text)
                yield UsageUpdate(event.usage) if isinstance(event, StreamEnd) else event
        if not failover.answered:
            plan.clear()
            why = f": {failover.failure.message}" if failover.failure else "."
            yield Notice("info", f"Answered without a plan{why}")

    def _walk(self, chat_request: ChatRequest, step: Step, seats: Sequence[Seat]) -> FailOver:
        queue = SeatQueue(seats, self._resources.health)
        self._failover = FailOver(
            self._resources, chat_request, self._decision, step=step, queue=queue, attempts=self._attempts
        )
        return self._failover

    def _able(self) -> list[Seat]:
        """Return the seats that can read everything in the last message."""
        cards, messages = self._resources.cards, self._chat_request.messages
        return [seat for seat in self._decision.lineup if unfit(seat, cards(seat.ref), messages) is None]
