"""One call to one model: reserved, listened to under a limit on silence, settled whatever happens."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from msgspec import Struct, structs

from mixchat.domain.errors import Failure, GuardStopped, Interrupted, ProviderError, Refused, TooSlow
from mixchat.domain.events import (
    AttemptStarted,
    ProviderEvent,
    StreamEnd,
    TextDelta,
    ThinkingDelta,
    UsageUpdate,
)
from mixchat.domain.growing_text import GrowingText
from mixchat.domain.meter import MeteredCall
from mixchat.domain.provider import Provider
from mixchat.domain.request import ModelRequest
from mixchat.domain.stack import Seat
from mixchat.domain.turn import Attempt, Step
from mixchat.domain.usage import Cost, Usage
from mixchat.routing.idle_timeout import IdleTimeout
from mixchat.routing.services import RoutingServices


class AttemptContext(Struct, frozen=True, kw_only=True):
    """Where in its turn a call stands."""

    seat: Seat
    attempt: int
    """Counts from 1 within the turn."""
    step: Step = "answer"
    pinned: bool = False
    """The person chose this model, so it is waited for much longer."""


class LiveAttempt:
    """One call. `snapshot` says at any moment how it stands; once `events` was closed, how it went."""

    def __init__(
        self, services: RoutingServices, call: MeteredCall, request: ModelRequest, context: AttemptContext
    ) -> None:
        self.context = context
        self.failure: Failure | None = None
        """Why it gave no complete reply, once `events` has ended; `None` too where the person stopped it."""
        self.has_words = False
        """Whether a word of the reply came; a thought is not one."""
        self._services = services
        self._call = call
        self._request = request
        self._text = GrowingText()
        """Reply and thinking together, for an estimate of the tokens."""
        self._usage = Usage()
        self._end: StreamEnd | None = None
        self._started = services.clock.now()
        self._first_token: float | None = None
        self._id: str | None = None
        self._settled: Attempt | None = None
        self._timeout = 0.0

    @property
    def has_output(self) -> bool:
        """Whether a word or a thought came."""
        return self._first_token is not None

    @property
    def snapshot(self) -> Attempt | None:
        """The call as it stands, with the ledger's own figure for what it has cost so far; `None`: nothing was sent."""
        if self._settled is not None or self._id is None:
            return self._settled
        return self._as_attempt(*self._services.meter.running(self._id, self._text, self._usage))

    async def events(self) -> AsyncGenerator[AttemptStarted | ProviderEvent]:
        """Yield `AttemptStarted`, then what the provider says up to its `StreamEnd`; how it failed is in `failure`.

        Closing it closes the connection, and then settles the call in one synchronous step.

        Raises:
            OverBudget: the call would pass a budget; nothing was sent.
        """
        context = self.context
        self._id = self._services.meter.open(self._call, self._request)
        try:
            yield AttemptStarted(context.seat, context.attempt, context.step)
            provider = await self._provider()
            async with (
                IdleTimeout(self._services.clock) as silence,
                aclosing(provider.stream(self._request, silence)) as stream,
            ):
                while self._end is None:
                    event = await self._next(silence, stream)
                    self._take_in(event)
                    yield event
        except GuardStopped:
            raise
        except ProviderError as error:
            self.failure = structs.replace(error.failure, ref=error.ref or self._request.ref)
        finally:
            self._settle(self._id)

    async def _provider(self) -> Provider:
        provider = self._services.providers.get(self._request.ref.provider)
        self._timeout = self._timeout_of(provider)
        if not provider.ready:  # on a slow machine an import takes longer than a model may be silent
            await asyncio.to_thread(provider.preload)
        return provider

    async def _next(self, silence: IdleTimeout, stream: AsyncGenerator[ProviderEvent]) -> ProviderEvent:
        ref = self._request.ref
        begun = self._first_token is not None
        limit = max(self._services.limits.idle, self._timeout) if begun else self._timeout
        try:
            event = await silence.next(stream, limit)
        except TimeoutError:
            if begun:
                words = f"{ref} fell silent in the middle of its reply for {limit:.0f} seconds."
                raise Interrupted(words) from None
            raise TooSlow(f"{ref} gave no sign of life for {limit:.0f} seconds.") from None
        if event is None:
            raise Interrupted(f"{ref} stopped without finishing its reply.")
        return event

    def _take_in(self, event: ProviderEvent) -> None:
        match event:
            case TextDelta(text) | ThinkingDelta(text):
                if text and self._first_token is None:
                    self._first_token = self._services.clock.now()
                self._text.append(text)
                self.has_words = self.has_words or (bool(text) and isinstance(event, TextDelta))
            case UsageUpdate(usage):
                self._usage = usage
            case StreamEnd(stop=stop, usage=usage):
                self._usage = usage
                if stop == "refused" and not self.has_words:
                    ref = self._request.ref
                    raise Refused(f"{ref} declined to answer; rephrase the prompt or pin another model.")
                self._end = event
            case _:
                pass

    def _timeout_of(self, provider: Provider) -> float:
        """Return the seconds of silence that are borne before the first word or thought."""
        limits = self._services.limits
        hard = self._request.effort in ("high", "xhigh", "max")
        silent = limits.silent if hard or self._services.cards(self._request.ref).silent else 0.0
        seconds = max(provider.first_token_timeout, silent)
        return seconds * limits.pinned if self.context.pinned else seconds

    def _settle(self, call_id: str) -> None:
        usage, cost = self._services.meter.close(
            call_id,
            text=str(self._text),
            usage=self._usage,
            complete=self._end is not None,
            failure=self.failure,
        )
        self._settled = self._as_attempt(usage, cost)

    def _as_attempt(self, usage: Usage, cost: Cost) -> Attempt:
        end, failure = self._end, self.failure
        return Attempt(
            ref=self._request.ref,
            step=self.context.step,
            started=self._started,
            first_token=self._first_token,
            ended=self._services.clock.now(),
            failure=failure,
            usage=usage,
            cost=cost,
            stop=end.stop if end else None,
            request_id=end.request_id if end else failure.request_id if failure else None,
        )
