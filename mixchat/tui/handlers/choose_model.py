"""Choosing a model by hand: for a message, for a chat, or for the last prompt once more."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mixchat.domain.chat_request import Pin, TurnRequest
from mixchat.tui.actions.dispatch import handles
from mixchat.tui.chat.context import ChatContext
from mixchat.tui.chat.route_preview import candidates
from mixchat.tui.handlers.handler import ChatHandler
from mixchat.tui.handlers.turn import TurnHandler

if TYPE_CHECKING:
    from mixchat.domain.model import ModelRef
    from mixchat.tui.screens.models.models_screen import Picked, Use


class ModelHandler(ChatHandler):
    """Opens the model picker, and pins or asks what was picked."""

    def __init__(self, context: ChatContext, turns: TurnHandler) -> None:
        super().__init__(context)
        self._turns = turns
        self._candidates: Sequence[Pin] = ()
        self._at = -1

    @handles("models")
    def models(self) -> None:
        """Show every model; the one that is picked is pinned."""
        from mixchat.tui.screens.models.models_screen import FOR_CHAT

        self._pick(FOR_CHAT, "Models")

    @handles("pin")
    def pin(self, name: str) -> None:
        """Pin the chat to a role or model, or without a name to a model that is picked."""
        if name:
            self._turns.pin(name)
        else:
            self._pick(("pin",), "Choose a model for this chat")

    @handles("retry-with")
    def retry_with(self, name: str) -> None:
        """Ask the last prompt again, of a model that is picked."""
        if name:
            self._turns.retry(name)
        else:
            self._pick(("retry",), "Retry with ...", self._others())

    @handles("next-candidate")
    def next_candidate(self) -> None:
        """Let the next one who could answer take this message; after the last, the router chooses again."""
        composer = self.context.composer
        decision = composer.preview.decision
        if composer.pin is None:
            self._candidates = candidates(decision) if decision else ()
            self._at = -1
        if not self._candidates:
            self.context.notify("Nobody else could answer this." if decision else "Write something first.")
            return
        self._at += 1
        composer.pin = self._candidates[self._at] if self._at < len(self._candidates) else None
        self.context.view.previewer.refresh()

    @handles("next-favourite")
    def next_favourite(self) -> None:
        """Pin the chat to the next favourite that can be asked; after the last, the router chooses again."""
        routing, providers = self.context.runtime.routing, self.context.runtime.settings.providers
        named = [routing.resolve_name(name) for name in self.context.runtime.settings.config.favourites]
        pins = [pin for pin in named if pin and (not pin.slot or providers.reachable(pin.slot.ref.provider))]
        if not pins:
            self.context.notify(
                f"No favourite can be asked; {self.context.key('models')} lists the models, where one can be marked."
            )
            return
        now = self.context.chat.state.pin
        targets = [pin.target for pin in pins]
        after = targets.index(now.target) + 1 if now is not None and now.target in targets else 0
        self._turns.set_pin(pins[after] if after < len(pins) else None)

    def _others(self) -> "Sequence[ModelRef]":
        """Return who else could answer the last prompt, by the fallback order that it would get."""
        chat = self.context.chat
        turn = chat.turns[-1] if chat.turns else None
        if turn is None:
            return ()
        routed = chat.routing_input(TurnRequest(text=turn.prompt, files=turn.files))
        fallback_order = self.context.runtime.routing.router.decide_locally(routed).fallback_order
        return [slot.ref for slot in fallback_order if slot.ref != turn.ref]

    def _pick(self, uses: "Sequence[Use]", heading: str, first: "Sequence[ModelRef]" = ()) -> None:
        from mixchat.tui.screens.models.model_list import ModelList
        from mixchat.tui.screens.models.models_screen import ModelsScreen

        screen = ModelsScreen(ModelList(self.context.runtime), uses, heading, first)
        self.context.push_screen(screen, self._picked)

    def _picked(self, picked: "Picked | None") -> None:
        if picked is None:
            return
        name = str(picked.ref)
        if picked.use in {"chat", "pin"}:
            self._turns.pin(name)
        elif picked.use == "message":
            self.context.composer.pin = self.context.runtime.routing.resolve_name(name)
            self.context.view.refresh()
            self.context.notify(f"{name} answers the next message.")
        else:
            self._turns.retry(name)
