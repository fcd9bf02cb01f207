"""The screen in which a key is pasted."""

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from mixchat.domain.errors import ConfigError, NeedsKey
from mixchat.tui import formatting
from mixchat.tui.actions.keys import own_key
from mixchat.tui.onboarding.key_store import KeyStore, provider_of
from mixchat.tui.terminal.ordered_keys import OrderedInput
from mixchat.tui.widgets.dismissible import DismissibleModal

_ASK = "Paste a key and press Enter. It is tested with its provider, then stored in the system key ring."


class KeyScreen(DismissibleModal[str | None]):
    """Returns the provider whose key was kept, or `None`."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Back", id="key.back")]

    def __init__(self, keeping: KeyStore, key: str = "") -> None:
        super().__init__()
        self._keeping = keeping
        self._key = key
        self._outranked: tuple[str, str] | None = None
        """The provider and the key that is kept but not used, while it is asked whether it shall be."""

    def compose(self) -> ComposeResult:
        """Lay out the two fields."""
        with Vertical(id="picker"):
            yield Static("Add a key", id="picker-title", markup=False)
            yield Static(_ASK, id="key-said", markup=False)
            yield OrderedInput(self._key, password=True, placeholder="sk-…", compact=True, id="key-value")
            yield OrderedInput(
                placeholder="provider (usually recognized from the key)", compact=True, id="key-provider"
            )

    def on_mount(self) -> None:
        """Guess whose key it is."""
        for field in self.query(Input):
            field.cursor_blink = False
        self._guess(self._key)

    @on(Input.Changed, "#key-value")
    def _changed(self, event: Input.Changed) -> None:
        self._outranked = None
        self._guess(event.value)

    def _guess(self, key: str) -> None:
        provider = provider_of(key)
        if provider is not None:
            self.query_one("#key-provider", Input).value = provider

    @on(Input.Submitted)
    def _entered(self) -> None:
        provider = self.query_one("#key-provider", Input).value.strip()
        key = self.query_one("#key-value", Input).value
        known = self._keeping.providers()
        if self._outranked == (provider, key):
            self._keeping.use(provider, key)
            self.dismiss(provider)
            return
        if not key.strip():
            self._say(_ASK)
        elif provider not in known:
            self._say(f"Whose key is it? Write one of {', '.join(known)}.")
            self.query_one("#key-provider", Input).focus()
        else:
            self._say(f"Testing the key with {provider} …")
            self._keep(provider, key)

    @work(exclusive=True)
    async def _keep(self, provider: str, key: str) -> None:
        try:
            kept = await self._keeping.keep(provider, key)
        except (NeedsKey, ConfigError) as error:
            self._say(str(error))
            return
        if kept.outranked:
            self._outranked = (provider, key)
            back = own_key(self, "key.back")
            self._say(
                f"{kept.sentence} Enter uses the new key until mixchat is closed; {back} goes on with the old one."
            )
            return
        severity = "warning" if kept.passing else "information"
        self.notify(
            kept.sentence, severity=severity, timeout=formatting.seconds_to_read(kept.sentence), markup=False
        )
        self.dismiss(provider)

    def _say(self, sentence: str) -> None:
        self.query_one("#key-said", Static).update(sentence)
