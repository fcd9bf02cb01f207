"""What a private role would keep on this machine is not sent elsewhere before the person said so."""

from collections.abc import Sequence

from mixchat.domain.chat_request import Pin, TurnRequest
from mixchat.domain.stack import Slot
from mixchat.domain.turn import Turn
from mixchat.tui.chat.context import ChatContext
from mixchat.tui.widgets.choice_bar import Act, Option, Question


class PrivateRoleQuestion:
    """Asks before a prompt goes to models that were chosen by hand, where the router would not have let it out."""

    def __init__(self, context: ChatContext) -> None:
        self._context = context

    def role_of(self, prompt: TurnRequest, parent: str | None) -> str | None:
        """Return the private role that the router would give `prompt` to, or `None`."""
        chat = self._context.chat
        unpinned = TurnRequest(text=prompt.text, files=prompt.files)
        decision = self._context.runtime.routing.router.decide_locally(
            chat.routing_input(unpinned, chat.path.up_to(parent))
        )
        return decision.role if decision.private and not chat.record.private else None

    def role_of_turn(self, turn: Turn) -> str | None:
        """Return the private role that answered a turn, or `None`."""
        decision = turn.decision
        private = decision is not None and decision.private and not self._context.chat.record.private
        return decision.role if private and decision is not None else None

    def ask(self, role: str | None, pins: Sequence[Pin], go_on: Act, back: Act) -> None:
        """Go on, at once where `role` is none or nothing leaves this machine, else when the person says so."""
        slots = [slot for pin in pins for slot in self._slots(pin)]
        remote = dict.fromkeys(str(slot.ref) for slot in slots if not self._is_local(slot))
        if role is None or not remote:
            go_on()
            return
        names = ", ".join(remote)
        question = Question(
            title="Send it anyway?",
            words=f"The role {role} is private: its prompts stay on this machine. Send this one to {names}?",
            options=[
                Option("alt+a", "Send it", go_on),
                Option(self._context.key("stop"), "keeps it here", back, short="keep it here"),
            ],
            about="private role",
        )
        self._context.widgets.choices.ask(question)

    def _slots(self, pin: Pin) -> Sequence[Slot]:
        """Return who may be asked for `pin`; a role that is private sees to itself."""
        if pin.slot is not None:
            return [pin.slot]
        stack = self._context.runtime.routing.stack
        role_config = stack.roles.get(pin.role or pin.name)
        return (
            ()
            if role_config is not None and role_config.private
            else stack.fallback_order(pin.role or pin.name)
        )

    def _is_local(self, slot: Slot) -> bool:
        return self._context.runtime.routing.services.local(slot.ref)
