"""Runs the turns of one chat: one at a time, and the messages that wait for it."""

from asyncio import CancelledError
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import aclosing, suppress
from functools import partial
from typing import Any, Protocol

from textual.widget import Widget
from textual.worker import Worker, WorkerCancelled, WorkerFailed

from mixchat.chat.chat import Chat
from mixchat.domain.chat_request import GuardOverrides, Pin, TurnRequest
from mixchat.domain.errors import Failure, OwnNetwork, ProviderError, StorageError
from mixchat.domain.events import ChatEvent, TurnAccepted, TurnFailed, TurnFinished
from mixchat.domain.live_turn import LiveTurn
from mixchat.domain.turn import Turn
from mixchat.tui.chat.send_message import send_message
from mixchat.tui.chat.turn_listeners import TurnEnds, TurnObserver
from mixchat.tui.composer.message import ComposedMessage

Ask = Callable[[], AsyncGenerator[ChatEvent]]
"""Begins a turn; called once its worker runs, since a file may not be readable."""


class QueueOwner(Protocol):
    """Keeps what belongs to the chat of a queue."""

    def save_unsent(self, queue: "TurnQueue") -> None:
        """A message has become a turn, which is on disk: what is left was not sent."""
        ...


class TurnQueue:
    """Runs the turns of one chat, one at a time."""

    def __init__(
        self, chat: Chat, owner: QueueOwner, ends: TurnEnds, observers: Sequence[TurnObserver], screen: Widget
    ) -> None:
        self.chat = chat
        self.waiting: list[ComposedMessage] = []
        self.pending: ComposedMessage | None = None
        """The message that was sent and is not in the chat yet."""
        self.paused = False
        self._ends = ends
        self._owner = owner
        self._observers = observers
        self._screen = screen
        self._worker: Worker[None] | None = None
        self._stopped = False
        self._entered = False
        self._closing = False

    def enter(self, observers: Sequence[TurnObserver]) -> None:
        """Show what happens from now on to these."""
        self._observers = observers

    def leave(self) -> None:
        """Show it to nobody; a turn under way goes on."""
        self._observers = ()

    @property
    def busy(self) -> bool:
        """Whether a turn is under way."""
        return self._worker is not None

    def send(self, message: ComposedMessage, allow: GuardOverrides = GuardOverrides()) -> None:
        """Send a message now, or let it wait while another is answered."""
        if self.busy or (self.waiting and not self.paused):
            self.waiting.append(message)
            self._ends.waiting_changed()
        else:
            self._begin_sent(message, allow)

    def again(self, turn_id: str, pin: Pin | None = None, allow: GuardOverrides = GuardOverrides()) -> None:
        """Ask a turn's prompt once more, in its place. Nothing happens while a turn is under way."""
        if not self.busy:
            old = self.chat.path.turn(turn_id)
            prompt = TurnRequest(text=self.chat.original_prompt(old), files=old.files, pin=pin, allow=allow)
            self._begin(partial(self.chat.regenerate, turn_id, prompt), None)

    def go_on(self, turn_id: str, pin: Pin | None = None) -> None:
        """Continue a reply that was cut off or stopped. Nothing happens while a turn is under way."""
        if not self.busy:
            self._begin(partial(self.chat.continue_reply, turn_id, pin), None)

    def run_events(self, events: AsyncGenerator[ChatEvent]) -> None:
        """Show the events of any other turn of the chat, such as a summary. Only while none is under way."""
        self._begin(lambda: events, None)

    def run_busy(self, work: Coroutine[Any, Any, None]) -> None:
        """Be busy with `work`, which shows what it does itself; `stop` cancels it. Only while none is under way."""
        self._stopped = self._entered = False
        self._worker = self._screen.run_worker(self._run(work, None))

    def stop(self) -> bool:
        """Stop the reply under way and pause the queue; return whether there was one."""
        if self._worker is None:
            return False
        self._stopped = True
        self._pause()
        # A task that is cancelled before its first step never runs, and could give nothing back.
        if self._entered:
            self._worker.cancel()
        return True

    def pause(self) -> bool:
        """Pause the queue; return whether it was going."""
        if not self.waiting or self.paused:
            return False
        self._pause()
        return True

    def _pause(self) -> None:
        if self.waiting:
            self.paused = True
            self._ends.waiting_changed()

    def resume_queue(self) -> bool:
        """Let a paused queue go on; return whether there was one."""
        if not self.paused:
            return False
        self.paused = False
        self._next()
        return True

    def pop_last(self) -> ComposedMessage | None:
        """Take the last waiting message out of the queue."""
        if not self.waiting:
            return None
        message = self.waiting.pop()
        self.paused = self.paused and bool(self.waiting)
        self._ends.waiting_changed()
        return message

    async def close(self) -> None:
        """Stop the reply under way, let nothing follow it, and wait until it is settled."""
        worker = self._worker
        self.paused = True
        if worker is None:
            return
        self._closing = True
        self.stop()
        try:
            with suppress(WorkerCancelled, WorkerFailed):
                await worker.wait()
        finally:
            self._closing = False

    def _fetching(self, address: str) -> None:
        if self._observers:
            self._ends.fetching(address)

    def _begin_sent(self, message: ComposedMessage, allow: GuardOverrides = GuardOverrides()) -> None:
        self._begin(partial(send_message, self.chat, message, allow, self._fetching), message)

    def _begin(self, ask: Ask, message: ComposedMessage | None) -> None:
        self._stopped = self._entered = False
        self.pending = message
        self._worker = self._screen.run_worker(self._run(self._follow(ask, message), message))

    async def _run(self, work: Coroutine[Any, Any, None], message: ComposedMessage | None) -> None:
        """Do the work of a turn; cancelled, the turn is settled by the chat and shown so."""
        self._entered = True
        try:
            if self._stopped:
                work.close()
                self._take_back("", message)
            else:
                await work
        except (ProviderError, StorageError) as error:
            if isinstance(error, OwnNetwork) and message is not None:
                self._ends.own_network(error.message, message)
            else:
                self._take_back(str(error), message)
        except CancelledError:
            if not self._stopped:
                raise
        finally:
            self._worker = self.pending = None
        self._next()

    async def _follow(self, ask: Ask, message: ComposedMessage | None) -> None:
        turn: Turn | None = None
        failure: Failure | None = None
        try:
            async with aclosing(ask()) as events:
                async for event in events:
                    match event:
                        case TurnAccepted(turn, live):
                            self.pending = None
                            self._owner.save_unsent(self)
                            self._show_begin(turn, live)
                        case TurnFinished(turn):
                            pass
                        case TurnFailed(turn, failure):
                            pass
                        case _:
                            self._show(event)
        except CancelledError:
            if turn is None:
                self._take_back("", message)
            raise
        finally:
            if turn is not None:
                self._settle(turn, failure, message)

    def _show_begin(self, turn: Turn, live: LiveTurn) -> None:
        for observer in self._observers:
            observer.begin(turn, live)

    def _show(self, event: ChatEvent) -> None:
        for observer in self._observers:
            observer.show(event)

    def _settle(self, turn: Turn, failure: Failure | None, message: ComposedMessage | None) -> None:
        withdrawn = self.chat.withdrawn
        if withdrawn is not None and withdrawn.id == turn.id:
            for observer in self._observers:
                observer.settle(withdrawn)
            if not self._waits_again(message):
                self._ends.withdrawn(withdrawn, message)
            return
        settled = self.chat.path.turn(turn.id)
        for observer in self._observers:
            observer.settle(settled)
        if failure is not None:
            self._pause()
            self._ends.failed(settled, failure, message)
        elif settled.stop == "length":
            self._ends.cut_short()

    def _take_back(self, sentence: str, message: ComposedMessage | None) -> None:
        """Give a message back of which nothing was sent, for the reason given."""
        if not self._waits_again(message):
            self._ends.refused(sentence, message)

    def _waits_again(self, message: ComposedMessage | None) -> bool:
        """Let a message that nobody answered wait again, before the others, if the app is being left; return whether it does.

        The composer may hold other words, or be that of another chat.
        """
        if not self._closing or message is None:
            return False
        self.waiting.insert(0, message)
        self._owner.save_unsent(self)
        return True

    def _next(self) -> None:
        if not self.waiting or self.paused or self.busy:
            return
        message = self.waiting.pop(0)
        self._begin_sent(message)
        self._ends.waiting_changed()
