"""The settings: every key of the config with its type, its default and where it was set."""

from collections.abc import Callable, Sequence
from typing import ClassVar, Final, cast

from textual.binding import Binding, BindingType

from mixchat.config.edit import Value
from mixchat.config.schema import Setting, fields
from mixchat.domain.errors import ConfigError
from mixchat.tui.picker import Picker, PickerEntry
from mixchat.tui.screens.list_screen import FilterListScreen
from mixchat.tui.screens.settings.config_editor import ConfigEditor, looks_like_secret
from mixchat.tui.screens.settings.rows import details, from_home, setting_rows
from mixchat.tui.screens.value_prompt import ValuePrompt

_ELSEWHERE: Final = {"theme": "theme", "stack": "stack"}
"""Keys whose values are chosen on a screen of their own, by act."""
BY_HAND: Final = {
    "roles": "The roles of every stack are changed in the stack screen; [roles] over all of them is written in {file}.",
    "headers": "A header can hold a secret, so headers are not shown here; they are written in {file}.",
}
"""Tables that are written in the file, by the last part of their name."""


class SettingsScreen(FilterListScreen[None]):
    """Edits the config in place; every change can be taken back.

    Args:
        book: reads and writes the config.
        do: does an act of the chat screen.
        settings: what is listed.
        heading: the title.
    """

    PLACEHOLDER = "type a part of a name or of what it does"
    EMPTY = "No setting has these words."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "change", "change", priority=True, id="settings.change"),
        Binding("ctrl+d", "default", "back to the default", priority=True, id="settings.default"),
        Binding("ctrl+z", "undo", "undo", priority=True, id="settings.undo"),
    ]

    def __init__(
        self,
        book: ConfigEditor,
        do: Callable[[str], object],
        settings: Sequence[Setting],
        heading: str = "Settings",
    ) -> None:
        super().__init__()
        self.HEADING = heading
        self._book = book
        self._do = do
        self._settings = {setting.key: setting for setting in settings}
        self._sources = book.sources(settings)

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
        settings = list(self._settings.values())
        self._sources = self._book.sources(settings)
        self.rows.tell(setting_rows(settings, self._book, words, self._sources), self.rows.lit)

    def lit(self, value: str) -> None:
        """Explain the lit setting."""
        setting = self._settings.get(value)
        if setting is None:
            self.say_detail("")
        else:
            now = self._book.value(setting)
            self.say_detail(details(setting, now, self._sources[value], self._book.file))

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
            self._put(setting, not self._book.value(setting))
        elif setting.kind == "choice":
            self._choose(setting)
        elif setting.kind == "table":
            self._open(setting)
        else:
            self._write(setting)

    def _open(self, table: Setting) -> None:
        by_hand = BY_HAND.get(table.path[-1])
        if by_hand is not None:
            self.say(by_hand.format(file=from_home(self._book.file)))
            return
        from mixchat.tui.screens.settings.table_screen import TableScreen

        self.above.push_screen(TableScreen(self._book, table, self._enter))

    def _enter(self, table: Setting, name: str) -> None:
        """Show the keys of one named thing."""
        self.above.push_screen(
            SettingsScreen(self._book, self._do, fields(table.key, name), f"[{table.key}] {name}")
        )

    def _choose(self, setting: Setting) -> None:
        def chosen(value: str | None) -> None:
            if value is not None:
                self._put(setting, value)

        entries = [PickerEntry(choice, choice) for choice in setting.choices]
        lit = str(self._book.value(setting))
        self.above.push_screen(Picker(setting.key, entries, lit=lit), chosen)

    def _write(self, setting: Setting) -> None:
        def written(text: str | None) -> None:
            if text is not None:
                self._put(setting, self._book.read(setting, text))

        value = self._book.value(setting)
        known = "" if value is None else str(value)
        if setting.kind == "list":
            known = ", ".join(cast("tuple[str, ...]", value))
        self.above.push_screen(
            ValuePrompt(
                setting.key,
                "" if looks_like_secret(known) else known,
                help=setting.help,
                check=lambda text: self._book.read(setting, text),
            ),
            written,
        )

    def action_default(self) -> None:
        """Take the lit key out of the config file."""
        setting = self._settings.get(self.rows.lit)
        if setting is not None and setting.kind != "table" and setting.key not in _ELSEWHERE:
            self._put(setting, None)

    def action_undo(self) -> None:
        """Take the last change back."""
        self.say(self._book.undo())
        self.refill()

    def _put(self, setting: Setting, value: Value) -> None:
        try:
            said = self._book.put(setting, value)
        except ConfigError as error:
            said = str(error)
        if said:
            self.say(said)
        self.refill()
