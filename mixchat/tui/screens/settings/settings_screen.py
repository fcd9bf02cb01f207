"""The settings: what each does, what it is, and where that was set."""

from collections.abc import Sequence
from typing import Final

from mixchat.config.schema import Setting, fields
from mixchat.tui.formatting import from_home
from mixchat.tui.screens.settings.config_editor import ConfigEditor
from mixchat.tui.screens.settings.fields_screen import FieldsScreen
from mixchat.tui.screens.settings.words import title

_ELSEWHERE: Final = {"theme": "theme", "stack": "stack"}
"""Keys whose values are chosen on a screen of their own, by action."""
BY_HAND: Final = {
    "roles": "Change the roles of a stack with /stack. What holds for the roles of all stacks is written by hand in {file}.",
    "headers": "Headers can hold a secret, so they are not shown here; write them by hand in {file}.",
}
"""Tables that are written in the file, by the last part of their name."""


class SettingsScreen(FieldsScreen):
    """Edits the config.

    Args:
        editor: reads and writes the config.
        settings: what is listed.
        heading: the title.
    """

    def __init__(self, editor: ConfigEditor, settings: Sequence[Setting], heading: str = "Settings") -> None:
        super().__init__(editor, settings, heading)
        self._config_editor = editor

    def opens_elsewhere(self, setting: Setting) -> bool:
        """Open the screen of a theme, a stack or a table of named things."""
        if setting.key in _ELSEWHERE:
            self.call_later(self.above.run_action, f"app.run('{_ELSEWHERE[setting.key]}')")
        elif setting.kind == "table":
            self._open(setting)
        else:
            return False
        return True

    def may_be_left_out(self, setting: Setting) -> bool:
        """Whether a setting can be taken out of its file here."""
        return super().may_be_left_out(setting) and setting.key not in _ELSEWHERE

    def _open(self, table: Setting) -> None:
        by_hand = BY_HAND.get(table.path[-1])
        if by_hand is not None:
            self.show_sentence(by_hand.format(file=from_home(self._config_editor.file)))
            return
        from mixchat.tui.screens.settings.table_screen import TableScreen

        self.above.push_screen(TableScreen(self._config_editor, table, self._enter))

    def _enter(self, table: Setting, name: str) -> None:
        """Show the keys of one named thing."""
        self.above.push_screen(
            SettingsScreen(self._config_editor, fields(table.key, name), f"{title(table)}: {name}")
        )
