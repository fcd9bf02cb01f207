"""Setting the chat on the screen up, or the next message alone."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

from msgspec import structs
from textual.app import App

from mixchat.domain.chat_request import GenerationSettings, TurnRequest
from mixchat.domain.errors import ConfigError, ProviderError, StorageError
from mixchat.domain.stack import Seat
from mixchat.tui.actions import Handler
from mixchat.tui.chat.open_chats import OpenChats
from mixchat.tui.chat.setting_specs import SETTING_SPECS, SettingSpec, Value, read_value, settings_with, shown
from mixchat.tui.composer.composer import Composer

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime

_NEXT: Final = "next "
"""Before a value: it is for the next message alone."""


class ChatSettingsHandlers:
    """Changes settings by command or on a screen, and says what the model in line does not take.

    Args:
        app: shows the screen.
        runtime: knows the models.
        session: holds the chat.
        composer: keeps what is set for the next message.
        changed: is called when a setting changed.
        say: shows a sentence.
    """

    def __init__(
        self,
        app: App[int],
        runtime: "Runtime",
        session: OpenChats,
        composer: Composer,
        changed: Callable[[], None],
        say: Callable[[str], None],
    ) -> None:
        self._app = app
        self._runtime = runtime
        self._session = session
        self._composer = composer
        self._changed = changed
        self._say = say

    def handlers(self) -> Mapping[str, Handler]:
        """Return what can be done here, by act."""
        specs = {act_of(name): partial(self.command, spec) for name, spec in SETTING_SPECS.items()}
        return {**specs, "setup": self.setup}

    def setup(self, name: str = "") -> None:
        """Show everything that can be set."""
        from mixchat.tui.screens.chat_settings_screen import ChatSettingsScreen

        self._app.push_screen(ChatSettingsScreen(self, name))

    def command(self, spec: SettingSpec, text: str) -> None:
        """Set what `/effort high` writes, for the next message after `next`; without a value show the screen."""
        if not text:
            self.setup(spec.name)
            return
        alone = text.startswith(_NEXT)
        try:
            value = read_value(spec, text.removeprefix(_NEXT))
        except ConfigError as error:
            self._say(str(error))
        else:
            self._say(self.put(spec, value, alone=alone))

    @property
    def for_chat(self) -> GenerationSettings:
        """What is set for the chat."""
        return self._session.chat.state.settings

    @property
    def for_message(self) -> GenerationSettings:
        """What is set for the next message alone."""
        return self._composer.settings

    def seat(self) -> Seat | None:
        """Return the seat that would answer next, `None` when nobody would."""
        composer, chat = self._composer, self._session.chat
        prompt = TurnRequest(text=composer.unfolded or "…", pin=composer.read().pin or composer.pin)
        try:
            lineup = self._runtime.routing.router.decide_locally(chat.routing_input(prompt)).lineup
        except ProviderError:
            return None
        return lineup[0] if lineup else None

    def objection(self, spec: SettingSpec, value: Value) -> str:
        """Return what the model in line does with a value that it does not take, or nothing."""
        seat = self.seat()
        if seat is None or value is None:
            return ""
        said = spec.warning(self._runtime.settings.catalog.card(seat.ref), value)
        return f"{seat.ref} {said}." if said else ""

    def put(self, spec: SettingSpec, value: Value, *, alone: bool) -> str:
        """Set a value for the chat, or for the next message `alone`; return what there is to say."""
        if alone:
            self._composer.settings = settings_with(self.for_message, spec, value)
        else:
            chat = self._session.chat
            state = structs.replace(chat.state, settings=settings_with(self.for_chat, spec, value))
            try:
                chat.save_record(structs.replace(chat.record, state=state))
            except StorageError as error:
                return f"It holds until mixchat is closed: {error}"
        self._changed()
        where = "the next message" if alone else "this chat"
        now = f"is {shown(value)}" if value is not None else "is again what the seat says"
        if spec.name == "system" and value is not None:
            now = "is set"
        return f"{spec.title} of {where} {now}. {self.objection(spec, value)}".rstrip()


def act_of(name: str) -> str:
    """Return the act that sets a field of `Settings`."""
    return name.replace("_", "-")
