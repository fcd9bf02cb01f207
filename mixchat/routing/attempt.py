"""One call to one model: reserved, listened to under a limit, settled whatever happens."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from msgspec import Struct, structs

from mixchat.domain.clock import Clock
from mixchat.domain.errors import Failure, Interrupted, ProviderError, Refused, TooSlow
from mixchat.domain.events import (
    AttemptStarted,
    ProviderEvent,
    StreamEnd,
    TextDelta,
    ThinkingDelta,
    UsageUpdate,
)
from mixchat.domain.meter import MeteredCall
from mixchat.domain.provider import Provider
from mixchat.domain.request import ModelRequest
from mixchat.domain.stack import Seat
from mixchat.domain.turn import Attempt, Step
from mixchat.domain.usage import FREE, Cost, Usage
from mixchat.routing.idle_timeout import IdleTimeout
from mixchat.routing.services import RoutingServices


class Tape:
    """Listens to one call's events and keeps what its settling needs."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pieces: list[str] = []
        self.started = clock.now()
        self.first_token: float | None = None
        self.usage = Usage()
        self.ended: StreamEnd | None = None
        self.spoke = False
        """Whether a word of the reply came; a thought is not one."""

    @property
    def painted(self) -> bool:
        """Whether a word or a thought came that a reader has seen."""
        return bool(self._pieces)

    @property
    def text(self) -> str:
        """Reply and thinking together, for an estimate of the tokens."""
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""

    def hear(self, event: ProviderEvent) -> None:
        """Take one event in."""
        match event:
            case TextDelta(text) | ThinkingDelta(text):
                self._hear_text(text)
                self.spoke = self.spoke or isinstance(event, TextDelta)
            case UsageUpdate(usage):
                self.usage = usage
            case StreamEnd(usage=usage):
                self.ended, self.usage = event, usage
            case _:
                pass

    def _hear_text(self, text: str) -> None:
        if text and self.first_token is None:
            self.first_token = self._clock.now()
        if text:
            self._pieces.append(text)


class AttemptContext(Struct, frozen=True, kw_only=True):
    """Where in its turn a call stands."""

    seat: Seat
    attempt: int
    """Counts from 1 within the turn."""
    step: Step = "answer"
    pinned: bool = False
    """The person chose this model, so it is waited for much longer."""


class LiveAttempt:
    """One call. Once `events` was closed, `attempt` says how it went; it is `None` if nothing was sent."""

    def __init__(
        self, resources: RoutingServices, call: MeteredCall, request: ModelRequest, place: AttemptContext
    ) -> None:
        self.attempt: Attempt | None = None
        self.tape = Tape(resources.clock)
        self._resources = resources
        self._call = call
        self._request = request
        self._place = place
        self._id: str | None = None
        self._failure: Failure | None = None
        self._timeout = 0.0

    @property
    def running(self) -> Cost:
        """What the call has cost so far, while it is under way."""
        if self._id is None or self.attempt is not None:
            return FREE
        return self._resources.meter.running(self._id, self.tape.text, self.tape.usage)

    async def events(self) -> AsyncGenerator[AttemptStarted | ProviderEvent]:
        """Yield `Started`, then what the provider says up to its `Ended`.

        Closing it closes the connection; money and attempt are written down before anything is awaited.

        Raises:
            OverBudget: the call would pass a budget; nothing was sent.
            ProviderError: the call failed.
        """
        place = self._place
        self._id = self._resources.meter.open(self._call, self._request)
        try:
            yield AttemptStarted(place.seat, place.attempt, place.step)
            async with aclosing(self._heard()) as events:
                async for event in events:
                    yield event
        except ProviderError as error:
            self._failure = structs.replace(error.failure, ref=error.ref or self._request.ref)
            raise
        finally:
            self._settle(self._id)

    async def _heard(self) -> AsyncGenerator[ProviderEvent]:
        provider = self._resources.providers.get(self._request.ref.provider)
        self._timeout = self._timeout_of(provider)
        if not provider.ready:  # on a slow machine an import takes longer than a model may be silent
            await asyncio.to_thread(provider.preload)
        async with (
            IdleTimeout(self._resources.clock) as watch,
            aclosing(provider.stream(self._request)) as stream,
        ):
            while (event := await self._next(watch, stream)) is not None:
                self.tape.hear(event)
                if self.tape.ended is not None and self.tape.ended.stop == "refused" and not self.tape.spoke:
                    raise Refused(
                        f"{self._request.ref} declined to answer; rephrase the prompt or pin another model."
                    )
                yield event
                if self.tape.ended is not None:
                    return
        raise Interrupted(f"{self._request.ref} stopped without finishing its reply.")

    async def _next(self, watch: IdleTimeout, stream: AsyncGenerator[ProviderEvent]) -> ProviderEvent | None:
        idle = self._resources.limits.idle
        limit = max(idle, self._timeout) if self.tape.painted else self._timeout
        try:
            return await watch.next(stream, limit)
        except TimeoutError:
            ref = self._request.ref
            if self.tape.painted:
                raise Interrupted(
                    f"{ref} fell silent in the middle of its reply for {limit:.0f} seconds."
                ) from None
            raise TooSlow(f"{ref} gave no sign of life for {limit:.0f} seconds.") from None

    def _timeout_of(self, provider: Provider) -> float:
        """Return the seconds of silence that are borne before anything was painted."""
        limits = self._resources.limits
        silent = self._resources.cards(self._request.ref).silent or self._request.effort in (
            "high",
            "xhigh",
            "max",
        )
        seconds = max(provider.first_token_timeout, limits.silent if silent else 0.0)
        return seconds * limits.pinned if self._place.pinned else seconds

    def _settle(self, call_id: str) -> None:
        tape, ended = self.tape, self.tape.ended
        usage, cost = self._resources.meter.close(
            call_id,
            text=tape.text,
            usage=tape.usage,
            complete=ended is not None and self._failure is None,
            failure=self._failure,
        )
        self.attempt = Attempt(
            ref=self._request.ref,
            step=self._place.step,
            started=tape.started,
            first_token=tape.first_token,
            ended=self._resources.clock.now(),
            failure=self._failure,
            usage=usage,
            cost=cost,
            stop=ended.stop if ended and self._failure is None else None,
            request_id=ended.request_id if ended else self._failure.request_id if self._failure else None,
        )
