"""Choosing a model by hand: for a message, for a chat, or for the last prompt once more."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from textual.app import App

from mixchat.domain.chat_request import TurnRequest
from mixchat.tui.actions import Handler
from mixchat.tui.chat.open_chats import OpenChats
from mixchat.tui.composer.composer import Composer

if TYPE_CHECKING:
    from mixchat.domain.model import ModelRef
    from mixchat.runtime.runtime import Runtime
    from mixchat.tui.screens.models.models_screen import Picked, Use


class ModelHandlers:
    """Opens the model picker and pins what was taken.

    Args:
        app: shows the picker.
        runtime: knows the models.
        session: holds the chat.
        composer: gets the pin of a single message.
        do: does another act, with its argument: pins the chat, asks again.
        looked: is called when another model would answer.
        say: shows a sentence.
    """

    def __init__(
        self,
        app: App[int],
        runtime: "Runtime",
        session: OpenChats,
        composer: Composer,
        do: Callable[[str, str], object],
        looked: Callable[[], None],
        say: Callable[[str], None],
    ) -> None:
        self._app = app
        self._runtime = runtime
        self._session = session
        self._composer = composer
        self._do = do
        self._looked = looked
        self._say = say

    def handlers(self) -> Mapping[str, Handler]:
        """Return what can be done here, by act."""
        return {"models": self.models, "pin": self.pin, "retry-with": self.retry_with}

    def models(self, _: str) -> None:
        """Show every model; the one that is taken is pinned."""
        from mixchat.tui.screens.models.models_screen import FOR_CHAT

        self._pick(FOR_CHAT, "Models")

    def pin(self, name: str) -> None:
        """Pin the chat to a role or model, or without a name to a model that is picked."""
        if name:
            self._do("pin-to", name)
        else:
            self._pick(("pin",), "Who shall answer this chat?")

    def retry_with(self, name: str) -> None:
        """Ask the last prompt again, of a model that is picked."""
        if name:
            self._do("retry", name)
        else:
            self._pick(("retry",), "Who shall answer again?", self._others())

    def _others(self) -> "Sequence[ModelRef]":
        """Return who else could answer the last prompt, by the line-up that it would get."""
        chat = self._session.chat
        turn = chat.turns[-1] if chat.turns else None
        if turn is None:
            return ()
        question = chat.routing_input(TurnRequest(text=turn.prompt, files=turn.files))
        lineup = self._runtime.routing.router.decide_locally(question).lineup
        return [seat.ref for seat in lineup if seat.ref != turn.ref]

    def _pick(self, uses: "Sequence[Use]", heading: str, first: "Sequence[ModelRef]" = ()) -> None:
        from mixchat.tui.screens.models.model_list import ModelList
        from mixchat.tui.screens.models.models_screen import ModelsScreen

        self._app.push_screen(ModelsScreen(ModelList(self._runtime), uses, heading, first), self._take)

    def _take(self, picked: "Picked | None") -> None:
        if picked is None:
            return
        name = str(picked.ref)
        if picked.use in {"chat", "pin"}:
            self._do("pin", name)
        elif picked.use == "message":
            self._composer.pin = self._runtime.routing.resolve_name(name)
            self._looked()
            self._say(f"{name} answers the next message.")
        else:
            self._do("retry", name)
