"""Steering the chat: retry, continue, pin, correct, keep private."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from msgspec import structs
from textual.app import App

from mixchat.domain.chat_request import Pin
from mixchat.domain.errors import StorageError
from mixchat.domain.role import BUILT_IN, FALLBACK
from mixchat.domain.turn import Outcome, Turn
from mixchat.tui.actions import Handler
from mixchat.tui.chat.open_chats import OpenChats
from mixchat.tui.chat.turn_selection import TurnSelection
from mixchat.tui.composer.composer import Composer
from mixchat.tui.picker import Picker, PickerEntry

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime

_BUSY: Final = "A reply is still coming; Esc stops it."
_SHOWN: Final = 48
"""Characters of a prompt in the title of a list."""


class TurnHandlers:
    """Does to the chat on the screen what the person says, and says what came of it.

    Args:
        runtime: knows what names mean.
        app: where lists are shown.
        session: holds the chat.
        composer: gets the pin of a single message.
        pointing: knows which turn is meant.
        refreshed: is called when something of the chat changed.
        replaced: shows a turn as it is now.
        say: shows a sentence.
    """

    def __init__(
        self,
        runtime: "Runtime",
        app: App[int],
        session: OpenChats,
        composer: Composer,
        pointing: TurnSelection,
        *,
        refreshed: Callable[[], None],
        replaced: Callable[[Turn], None],
        say: Callable[[str], None],
    ) -> None:
        self._runtime = runtime
        self._app = app
        self._pointing = pointing
        self._replaced = replaced
        self._session = session
        self._composer = composer
        self._refreshed = refreshed
        self._say = say

    def handlers(self) -> Mapping[str, Handler]:
        """Return what can be done here, by act."""
        return {
            "retry": self.retry,
            "continue": self.go_on,
            "pin-to": self.pin,
            "unpin": self.unpin,
            "correct": self.correct,
            "private": self.private,
        }

    def retry(self, name: str) -> None:
        """Ask the prompt of the turn that is meant again, of another role or model if one is named."""
        turn = self._pointing.turn()
        if self._session.queue.busy:
            self._say(_BUSY)
        elif turn is None:
            self._say("There is nothing to ask again yet.")
        elif (pin := self._named(name or turn.pin or "")) is not None or not name:
            self._session.queue.again(turn.id, pin)

    def go_on(self, name: str) -> None:
        """Continue the reply that is meant where it was cut off or stopped."""
        turn = self._pointing.turn()
        if self._session.queue.busy:
            self._say(_BUSY)
        elif turn is None or not turn.reply:
            self._say("There is no reply to continue; f5 asks again.")
        elif turn.outcome is Outcome.COMPLETE and turn.stop != "length":
            self._say("This reply is complete; f5 asks again, f8 asks another model.")
        elif (pin := self._named(name or turn.pin or "")) is not None or not name:
            self._session.queue.go_on(turn.id, pin)

    def pin(self, name: str) -> None:
        """Let one role or model answer this chat."""
        pin = self._named(name)
        if pin is not None:
            self._set_pin(pin)
            self._say(f"This chat is pinned to {pin.name}; /auto lets the router choose again.")

    def unpin(self, _: str) -> None:
        """Let the router choose again."""
        self._composer.pin = None
        self._set_pin(None)
        self._say("The router chooses who answers.")

    def _set_pin(self, pin: Pin | None) -> None:
        chat = self._session.chat
        chat.save_record(structs.replace(chat.record, state=structs.replace(chat.state, pin=pin)))
        self._refreshed()

    def correct(self, role: str) -> None:
        """Say which role the prompt of the turn that is meant was, by name or from a list; the router learns it."""
        turn = self._pointing.turn()
        known = [name for name in self._runtime.routing.stack.roles if name != FALLBACK]
        if turn is None:
            self._say("There is no turn to correct yet.")
        elif turn.outcome is Outcome.OPEN:
            self._say(_BUSY)
        elif not role:
            self._pick_role(turn, known)
        elif role not in known:
            self._say(
                f"{role} is no role of the stack {self._runtime.routing.stack.name}; it has {', '.join(known)}."
            )
        else:
            self._corrected(turn, role)

    def _pick_role(self, turn: Turn, known: list[str]) -> None:
        told = {role.name: role.description for role in BUILT_IN}
        posts = self._runtime.routing.stack.roles
        entries = [PickerEntry(name, name, posts[name].description or told.get(name, "")) for name in known]
        now = turn.corrected or (turn.decision.role if turn.decision else None) or ""
        shown = " ".join(turn.prompt.split())[:_SHOWN]

        def chosen(role: str | None) -> None:
            if role is not None:
                self._corrected(turn, role)

        self._app.push_screen(Picker(f"What was \u201c{shown}\u201d?", entries, lit=now), chosen)

    def _corrected(self, turn: Turn, role: str) -> None:
        try:
            corrected = self._session.chat.correct(turn.id, role)
        except StorageError as error:
            self._say(str(error))
            return
        self._replaced(corrected)
        learns = "; prompts like it will follow" if self._runtime.settings.config.router.learn else ""
        self._say(f"That was {role}{learns}. f5 asks again.")

    def private(self, _: str) -> None:
        """Keep the chat on this machine, or let it go anywhere again."""
        chat = self._session.chat
        chat.save_record(structs.replace(chat.record, private=not chat.record.private))
        self._refreshed()
        where = "only to models on this machine" if chat.record.private else "to any model of the stack"
        self._say(f"This chat goes {where}.")

    def _named(self, name: str) -> Pin | None:
        if not name:
            return None
        pin = self._runtime.routing.resolve_name(name.removeprefix("@"))
        if pin is None:
            self._say(self._runtime.routing.unknown_name_message(name))
        return pin
