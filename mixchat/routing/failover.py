"""One step of a turn: seats are asked in order until one answers."""

from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing

from msgspec import structs

from mixchat.domain.chat_request import ChatRequest
from mixchat.domain.decision import RoutingDecision
from mixchat.domain.errors import Failure, GuardStopped, ProviderError
from mixchat.domain.events import AttemptFailed, FailedOver, Retrying, RouterEvent
from mixchat.domain.meter import MeteredCall, Purpose
from mixchat.domain.model import ModelCard, ModelRef
from mixchat.domain.request import ModelRequest
from mixchat.domain.stack import Seat
from mixchat.domain.turn import Attempt, Step
from mixchat.routing.attempt import AttemptContext, LiveAttempt
from mixchat.routing.health import Health
from mixchat.routing.policy import POLICIES, Move, Standing, next_move, wait
from mixchat.routing.request_builder import build_request
from mixchat.routing.secret_check import check_secrets
from mixchat.routing.services import RoutingServices


class SeatQueue:
    """Hands out seats: healthy ones first; when none is left, a resting one, because somebody has to try."""

    def __init__(self, seats: Iterable[Seat], health: Health) -> None:
        self._seats = list(seats)
        self._health = health

    def __len__(self) -> int:
        return len(self._seats)

    def take(self) -> Seat | None:
        """Remove and return the next seat."""
        for seat in self._seats:
            if not self._health.rests(seat.ref):
                break
        else:
            seat = self._seats[0] if self._seats else None
        if seat is not None:
            self._seats.remove(seat)
        return seat

    def put_last(self, provider: str) -> None:
        """Move the seats of a provider behind all others."""
        self._seats.sort(key=lambda seat: seat.ref.provider == provider)

    def keep_larger(self, than: ModelRef, cards: Callable[[ModelRef], ModelCard]) -> None:
        """Drop the seats whose window is known not to be larger."""
        window = cards(than).context_window
        if window is not None:
            self._seats = [
                seat for seat in self._seats if (cards(seat.ref).context_window or window + 1) > window
            ]


class FailOver:
    """One walk along a queue of seats. Once `events` has ended, `failure` says whether nobody answered."""

    def __init__(
        self,
        resources: RoutingServices,
        chat_request: ChatRequest,
        decision: RoutingDecision,
        *,
        step: Step,
        queue: SeatQueue,
        attempts: list[Attempt],
    ) -> None:
        self.exchange: LiveAttempt | None = None
        """The call that is under way, or was last."""
        self._resources = resources
        self._chat_request = chat_request
        self._decision = decision
        self._step: Step = step
        self._queue = queue
        self._attempts = attempts
        self._calls = 0
        self._waited = 0.0
        self._broke: Failure | None = None
        self._failures: list[Failure] = []
        self._move: Move = "stop"

    @property
    def failure(self) -> Failure | None:
        """Return why nobody answered: what the preferred seat said, with the others named.

        What came after a word was painted, and a refusal, are told as they are.
        """
        if not self._failures:
            return None
        first, last = self._failures[0], self._failures[-1]
        if first is last or self._painted or last.code == "refused":
            return last
        others = ", ".join(
            f"{failure.ref} ({failure.code.replace('_', ' ')})" for failure in self._failures[1:]
        )
        return structs.replace(first, message=f"{first.message} The next seats failed, too: {others}.")

    @property
    def answered(self) -> bool:
        """Whether the last call gave a complete reply."""
        return self._calls > 0 and self._broke is None

    async def events(self) -> AsyncGenerator[RouterEvent]:
        """Yield what happens, up to `Ended` or to the last `Broke`.

        Raises:
            Guarded: mixchat itself stopped a call.
        """
        seat = self._queue.take()
        while seat is not None:
            async with aclosing(self._asked(seat)) as events:
                async for event in events:
                    yield event
            if self._broke is None or self._move == "stop":
                return
            source, seat = seat, self._queue.take()
            if seat is not None:
                yield FailedOver(source.ref, seat.ref, self._broke)

    async def _asked(self, seat: Seat) -> AsyncGenerator[RouterEvent]:
        """Ask one seat, and again where that may help."""
        health, clock = self._resources.health, self._resources.clock
        probe = health.begin(seat.ref)
        tries, self._move = 0, "retry"
        try:
            ready = build_request(self._chat_request, self._decision, seat, self._resources)
            await check_secrets(
                ready.request.messages,
                seat.ref,
                self._resources,
                system=ready.request.system,
                allow=self._chat_request.allow_secret,
            )
            for notice in ready.notices:
                yield notice
            while self._move == "retry":
                tries += 1
                async with aclosing(self._once(seat, ready.request)) as events:
                    async for event in events:
                        yield event
                if self._broke is None:
                    return
                seconds = wait(self._broke, tries, self._resources.jitter())
                self._judge(seat, self._broke, tries=tries, probe=probe, seconds=seconds)
                yield AttemptFailed(self._broke)
                if self._move == "retry":
                    yield Retrying(seat.ref, seconds, self._broke)
                    self._waited += seconds
                    await clock.sleep(seconds)
        finally:
            health.release(seat.ref)

    def _judge(self, seat: Seat, failure: Failure, *, tries: int, probe: bool, seconds: float) -> None:
        """Say what follows, and let the model's health and the queue know."""
        policy = POLICIES[failure.code]
        if policy.larger_only:
            self._queue.keep_larger(seat.ref, self._resources.cards)
        standing = Standing(
            painted=self._painted,
            tries=tries,
            calls=self._calls,
            seats_left=len(self._queue),
            waited=self._waited,
            probe=probe,
        )
        self._move = next_move(failure, standing, seconds)
        if self._move == "retry":
            return
        self._failures.append(failure)
        self._resources.health.failed(seat.ref, failure)
        if policy.provider_wide:
            self._queue.put_last(seat.ref.provider)

    @property
    def _painted(self) -> bool:
        return self.exchange is not None and self.exchange.tape.painted

    async def _once(self, seat: Seat, request: ModelRequest) -> AsyncGenerator[RouterEvent]:
        """Make one call. How it broke is in `_broke`, its attempt at the end of the attempts."""
        self._broke = None
        self._calls += 1
        place = AttemptContext(
            seat=seat, attempt=len(self._attempts) + 1, step=self._step, pinned=self._decision.pinned
        )
        exchange = self.exchange = LiveAttempt(self._resources, self._call(seat), request, place)
        try:
            async with aclosing(exchange.events()) as events:
                async for event in events:
                    if exchange.tape.painted:
                        self._resources.health.succeeded(seat.ref)
                    yield event
            self._resources.health.succeeded(seat.ref)
        except GuardStopped:
            raise
        except ProviderError as error:
            self._broke = structs.replace(error.failure, ref=error.ref or seat.ref)
        finally:
            if exchange.attempt is not None:
                self._attempts.append(exchange.attempt)

    def _call(self, seat: Seat) -> MeteredCall:
        purpose: Purpose = self._step if self._step in ("plan", "execute") else self._chat_request.purpose
        return MeteredCall(
            ref=seat.ref,
            purpose=purpose,
            role=self._decision.role,
            chat=self._chat_request.chat,
            turn=self._chat_request.turn,
            allow_over_budget=self._chat_request.allow_over_budget,
        )
