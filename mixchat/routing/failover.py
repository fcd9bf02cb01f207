"""One step of a turn: slots are asked in order until one answers."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from msgspec import structs

from mixchat.domain.chat_request import ChatRequest
from mixchat.domain.decision import RoutingDecision
from mixchat.domain.errors import Failure
from mixchat.domain.events import AttemptFailed, FailedOver, Retrying, RouterEvent, TextDelta
from mixchat.domain.meter import MeteredCall, Purpose
from mixchat.domain.model import ModelRef
from mixchat.domain.stack import Slot
from mixchat.domain.turn import Step
from mixchat.routing.attempt import AttemptContext, LiveAttempt
from mixchat.routing.patience import Patience
from mixchat.routing.policy import POLICIES, Move, Standing, next_move, wait
from mixchat.routing.request_builder import PreparedRequest, build_request, without_earlier_pictures
from mixchat.routing.secret_check import check_secrets
from mixchat.routing.services import RoutingServices
from mixchat.routing.slot_queue import SlotQueue

_OFFLINE = "You seem to be offline: neither {} can be reached. Check the network, then send again."


class FailOver:
    """One way along a queue of slots. Once `events` has ended, `failure` says whether nobody answered."""

    def __init__(
        self,
        services: RoutingServices,
        chat_request: ChatRequest,
        decision: RoutingDecision,
        *,
        step: Step,
        queue: SlotQueue,
        attempts: list[LiveAttempt],
    ) -> None:
        """Begin before the first slot.

        Args:
            services: what routing works with.
            chat_request: what is to be sent.
            decision: why these slots.
            step: which step of the turn it is.
            queue: the slots.
            attempts: the turn's calls, to which this step adds its own.
        """
        self._services = services
        self._chat_request = chat_request
        self._decision = decision
        self._step: Step = step
        self._queue = queue
        self._attempts = attempts
        self._slot: Slot | None = None
        self._prepared: PreparedRequest | None = None
        self._failures: list[Failure] = []
        """Why each slot was left."""
        self._move: Move = "next"
        self._retries = 0
        self._tries = 0
        self._probe = False
        self._pause = 0.0
        """Seconds before the next try of the same slot."""
        self._patience = Patience(services.limits, services.health, services.clock, pinned=decision.pinned)
        self.answered = False
        """Whether the last call gave a complete reply."""

    @property
    def failure(self) -> Failure | None:
        """Return why nobody answered: what the preferred slot said, and that the others failed, too.

        What came after a word was shown, and a refusal, are told as they are.
        """
        if not self._failures:
            return None
        first, last = self._failures[0], self._failures[-1]
        if self._queue.is_offline:
            names = " nor ".join(self._queue.unreached)
            return structs.replace(first, code="unreachable", message=_OFFLINE.format(names), reached=False)
        if first is last or self._attempts[-1].has_words or last.code == "refused":
            return last
        others = len(self._failures) - 1
        who = f"{last.ref or 'The next model'} failed" if others == 1 else f"{others} other models failed"
        return structs.replace(first, message=f"{first.message} {who}, too.")

    async def events(self) -> AsyncGenerator[RouterEvent]:
        """Yield what happens, up to `StreamEnd` or to the last `AttemptFailed`.

        Raises:
            GuardStopped: mixchat itself stopped a call.
        """
        try:
            while (attempt := await self._next_attempt()) is not None:
                for event in self._before(attempt):
                    yield event
                async with aclosing(attempt.events()) as events:
                    async for event in events:
                        if isinstance(event, TextDelta):
                            self._note_words()
                        yield event
                for event in self._after(attempt):
                    yield event
        finally:
            self._leave_slot()

    async def _next_attempt(self) -> LiveAttempt | None:
        """Return the next call: of the same slot after a pause, or of the next one; `None`: that was all."""
        if self._move == "retry":
            await self._patience.pause(self._pause)
        if self._move == "stop" or (self._move != "retry" and not await self._take_slot()):
            return None
        assert self._slot is not None
        assert self._prepared is not None
        self._retries += self._move == "retry"
        self._tries += 1
        spare = self._queue.peek()
        context = AttemptContext(
            slot=self._slot,
            attempt=len(self._attempts) + 1,
            step=self._step,
            probe=self._probe,
            then=spare.ref if spare else None,
        )
        attempt = LiveAttempt(
            self._services, self._metered(self._slot.ref), self._prepared.request, context, self._patience
        )
        self._attempts.append(attempt)
        return attempt

    def try_next(self) -> bool:
        """Go on to the next model now; return whether there is one and no word has come yet."""
        if not self._queue or not self._attempts or self._attempts[-1].has_words:
            return False
        if self._patience.end_pause():
            self._move = "next"
            self._failures += [failure] if (failure := self._attempts[-1].failure) else []
        else:
            self._attempts[-1].leave()
        return True

    async def _take_slot(self) -> bool:
        self._leave_slot()
        slot = self._queue.take()
        if slot is None:
            return False
        self._slot, self._tries = slot, 0
        self._probe = self._services.health.begin(slot.ref)
        prepared = build_request(self._chat_request, self._decision, slot, self._services)
        # Once a slot and not once a call: a retry sends what was looked at, and a long chat takes a while to read.
        await check_secrets(
            prepared.request.messages,
            slot.ref,
            self._services,
            system=prepared.request.system,
            allow=self._chat_request.allow_secret,
            for_good=self._chat_request.allow_secret_for_good,
        )
        self._prepared = prepared
        return True

    def _leave_slot(self) -> None:
        if self._slot is not None:
            self._services.health.release(self._slot.ref)
            self._slot = None

    def _before(self, attempt: LiveAttempt) -> Sequence[RouterEvent]:
        """Return what is to be told of a slot before its first call."""
        if self._tries > 1 or self._prepared is None:
            return ()
        left = self._failures[-1] if self._failures else None
        if left is None or left.ref is None:
            return self._prepared.notices
        return (FailedOver(left.ref, attempt.context.slot.ref, left), *self._prepared.notices)

    def _note_words(self) -> None:
        if self._probe and self._slot is not None:
            self._probe = False
            self._services.health.succeeded(self._slot.ref)

    def _after(self, attempt: LiveAttempt) -> Sequence[RouterEvent]:
        """Decide what follows a call that has ended, let the model's health and the queue know, and return it."""
        ref, failure, health = attempt.context.slot.ref, attempt.failure, self._services.health
        if failure is None:
            health.finished(ref)
            self._move, self.answered = "stop", True
            return ()
        self._patience.bear(attempt.silent_seconds)
        bare = self._without_earlier_pictures(failure, attempt)
        if bare is not None:
            self._prepared, self._move, self._pause = bare, "retry", 0.0
            return (AttemptFailed(failure), Retrying(ref, 0.0, failure), *bare.notices)
        self._pause = wait(failure, self._tries, self._services.jitter())
        self._move = self._judge(failure, attempt)
        if self._move != "retry":
            self._failures.append(failure)
            self._note_failure(ref, failure, attempt)
        failed = AttemptFailed(failure)
        return (failed, Retrying(ref, self._pause, failure)) if self._move == "retry" else (failed,)

    def _without_earlier_pictures(self, failure: Failure, attempt: LiveAttempt) -> PreparedRequest | None:
        if failure.code != "bad_request" or attempt.has_words or self._prepared is None:
            return None
        return without_earlier_pictures(self._prepared)

    def _judge(self, failure: Failure, attempt: LiveAttempt) -> Move:
        policy, ref = POLICIES[failure.code], attempt.context.slot.ref
        if policy.larger_only:
            self._queue.keep_larger(ref)
        standing = Standing(
            has_words=attempt.has_words,
            tries=self._tries,
            retries=self._retries,
            slots_left=len(self._queue),
            waited=self._patience.waited,
            silence=self._patience.silence,
            seconds=attempt.seconds,
            used_up=self._patience.is_used_up and not attempt.was_left,
            probe=self._probe,
        )
        move = next_move(failure, standing, self._pause)
        if move == "retry":
            return move
        if not failure.reached:
            self._queue.drop_unreached(ref.provider)
        elif policy.provider_wide:
            self._queue.put_last(ref.provider)
        return "stop" if move == "next" and not self._queue else move

    def _note_failure(self, ref: ModelRef, failure: Failure, attempt: LiveAttempt) -> None:
        health = self._services.health
        if attempt.was_left:
            health.release(ref)  # the person was in a hurry; that says nothing about the model
        elif attempt.has_words and failure.code == "interrupted":
            health.was_cut(ref, failure)
        else:
            health.failed(ref, failure)
        if self._queue.is_offline:
            health.network_failed()

    def _metered(self, ref: ModelRef) -> MeteredCall:
        purpose: Purpose = self._step if self._step in ("plan", "execute") else self._chat_request.purpose
        return MeteredCall(
            ref=ref,
            purpose=purpose,
            role=self._decision.role,
            chat=self._chat_request.chat,
            turn=self._chat_request.turn,
            allow_over_budget=self._chat_request.allow_over_budget,
        )
