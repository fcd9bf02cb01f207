"""The settings: every key of the config with its type, its default and where it was set."""

from collections.abc import Callable
from typing import ClassVar, Final

from textual.binding import Binding, BindingType

from mixchat.papers.config_edit import Value
from mixchat.papers.schema import Setting
from mixchat.tui.picker import Entry, Picker
from mixchat.tui.screens.ask import Ask
from mixchat.tui.screens.page import Page
from mixchat.tui.screens.settings.config_book import ConfigBook
from mixchat.tui.screens.settings.settings_rows import details, from_home, setting_rows
from mixchat.words.error import ConfigError

_ELSEWHERE: Final = {"theme": "theme", "stack": "stack"}
"""Keys whose values are chosen on a screen of their own, by act."""


class SettingsScreen(Page[None]):
    """Edits the config in place; every change can be taken back.

    Args:
        book: reads and writes the config.
        do: does an act of the chat screen.
    """

    HEADING = "Settings"
    PLACEHOLDER = "type a part of a name or of what it does"
    EMPTY = "No setting has these words."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "change", "change", priority=True, id="settings.change"),
        Binding("ctrl+d", "default", "back to the default", priority=True, id="settings.default"),
        Binding("ctrl+z", "undo", "undo", priority=True, id="settings.undo"),
    ]

    def __init__(self, book: ConfigBook, do: Callable[[str], object]) -> None:
        super().__init__()
        self._book = book
        self._do = do
        self._settings = {setting.key: setting for setting in book.settings()}
        self._sources = book.sources()
        self._undo: list[tuple[Setting, Value]] = []

    def on_mount(self) -> None:
        """List the settings."""
        super().on_mount()
        self.say_aside(from_home(self._book.file))

    def on_screen_resume(self) -> None:
        """Show what was changed on a screen of its own."""
        if self.is_mounted:
            self.refill()

    def fill(self, words: str) -> None:
        """Show the settings that fit."""
        self._sources = self._book.sources()
        self.rows.tell(setting_rows(self._book, words, self._sources), self.rows.lit)

    def lit(self, value: str) -> None:
        """Explain the lit setting."""
        setting = self._settings.get(value)
        self.say_detail(details(setting, self._sources[value], self._book.file) if setting else "")

    def taken(self, value: str) -> None:
        """Change the setting."""
        self.action_change()

    def action_change(self) -> None:
        """Change the lit setting: a switch at once, everything else by a list or a field."""
        setting = self._settings.get(self.rows.lit)
        if setting is None:
            return
        if setting.key in _ELSEWHERE:
            self._do(_ELSEWHERE[setting.key])
        elif setting.kind == "switch":
            self._put(setting, not self._book.value(setting.key))
        elif setting.kind == "choice":
            self._choose(setting)
        elif setting.kind == "table":
            self.say(f"[{setting.key}] is a table; write it in {from_home(self._book.file)}.")
        else:
            self._write(setting)

    def _choose(self, setting: Setting) -> None:
        def chosen(value: str | None) -> None:
            if value is not None:
                self._put(setting, value)

        entries = [Entry(choice, choice) for choice in setting.choices]
        lit = str(self._book.value(setting.key))
        self.above.push_screen(Picker(setting.key, entries, lit=lit), chosen)

    def _write(self, setting: Setting) -> None:
        def written(text: str | None) -> None:
            if text is not None:
                self._put(setting, self._book.read(setting, text))

        value = self._book.value(setting.key)
        known = "" if value is None else str(value)
        self.above.push_screen(
            Ask(setting.key, known, help=setting.help, check=lambda text: self._book.read(setting, text)),
            written,
        )

    def action_default(self) -> None:
        """Take the lit key out of the config file."""
        setting = self._settings.get(self.rows.lit)
        if setting is not None and setting.kind != "table" and setting.key not in _ELSEWHERE:
            self._put(setting, None)

    def action_undo(self) -> None:
        """Take the last change back."""
        if not self._undo:
            self.say("There is nothing to take back.")
            return
        setting, before = self._undo.pop()
        self._write_down(setting, before)
        self.say(f"{setting.key} is as it was.")

    def _put(self, setting: Setting, value: Value) -> None:
        self._undo.append((setting, self._book.written(setting)))
        self._write_down(setting, value)

    def _write_down(self, setting: Setting, value: Value) -> None:
        try:
            said = self._book.put(setting, value)
        except ConfigError as error:
            said = str(error)
        if said:
            self.say(said)
        self.refill()
