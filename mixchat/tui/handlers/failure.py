"""What follows when a turn did not simply end with a reply."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from msgspec import structs

from mixchat.domain.chat_request import GuardOverrides, Pin
from mixchat.domain.errors import Failure
from mixchat.domain.turn import Turn
from mixchat.tui.chat.guard_options import Again, GuardOptions
from mixchat.tui.chat.route_preview import AlternativeSeats
from mixchat.tui.chat.turn_queue import TurnQueue
from mixchat.tui.chat.widgets import ChatWidgets
from mixchat.tui.choice_bar import Option
from mixchat.tui.composer.message import ComposedMessage
from mixchat.tui.formatting import GUARDS
from mixchat.tui.handlers.budget import BudgetHandlers

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime

_RESUMABLE: Final = "cut off · f6 continues · f5 asks again"
_AGAIN: Final = "no reply · f5 asks again · the prompt is back"


class FailureHandler:
    """Gives prompts back, asks what to do about a guard, and says which key goes on.

    Args:
        talk: the talk with the chat on the screen.
        parts: what it shows things in.
        runtime: knows the seats and what names mean.
        budgeting: knows the limits and raises them.
        fetch: fetches the model that runs on this machine.
        load: shows the chat's branch again, with its figures.
        say: shows a sentence.
    """

    def __init__(
        self,
        talk: Callable[[], TurnQueue],
        parts: ChatWidgets,
        runtime: "Runtime",
        budgeting: BudgetHandlers,
        fetch: Callable[[], None],
        load: Callable[[], None],
        say: Callable[[str], None],
    ) -> None:
        self._talk = talk
        self._parts = parts
        self._pin = runtime.routing.resolve_name
        self._seats = AlternativeSeats(runtime)
        self._budgeting = budgeting
        self._fetch = fetch
        self._load = load
        self._guards = self.guarded(self.again)
        self._say = say

    def guarded(self, again: Again) -> GuardOptions:
        """Return the answers to what a guard asks about, for somebody who asks again in another way."""
        return GuardOptions(self._seats, self._budgeting, again, self._open_up, self._fetch)

    def withdrawn(self, turn: Turn, outgoing: ComposedMessage | None) -> None:
        """Take the turn away and put its prompt back."""
        self._parts.transcript.remove_turn(turn.id)
        path = self._talk().chat.path
        if outgoing is not None or not path or path[-1].prompt != turn.prompt:
            self._give_back(turn, outgoing)

    def refused(self, sentence: str, outgoing: ComposedMessage | None) -> None:
        """Say why nothing was sent, and put the prompt back."""
        if outgoing is not None:
            self._parts.composer.put_back(outgoing.typed)
        if sentence:
            self._say(sentence)

    def failed(self, turn: Turn, failure: Failure, outgoing: ComposedMessage | None) -> None:
        """Ask about a guard; else give the prompt back, or say how to go on with what came."""
        if failure.code in GUARDS:
            self._ask(turn, failure, outgoing)
        elif turn.reply:
            self._parts.status.tell_note(_RESUMABLE)
        else:
            self._give_back(turn, outgoing)
            self._parts.status.tell_note(_AGAIN)

    def waiting_changed(self) -> None:
        """Show what waits now."""
        talk = self._talk()
        self._parts.composer.tell_waiting(tuple(talk.waiting), paused=talk.paused)

    def _give_back(self, turn: Turn, outgoing: ComposedMessage | None) -> bool:
        """Put the prompt back if nothing else is written; return whether it was."""
        composer = self._parts.composer
        if outgoing is None:
            return composer.put_back(self._talk().chat.original_prompt(turn))
        edits = outgoing.edits
        if edits is None or not composer.is_empty or not self._talk().chat.path.has(edits.turn):
            return composer.put_back(outgoing.typed)
        composer.edit(edits, outgoing.typed)
        return True

    def _ask(self, turn: Turn, failure: Failure, outgoing: ComposedMessage | None) -> None:
        is_private = self._talk().chat.record.private
        answers = self._guards.answers(turn, failure, is_private=is_private)
        edit = Option("e", "edit", lambda: self._edit(turn, outgoing))
        self._parts.choices.ask(failure.message, [*answers, edit])

    def again(self, turn: Turn, pin: Pin | None, allow: GuardOverrides) -> None:
        """Ask a turn's prompt again; without another pin its own still holds."""
        self._parts.composer.area.focus()
        self._talk().again(turn.id, pin or (self._pin(turn.pin) if turn.pin else None), allow)

    def _open_up(self) -> bool:
        """Let a private chat go to any model, because it was said so; return whether it was private."""
        chat = self._talk().chat
        if not chat.record.private:
            return False
        chat.save_record(structs.replace(chat.record, private=False))
        return True

    def _edit(self, turn: Turn, outgoing: ComposedMessage | None) -> None:
        """Put the prompt back to be edited; the turn that was stopped before anything was sent goes away for it."""
        self._parts.composer.area.focus()
        chat = self._talk().chat
        if self._give_back(turn, outgoing) and chat.withdraw(turn.id):
            self._load()
