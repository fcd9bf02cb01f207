"""Values that are edited in place: what each is, where it was set, and every change taken back."""

from collections.abc import Sequence
from typing import ClassVar, cast

from textual.binding import Binding, BindingType

from mixchat.config.edit import Value
from mixchat.config.schema import Setting
from mixchat.domain.errors import ConfigError
from mixchat.tui.formatting import from_home
from mixchat.tui.screens.list_screen import FilterListScreen
from mixchat.tui.screens.settings.rows import FieldEditor, details, meant, setting_rows
from mixchat.tui.screens.settings.setting_value import looks_like_secret
from mixchat.tui.screens.settings.words import UNKNOWN, may_be, shown_for, title
from mixchat.tui.screens.value_prompt import ValuePrompt
from mixchat.tui.widgets.picker import Picker, PickerEntry


class FieldsScreen(FilterListScreen[None]):
    """Edits values in place, each by its kind; every change can be taken back.

    Args:
        editor: reads and writes the values.
        settings: what is listed.
        heading: the title.
    """

    EMPTY = "No setting has these words."
    REFILLS = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "change", "change", priority=True, id="settings.change"),
        Binding("ctrl+d", "default", "reset", priority=True, id="settings.default"),
        Binding("ctrl+z", "undo", "undo", priority=True, id="settings.undo"),
    ]

    def __init__(
        self,
        editor: FieldEditor,
        settings: Sequence[Setting],
        heading: str = "Settings",
    ) -> None:
        super().__init__()
        self.HEADING = heading
        self._editor = editor
        self._settings = {setting.key: setting for setting in settings}
        self._sources = editor.sources(settings)
        self._words = ""

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

    def help_notes(self) -> Sequence[str]:
        """Say where changes are kept."""
        return (f"Changes count at once and are kept in {from_home(self._editor.file)}.",)

    def row_highlighted(self, value: str) -> None:
        """Explain the highlighted setting."""
        setting = self._settings.get(value)
        self.update_aside(value)
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
        if self.opens_elsewhere(setting):
            return
        if setting.kind == "switch":
            self.set(setting, not self._editor.value(setting))
        elif setting.kind == "choice":
            self._choose(setting)
        else:
            self._write(setting)

    def opens_elsewhere(self, setting: Setting) -> bool:
        """Open the place where a setting is changed that has one of its own; return whether it has."""
        return False

    def _choose(self, setting: Setting) -> None:
        def chosen(value: str | None) -> None:
            if value is not None:
                self.set(setting, value)

        entries = [PickerEntry(choice, choice) for choice in setting.choices]
        now = str(self._editor.value(setting))
        self.above.push_screen(Picker(title(setting), entries, highlighted=now), chosen)

    def _write(self, setting: Setting) -> None:
        def written(text: str | None) -> None:
            if text is not None:
                self.set(setting, self._editor.read(setting, text))

        value = self._editor.value(setting)
        known = "" if value is None else str(value)
        if setting.kind == "list":
            known = ", ".join(cast("tuple[str, ...]", value))
        self.above.push_screen(
            ValuePrompt(
                title(setting),
                "" if looks_like_secret(known) else known,
                help=_asks(setting),
                check=lambda text: self._editor.read(setting, text),
            ),
            written,
        )

    def action_default(self) -> None:
        """Take the highlighted key out of the config file."""
        setting = self._settings.get(self.rows.highlighted)
        if setting is not None and self.may_be_left_out(setting):
            self.set(setting, None)

    def may_be_left_out(self, setting: Setting) -> bool:
        """Whether a setting can be taken out of its file here."""
        return setting.kind != "table"

    def action_undo(self) -> None:
        """Take the last change back."""
        self.show_sentence(self._editor.undo())
        self.refill()

    def set(self, setting: Setting, value: Value) -> None:
        """Put a value to use, and say what there is to say."""
        try:
            sentence = self._editor.set(setting, value)
        except ConfigError as error:
            sentence = str(error)
        if sentence:
            self.show_sentence(sentence)
        self.refill()


def _asks(setting: Setting) -> str:
    """Return what a setting does, and what can be written for it."""
    normal = shown_for(setting, setting.default)
    empty = f"Leave it empty for the default, {normal}." if normal != UNKNOWN else "Leave it empty for none."
    return "\n".join((setting.help.replace("`", ""), ". ".join(filter(None, (may_be(setting), empty)))))
