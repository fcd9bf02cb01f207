"""The settings: every key of the config with its type, its default and where it was set."""

from collections.abc import Sequence
from typing import ClassVar, Final, cast

from textual.binding import Binding, BindingType

from mixchat.config.edit import Value
from mixchat.config.schema import Setting, fields
from mixchat.domain.errors import ConfigError
from mixchat.tui.formatting import from_home
from mixchat.tui.picker import Picker, PickerEntry
from mixchat.tui.screens.list_screen import FilterListScreen
from mixchat.tui.screens.settings.config_editor import ConfigEditor, looks_like_secret
from mixchat.tui.screens.settings.rows import details, meant, setting_rows
from mixchat.tui.screens.value_prompt import ValuePrompt

_ELSEWHERE: Final = {"theme": "theme", "stack": "stack"}
"""Keys whose values are chosen on a screen of their own, by action."""
BY_HAND: Final = {
    "roles": "The roles of every stack are changed in the stack screen; [roles] over all of them is written in {file}.",
    "headers": "A header can hold a secret, so headers are not shown here; they are written in {file}.",
}
"""Tables that are written in the file, by the last part of their name."""


class SettingsScreen(FilterListScreen[None]):
    """Edits the config in place; every change can be taken back.

    Args:
        editor: reads and writes the config.
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
        editor: ConfigEditor,
        settings: Sequence[Setting],
        heading: str = "Settings",
    ) -> None:
        super().__init__()
        self.HEADING = heading
        self._editor = editor
        self._settings = {setting.key: setting for setting in settings}
        self._sources = editor.sources(settings)
        self._words = ""

    def on_mount(self) -> None:
        """List the settings."""
        super().on_mount()
        self.update_aside(from_home(self._editor.file))

    def on_screen_resume(self) -> None:
        """Show what was changed on a screen of its own."""
        if self.is_mounted:
            self.refill()

    def fill(self, words: str) -> None:
        """Show the settings that fit."""
        settings = list(self._settings.values())
        self._sources = self._editor.sources(settings)
        rows = setting_rows(settings, self._editor, words, self._sources)
        lit = self.rows.highlighted
        if words != self._words:
            self._words = words
            lit = meant(words, [row.value for row in rows if row.value]) or lit
        self.rows.update_rows(rows, lit)

    def row_highlighted(self, value: str) -> None:
        """Explain the highlighted setting."""
        setting = self._settings.get(value)
        if setting is None:
            self.update_detail("")
        else:
            now = self._editor.value(setting)
            self.update_detail(details(setting, now, self._sources[value], self._editor.file))

    def row_selected(self, value: str) -> None:
        """Change the setting."""
        self.action_change()

    def action_change(self) -> None:
        """Change the highlighted setting: a switch at once, everything else by a list or a field."""
        setting = self._settings.get(self.rows.highlighted)
        if setting is None:
            return
        if setting.key in _ELSEWHERE:
            self.call_later(self.above.run_action, f"app.run('{_ELSEWHERE[setting.key]}')")
        elif setting.kind == "switch":
            self._set(setting, not self._editor.value(setting))
        elif setting.kind == "choice":
            self._choose(setting)
        elif setting.kind == "table":
            self._open(setting)
        else:
            self._write(setting)

    def _open(self, table: Setting) -> None:
        by_hand = BY_HAND.get(table.path[-1])
        if by_hand is not None:
            self.show_sentence(by_hand.format(file=from_home(self._editor.file)))
            return
        from mixchat.tui.screens.settings.table_screen import TableScreen

        self.above.push_screen(TableScreen(self._editor, table, self._enter))

    def _enter(self, table: Setting, name: str) -> None:
        """Show the keys of one named thing."""
        self.above.push_screen(SettingsScreen(self._editor, fields(table.key, name), f"[{table.key}] {name}"))

    def _choose(self, setting: Setting) -> None:
        def chosen(value: str | None) -> None:
            if value is not None:
                self._set(setting, value)

        entries = [PickerEntry(choice, choice) for choice in setting.choices]
        now = str(self._editor.value(setting))
        self.above.push_screen(Picker(setting.key, entries, highlighted=now), chosen)

    def _write(self, setting: Setting) -> None:
        def written(text: str | None) -> None:
            if text is not None:
                self._set(setting, self._editor.read(setting, text))

        value = self._editor.value(setting)
        known = "" if value is None else str(value)
        if setting.kind == "list":
            known = ", ".join(cast("tuple[str, ...]", value))
        self.above.push_screen(
            ValuePrompt(
                setting.key,
                "" if looks_like_secret(known) else known,
                help=setting.help,
                check=lambda text: self._editor.read(setting, text),
            ),
            written,
        )

    def action_default(self) -> None:
        """Take the highlighted key out of the config file."""
        setting = self._settings.get(self.rows.highlighted)
        if setting is not None and setting.kind != "table" and setting.key not in _ELSEWHERE:
            self._set(setting, None)

    def action_undo(self) -> None:
        """Take the last change back."""
        self.show_sentence(self._editor.undo())
        self.refill()

    def _set(self, setting: Setting, value: Value) -> None:
        try:
            sentence = self._editor.set(setting, value)
        except ConfigError as error:
            sentence = str(error)
        if sentence:
            self.show_sentence(sentence)
        self.refill()
