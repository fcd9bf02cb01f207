"""One turn being answered: events go up, and what they say is folded, saved and settled."""

from asyncio import CancelledError
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from msgspec import Struct, structs

from mixchat.chat.services import ChatServices
from mixchat.chat.turn_builder import TurnBuilder
from mixchat.domain.chat_request import ChatRequest, RoutingInput
from mixchat.domain.errors import Failure, ProviderError, StorageError
from mixchat.domain.events import ChatEvent, Notice, TurnAccepted, TurnFailed, TurnFinished
from mixchat.domain.router import Run
from mixchat.domain.turn import Outcome, Turn

_SAVE_EVERY = 1.0
"""Seconds between two savings of a reply that grows: what a kill can cost."""
_KEPT_IN_MEMORY = (
    "The history cannot be written at the moment (another program holds it, or the disk is full)."
    " What comes is kept in memory and is written as soon as it can be."
)
_BUG = Failure("bad_request", "mixchat itself failed in this turn; the log says how. Please report it.")


class OpenedTurn(Struct, frozen=True):
    """A turn that is on disk, and what is to be asked for it."""

    turn: Turn
    question: RoutingInput
    chat_request: ChatRequest
    notices: list[str] = []
    """What is to be said with it."""


class TurnRunner:
    """Answers one turn of a chat.

    Args:
        opened: a turn that is on disk.
        services: what every chat works with.
        save: puts the turn on the screen and on disk.
    """

    def __init__(self, opened: OpenedTurn, services: ChatServices, save: Callable[[Turn], None]) -> None:
        self.turn = opened.turn
        """The turn as it was saved last; once `run_turn` has ended or was closed, as it is settled."""
        self.live = TurnBuilder(opened.turn, services.clock)
        self._opened = opened
        self._services = services
        self._save = save
        self._run: Run | None = None
        self._outcome = Outcome.FAILED
        self._failure: Failure | None = _BUG
        self._unsaved: str | None = None
        self._notices = list(opened.notices)
        self._saved_at = services.clock.monotonic()

    @property
    def is_withdrawn(self) -> bool:
        """Whether it was stopped before anything came; then the prompt goes back to the person."""
        return self.turn.outcome is Outcome.STOPPED and not self.live.began

    async def decide(self) -> Run | None:
        """Return the turn's way through its fallback order; `None`: no model may take it."""
        router = self._services.router()
        try:
            decision = await router.decide(self._opened.question)
        except ProviderError as error:
            self._failure = error.failure
            return None
        self._run = router.run(self._opened.chat_request, decision)
        self.live.follow(self._run)
        return self._run

    def try_next(self) -> bool:
        """Ask the next model now; return whether there is one and no word has come yet."""
        return self._run is not None and self._run.try_next()

    def checkpoint(self) -> None:
        """Save the turn as it stands, once a second; the ledger notes with it what the call has cost so far."""
        if self._services.clock.monotonic() - self._saved_at >= _SAVE_EVERY:
            self._keep(Outcome.OPEN)

    def notices(self) -> list[Notice]:
        """Return what is to be said now, each thing once."""
        said = [Notice("info", text) for text in self._notices]
        self._notices.clear()
        return said

    def end(self) -> None:
        """Note that all events came."""
        if self._run is not None:
            self._failure = self._run.failure
        self._outcome = Outcome.FAILED if self._failure else Outcome.COMPLETE

    def stop(self) -> None:
        """Note that the person stopped it."""
        self._failure, self._outcome = None, Outcome.STOPPED

    def settle(self) -> None:
        """Save the turn as it ended, in one synchronous step, so that a second Ctrl+C cannot come between."""
        self._keep(self._outcome)

    async def written(self) -> None:
        """Wait until the turn is on disk, or it is known why it cannot be yet."""
        try:
            await self._services.turns.flush()
        except StorageError:
            self._note_unsaved(_KEPT_IN_MEMORY)

    def last_events(self) -> list[ChatEvent]:
        """Return what is to be told of the end."""
        return [
            *self.notices(),
            TurnFailed(self.turn, self._failure) if self._failure else TurnFinished(self.turn),
        ]

    def _keep(self, outcome: Outcome) -> None:
        """Put the turn as it stands on disk; if that fails it stays on the screen, and is tried again."""
        failure = self._failure if outcome is Outcome.FAILED else None
        self.turn = structs.replace(self.live.turn(outcome), failure=failure)
        self._saved_at = self._services.clock.monotonic()
        try:
            self._save(self.turn)
        except StorageError as error:
            self._note_unsaved(str(error))
        else:
            self._note_unsaved(_KEPT_IN_MEMORY if self._services.turns.trouble else None)
        if outcome is Outcome.STOPPED and self._unsaved is not None:
            self.turn = structs.replace(self.turn, notices=(*self.turn.notices, self._unsaved))

    def _note_unsaved(self, why: str | None) -> None:
        if self._unsaved is None and why is not None:
            self._notices.append(why)
        self._unsaved = why


async def run_turn(
    accept: Callable[[], Awaitable[TurnRunner]], ended: Callable[[TurnRunner], None]
) -> AsyncGenerator[ChatEvent]:
    """Answer a turn: yield `TurnAccepted`, what happens, and at last `TurnFinished` or `TurnFailed`.

    Cancelling or closing it settles the turn as stopped, with everything that had come.

    Args:
        accept: puts the prompt on disk; what it raises ends the turn before it began.
        ended: is told once the turn is settled, however it ended.

    Raises:
        StorageError: the prompt cannot be saved; nothing was sent.
    """
    runner = await accept()
    try:
        yield TurnAccepted(runner.turn, runner.live)
        for notice in runner.notices():
            runner.live.apply(notice)  # it belongs to the turn, and is shown with it later, too
            yield notice
        if (run := await runner.decide()) is not None:
            async with aclosing(run.events()) as events:
                async for event in events:
                    runner.live.apply(event)
                    yield event
                    runner.checkpoint()
                    for notice in runner.notices():
                        yield notice
        runner.end()
    except (CancelledError, GeneratorExit):
        runner.stop()
        raise
    finally:
        runner.settle()
        ended(runner)
    await runner.written()
    for event in runner.last_events():
        yield event
