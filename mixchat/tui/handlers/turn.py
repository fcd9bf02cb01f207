"""Steering the chat: retry, continue, pin, correct, keep private."""

from functools import partial
from typing import Final

from msgspec import structs

from mixchat.domain.chat_request import Pin
from mixchat.domain.errors import ConfigError, StorageError
from mixchat.domain.role import BUILT_IN, FALLBACK
from mixchat.domain.turn import Outcome, Turn
from mixchat.tui.actions.dispatch import handles
from mixchat.tui.handlers.handler import NO_TURN, ChatHandler
from mixchat.tui.handlers.private_role import PrivateRoleQuestion
from mixchat.tui.widgets.choice_bar import Act
from mixchat.tui.widgets.picker import Picker, PickerEntry

_SHOWN: Final = 48
"""Characters of a prompt in the title of a list."""

_ELSEWHERE: Final = "Another window is still answering this turn."


class TurnHandler(ChatHandler):
    """Does to the chat on the screen what the person says, and says what came of it."""

    @handles("retry")
    def retry(self, name: str) -> None:
        """Ask the prompt of the turn that is meant again, of another role or model if one is named."""
        turn = self.context.selection.turn()
        if self.context.queue.busy:
            self.say_busy()
        elif turn is None:
            self.context.notify("There is nothing to ask again yet.")
        elif (pin := self._named(name or turn.pin or "")) is not None or not name:
            self._if_public(turn, pin, partial(self.context.queue.again, turn.id, pin))

    @handles("continue")
    def go_on(self, name: str) -> None:
        """Continue the reply that is meant where it was cut off or stopped."""
        turn = self.context.selection.turn()
        if self.context.queue.busy:
            self.say_busy()
        elif turn is None or not turn.reply:
            self.context.notify(f"There is no reply to continue; {self.context.key('retry')} asks again.")
        elif turn.outcome is Outcome.OPEN:
            self.context.notify(_ELSEWHERE)
        elif turn.outcome is Outcome.COMPLETE and turn.stop != "length":
            again, other = self.context.key("retry"), self.context.key("retry-with")
            self.context.notify(f"This reply is complete; {again} asks again, {other} asks another model.")
        elif (pin := self._named(name or turn.pin or "")) is not None or not name:
            self._if_public(turn, pin, partial(self.context.queue.go_on, turn.id, pin))

    def _if_public(self, turn: Turn, pin: Pin | None, act: Act) -> None:
        """Do it; where a private role answered and another machine would be told now, only when the person says so."""
        private = PrivateRoleQuestion(self.context)
        back = self.context.composer.area.focus
        private.ask(private.role_of_turn(turn), [pin] if pin else [], act, back)

    def pin(self, name: str) -> None:
        """Let one role or model answer this chat."""
        pin = self._named(name)
        if pin is not None:
            self.set_pin(pin)
            self.context.notify(f"This chat is pinned to {pin.name}; /auto lets the router choose again.")

    @handles("unpin")
    def unpin(self) -> None:
        """Let the router choose again."""
        self.context.composer.pin = None
        self.set_pin(None)
        self.context.notify("The router chooses who answers.")

    def set_pin(self, pin: Pin | None) -> None:
        """Pin the chat, or with `None` let the router choose again; the composer says which."""
        chat = self.context.chat
        chat.save_record(structs.replace(chat.record, state=structs.replace(chat.state, pin=pin)))
        self.context.view.refresh()

    @handles("correct")
    def correct(self, role: str) -> None:
        """Say which role the prompt of the turn that is meant was, by name or from a list; the router learns it."""
        turn, stack = self.context.selection.turn(), self.context.runtime.routing.stack
        known = [name for name in stack.roles if name != FALLBACK]
        if turn is None:
            self.context.notify("There is no turn to correct yet.")
        elif turn.outcome is Outcome.OPEN:
            if self.context.queue.busy:
                self.say_busy()
            else:
                self.context.notify(_ELSEWHERE)
        elif not role:
            self._pick_role(turn, known)
        elif role not in known:
            self.context.notify(f"{role} is not a role of the stack {stack.name}; it has {', '.join(known)}.")
        else:
            self._correct(turn, role)

    def _pick_role(self, turn: Turn, known: list[str]) -> None:
        built_in = {role.name: role.description for role in BUILT_IN}
        roles = self.context.runtime.routing.stack.roles
        entries = [
            PickerEntry(name, name, roles[name].description or built_in.get(name, "")) for name in known
        ]
        now = turn.corrected or (turn.decision.role if turn.decision else None) or ""
        shown = " ".join(turn.prompt.split())[:_SHOWN]
        picker = Picker(f"What was \u201c{shown}\u201d?", entries, highlighted=now)
        self.context.push_screen(picker, partial(self._correct, turn))

    def _correct(self, turn: Turn, role: str | None) -> None:
        if role is None:
            return
        try:
            corrected = self.context.chat.correct(turn.id, role)
        except StorageError as error:
            self.context.notify(str(error))
            return
        self.context.view.replace(corrected)
        learns = "; prompts like it will follow" if self.context.runtime.settings.config.router.learn else ""
        self.context.notify(f"That was {role}{learns}. {self.context.key('retry')} asks again.")

    @handles("unlearn")
    def unlearn(self) -> None:
        """Forget what the router learned from the turn that is meant."""
        turn = self.context.selection.turn()
        if turn is None:
            self.context.notify(NO_TURN)
            return
        try:
            forgotten = self.context.chat.unlearn(turn.id)
        except (ConfigError, StorageError) as error:
            self.context.notify(f"It is still learned: {error}")
            return
        if forgotten is None:
            self.context.notify("Nothing was learned from this turn.")
            return
        self.context.view.replace(forgotten)
        self.context.notify("Forgotten: prompts like this one go where the router sends them.")

    @handles("private")
    def private(self) -> None:
        """Keep the chat on this machine, or let it go anywhere again."""
        chat = self.context.chat
        chat.save_record(structs.replace(chat.record, private=not chat.record.private))
        self.context.view.refresh()
        where = "local models only" if chat.record.private else "any model of the stack"
        self.context.notify(f"This chat uses {where}.")

    def _named(self, name: str) -> Pin | None:
        return self.context.pin(name) if name else None
