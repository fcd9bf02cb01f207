"""Setting the chat on the screen up, or the next message alone."""

from typing import Final

from msgspec import structs

from mixchat.domain.chat_request import GenerationSettings, TurnRequest
from mixchat.domain.errors import ConfigError, ProviderError, StorageError
from mixchat.domain.stack import Slot
from mixchat.tui.actions.dispatch import handles
from mixchat.tui.chat.setting_specs import SETTING_SPECS, SettingSpec, Value, read_value, settings_with, shown
from mixchat.tui.handlers.handler import ChatHandler

_NEXT: Final = "next "
"""Before a value: it is for the next message alone."""


class ChatSettingsHandler(ChatHandler):
    """Changes settings by command or on a screen, and says what the model in line does not take."""

    @handles("system")
    def system(self, text: str) -> None:
        """Set the system prompt."""
        self._command(SETTING_SPECS["system"], text)

    @handles("effort")
    def effort(self, text: str) -> None:
        """Set how hard the model thinks."""
        self._command(SETTING_SPECS["effort"], text)

    @handles("temperature")
    def temperature(self, text: str) -> None:
        """Set how freely the model picks its words."""
        self._command(SETTING_SPECS["temperature"], text)

    @handles("max-tokens")
    def max_tokens(self, text: str) -> None:
        """Set how long a reply may be."""
        self._command(SETTING_SPECS["max_tokens"], text)

    @handles("search")
    def search(self, text: str) -> None:
        """Set whether the model searches the web."""
        self._command(SETTING_SPECS["search"], text)

    @handles("setup")
    def setup(self, name: str = "") -> None:
        """Show everything that can be set, the setting of that name highlighted."""
        from mixchat.tui.screens.chat_settings_screen import ChatSettingsScreen

        self.context.push_screen(ChatSettingsScreen(self, name))

    def _command(self, spec: SettingSpec, text: str) -> None:
        """Set what `/effort high` writes, for the next message after `next`; without a value show the screen."""
        if not text:
            self.setup(spec.name)
            return
        alone = text.startswith(_NEXT)
        try:
            value = read_value(spec, text.removeprefix(_NEXT))
        except ConfigError as error:
            self.context.notify(str(error))
        else:
            self.context.notify(self.put(spec, value, alone=alone))

    @property
    def for_chat(self) -> GenerationSettings:
        """What is set for the chat."""
        return self.context.chat.state.settings

    @property
    def for_message(self) -> GenerationSettings:
        """What is set for the next message alone."""
        return self.context.composer.settings

    def slot(self) -> Slot | None:
        """Return the slot that would answer next, `None` when nobody would."""
        composer, chat = self.context.composer, self.context.chat
        prompt = TurnRequest(text=composer.unfolded or "…", pin=composer.read().pin or composer.pin)
        try:
            fallback_order = self.context.runtime.routing.router.decide_locally(
                chat.routing_input(prompt)
            ).fallback_order
        except ProviderError:
            return None
        return fallback_order[0] if fallback_order else None

    def warning(self, spec: SettingSpec, value: Value) -> str:
        """Return what the model in line does with a value that it does not take, or nothing."""
        slot = self.slot()
        if slot is None or value is None:
            return ""
        warning = spec.warning(self.context.runtime.settings.catalog.card(slot.ref), value)
        return f"{slot.ref} {warning}." if warning else ""

    def put(self, spec: SettingSpec, value: Value, *, alone: bool) -> str:
        """Set a value for the chat, or for the next message `alone`; return what there is to say."""
        if alone:
            self.context.composer.settings = settings_with(self.for_message, spec, value)
        else:
            chat = self.context.chat
            state = structs.replace(chat.state, settings=settings_with(self.for_chat, spec, value))
            try:
                chat.save_record(structs.replace(chat.record, state=state))
            except StorageError as error:
                return f"It holds until mixchat is closed: {error}"
        self.context.view.refresh()
        where = "the next message" if alone else "this chat"
        now = f"is {shown(value)}" if value is not None else "is the default of the stack again"
        if spec.name == "system" and value is not None:
            now = "is set"
        return f"{spec.title} of {where} {now}. {self.warning(spec, value)}".rstrip()
