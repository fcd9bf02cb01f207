"""Where a key is pasted in: whose it is, whether it is good, and where it is kept."""

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from mixchat.tui.in_order import Field
from mixchat.tui.start.keeping import Keeping
from mixchat.tui.start.key_shape import provider_of
from mixchat.words.error import ConfigError, NeedsKey

_ASK = "Paste a key and press Enter. It goes to its provider once, to be tested, and then to the key ring."


class KeyScreen(ModalScreen[str | None]):
    """Returns the provider whose key was kept, or `None`."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Back", id="key.back")]

    def __init__(self, keeping: Keeping, key: str = "") -> None:
        super().__init__()
        self._keeping = keeping
        self._key = key

    def compose(self) -> ComposeResult:
        """Lay out the two fields."""
        with Vertical(id="picker"):
            yield Static("Add a key", id="picker-title", markup=False)
            yield Static(_ASK, id="key-said", markup=False)
            yield Field(self._key, password=True, placeholder="sk-…", compact=True, id="key-value")
            yield Field(
                placeholder="provider, seen by the key where it can be", compact=True, id="key-provider"
            )

    def on_mount(self) -> None:
        """Guess whose key it is."""
        for field in self.query(Input):
            field.cursor_blink = False
        self._guess(self._key)

    @on(Input.Changed, "#key-value")
    def _changed(self, event: Input.Changed) -> None:
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
        if not key.strip():
            self._say(_ASK)
        elif provider not in known:
            self._say(f"Whose key is it? Write one of {', '.join(known)}.")
            self.query_one("#key-provider", Input).focus()
        else:
            self._say(f"Testing the key with {provider} …")
            self._keep(provider, key)

    @work
    async def _keep(self, provider: str, key: str) -> None:
        try:
            said = await self._keeping.keep(provider, key)
        except (NeedsKey, ConfigError) as error:
            self._say(str(error))
            return
        self.notify(said, markup=False)
        self.dismiss(provider)

    def _say(self, sentence: str) -> None:
        self.query_one("#key-said", Static).update(sentence)
