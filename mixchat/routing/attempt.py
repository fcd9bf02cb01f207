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
from mixchat.domain.model import ModelRef
from mixchat.domain.provider import Provider
from mixchat.domain.request import ModelRequest
from mixchat.domain.stack import Slot
from mixchat.domain.turn import Attempt, Step
from mixchat.domain.usage import Cost, Usage
from mixchat.routing.idle_timeout import IdleTimeout
from mixchat.routing.patience import Patience
from mixchat.routing.services import RoutingServices

_CHARACTERS_A_TOKEN = 4
_THINKING = 2 / 3
"""The part of the limit on silence within a thought while another model could be asked."""
_UNSENT = Failure("interrupted", "It was stopped before anything was sent.", reached=False)


def in_words(seconds: float) -> str:
    """Return a time for a sentence: `9 seconds`, `1 second`, `3 minutes`."""
    count, unit = (round(seconds), "second") if seconds < 100 else (round(seconds / 60), "minute")
    return f"{count} {unit}{'' if count == 1 else 's'}"


class AttemptContext(Struct, frozen=True, kw_only=True):
    """Where in its turn a call stands."""

    slot: Slot
    attempt: int
    """Counts from 1 within the turn."""
    step: Step = "answer"
    probe: bool = False
    """The model was resting; this call tries whether it is back."""
    then: ModelRef | None = None
    """Who can be asked in its place."""


class LiveAttempt:
    """One call. `snapshot` says at any moment how it stands; once `events` was closed, how it went."""

    def __init__(
        self,
        services: RoutingServices,
        call: MeteredCall,
        request: ModelRequest,
        context: AttemptContext,
        patience: Patience | None = None,
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
        self._counted = 0
        """Characters that had come when the provider last counted the output."""
        self._end: StreamEnd | None = None
        self._patience = patience or Patience(services.limits, services.health, services.clock)
        self._silence = IdleTimeout(services.clock)
        self._started = services.clock.now()
        self._began = services.clock.monotonic()
        self._first_token: float | None = None
        self._sent = False
        self.was_left = False
        """Whether the person went on to the next model."""
        self._id: str | None = None
        self._settled: Attempt | None = None
        self._timeout = 0.0

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self._services.clock.monotonic() - self._began

    @property
    def silent_seconds(self) -> float:
        """For how long nothing was heard before it ended."""
        return self._services.clock.monotonic() - self._silence.last_sign

    def leave(self) -> None:
        """Give the call up, as if it had been silent for too long."""
        self.was_left = True
        self._silence.give_up()

    @property
    def snapshot(self) -> Attempt | None:
        """The call as it stands, with the ledger's own figure for what it has cost so far; `None`: nothing was sent."""
        if self._settled is not None or self._id is None:
            return self._settled
        return self._as_attempt(
            *self._services.meter.running(self._id, self._text, self._usage, counted=self._counted)
        )

    async def events(self) -> AsyncGenerator[AttemptStarted | ProviderEvent]:
        """Yield `AttemptStarted`, then what the provider says up to its `StreamEnd`; how it failed is in `failure`.

        Closing it closes the connection, and then settles the call in one synchronous step.

        Raises:
            OverBudget: the call would pass a budget; nothing was sent.
        """
        context = self.context
        self._id = await self._services.meter.open(self._call, self._request)
        try:
            yield AttemptStarted(context.slot, context.attempt, context.step, context.then)
            provider = await self._provider()
            self._sent = True
            self._silence.touch()
            async with self._silence, aclosing(provider.stream(self._request, self._silence)) as stream:
                while self._end is None:
                    event = await self._next(stream)
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
        if not provider.ready:  # on a slow machine an import takes longer than a model may be silent
            await asyncio.to_thread(provider.preload)
        self._timeout = self._patience.seconds_for(
            provider,
            self._request,
            self._tokens,
            silent=bool(self._services.cards(self._request.ref).silent),
            probe=self.context.probe,
            spare=self.context.then is not None,
        )
        return provider

    @property
    def _tokens(self) -> int:
        """About how many tokens are sent: near enough to be patient by. What they cost is the ledger's to say."""
        return sum(len(message.text) for message in self._request.messages) // _CHARACTERS_A_TOKEN

    async def _next(self, stream: AsyncGenerator[ProviderEvent]) -> ProviderEvent:
        ref = self._request.ref
        limit = self._timeout
        if self._first_token is not None:
            # A thought may still be thrown away, so time for the next model is left; after a word there is none.
            spare = self.context.then is not None and not self.has_words
            limit = max(self._services.limits.idle * (_THINKING if spare else 1), limit)
        try:
            event = await self._silence.next(stream, limit)
        except TimeoutError:
            raise self._gave_up(limit) from None
        if event is None:
            raise Interrupted(f"{ref} stopped without finishing its reply.")
        return event

    def _gave_up(self, limit: float) -> ProviderError:
        ref = self._request.ref
        if self.was_left:
            return TooSlow(f"{ref} was left after {in_words(self.seconds)}, as you asked.")
        if self.has_words:
            return Interrupted(f"{ref} fell silent in the middle of its reply for {in_words(limit)}.")
        return TooSlow(f"{ref} gave no sign of life for {in_words(limit)}.")

    def _take_in(self, event: ProviderEvent) -> None:
        match event:
            case TextDelta(text) | ThinkingDelta(text):
                if text and self._first_token is None:
                    self._note_first_token()
                self._text.append(text)
                self.has_words = self.has_words or (bool(text) and isinstance(event, TextDelta))
            case UsageUpdate(usage):
                if usage.output != self._usage.output:
                    self._counted = len(self._text)
                self._usage = usage
            case StreamEnd(stop=stop, usage=usage):
                self._usage = usage
                if stop == "refused" and not self.has_words:
                    ref = self._request.ref
                    raise Refused(f"{ref} declined to answer; rephrase the prompt or pin another model.")
                self._end = event
            case _:
                pass

    def _note_first_token(self) -> None:
        self._first_token = self._services.clock.now()
        seconds = self._services.clock.monotonic() - self._began
        self._services.health.note_first_token(self._request.ref, self._tokens, seconds)

    def _settle(self, call_id: str) -> None:
        # Stopped while its library was loading: nobody was asked, so nothing is owed.
        unsent = None if self._sent or self.failure else _UNSENT
        about = self._charged_for(call_id)
        usage, cost = self._services.meter.close(
            call_id,
            text=str(self._text),
            usage=self._usage,
            complete=self._end is not None,
            failure=self.failure or unsent,
            counted=self._counted,
        )
        self._settled = self._as_attempt(usage, cost, about if cost.usd or self._text else None)

    def _charged_for(self, call_id: str) -> Usage | None:
        """Return what the ledger counts where the provider did not come to say it."""
        known = self._usage
        if known.billed is not None or (known.input is not None and known.output is not None and self._end):
            return None
        return self._services.meter.running(call_id, self._text, known, counted=self._counted)[0]

    def _as_attempt(self, usage: Usage, cost: Cost, about: Usage | None = None) -> Attempt:
        end, failure = self._end, self.failure
        return Attempt(
            ref=self._request.ref,
            step=self.context.step,
            started=self._started,
            first_token=self._first_token,
            ended=self._services.clock.now(),
            failure=failure,
            usage=usage,
            about=about,
            cost=cost,
            stop=end.stop if end else None,
            request_id=end.request_id if end else failure.request_id if failure else None,
        )
