"""One turn being answered: events go up, and what they say is folded, saved and settled."""

from asyncio import CancelledError
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from msgspec import structs

from mixchat.chat.turn_builder import TurnBuilder
from mixchat.domain.chat_request import ChatRequest, RoutingInput
from mixchat.domain.clock import Clock
from mixchat.domain.errors import Failure, ProviderError, StorageError
from mixchat.domain.events import ChatEvent, Notice, RouterEvent, TurnFailed, TurnFinished
from mixchat.domain.router import Router, Run
from mixchat.domain.turn import Outcome, Turn
from mixchat.domain.usage import FREE

_SAVE_EVERY = 1.0
"""Seconds between two savings of a reply that grows: what a kill can cost."""
_BUG = Failure("bad_request", "mixchat itself failed in this turn; the log says how. Please report it.")


class TurnRunner:
    """Answers one turn. Once `events` has ended or was closed, `turn` is settled and saved."""

    def __init__(self, turn: Turn, *, save: Callable[[Turn], None], clock: Clock) -> None:
        self.turn = turn
        self._builder = TurnBuilder(turn)
        self._save = save
        self._clock = clock
        self._run: Run | None = None
        self._failure: Failure | None = None
        self._unsaved: str | None = None
        self._saved_at = clock.monotonic()

    @property
    def began(self) -> bool:
        """Whether anything came that a reader could have seen."""
        return self._builder.began

    async def events(
        self, router: Router, question: RoutingInput, chat_request: ChatRequest
    ) -> AsyncGenerator[ChatEvent]:
        """Yield what happens, ending with `Finished` or `Failed`.

        Cancelling or closing it settles the turn as stopped, with everything that had come.
        """
        outcome = Outcome.FAILED
        self._failure = _BUG
        try:
            async with aclosing(self._routed(router, question, chat_request)) as events:
                async for event in events:
                    self._builder.apply(event)
                    yield event
                    if self._clock.monotonic() - self._saved_at >= _SAVE_EVERY:
                        self._keep(Outcome.OPEN)
            outcome = Outcome.FAILED if self._failure else Outcome.COMPLETE
        except (CancelledError, GeneratorExit):
            self._failure = None
            outcome = Outcome.STOPPED
            raise
        finally:
            self._keep(outcome)
        if self._unsaved:
            yield Notice("info", self._unsaved)
        yield TurnFailed(self.turn, self._failure) if self._failure else TurnFinished(self.turn)

    async def _routed(
        self, router: Router, question: RoutingInput, chat_request: ChatRequest
    ) -> AsyncGenerator[RouterEvent]:
        try:
            decision = await router.decide(question)
        except ProviderError as error:
            self._failure = error.failure
            return
        self._run = router.run(chat_request, decision)
        async with aclosing(self._run.events()) as events:
            async for event in events:
                yield event
        self._failure = self._run.failure

    def _keep(self, outcome: Outcome) -> None:
        """Put the turn as it stands on disk; if that fails it stays on the screen, and is tried again."""
        attempts = self._run.attempts if self._run else ()
        turn = self._builder.turn(outcome, attempts, self._run.extra if self._run else FREE)
        failure = self._failure if outcome is Outcome.FAILED else None
        self.turn = structs.replace(turn, failure=failure)
        self._saved_at = self._clock.monotonic()
        try:
            self._save(self.turn)
            self._unsaved = None
        except StorageError as error:
            self._unsaved = str(error)
            if outcome is Outcome.STOPPED:
                self.turn = structs.replace(self.turn, notices=(*self.turn.notices, self._unsaved))
