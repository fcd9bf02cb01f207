"""A list of texts, each edited by itself."""

from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import Binding, BindingType
from textual.content import Content

from mixchat.config.edit import Value
from mixchat.config.schema import Setting
from mixchat.domain.errors import ConfigError
from mixchat.domain.plain_text import one_line
from mixchat.tui.actions.keys import own_key
from mixchat.tui.screens.list_screen import FilterListScreen
from mixchat.tui.screens.row_list import ListRow
from mixchat.tui.screens.settings.setting_value import SECRET_REFUSED, looks_like_secret
from mixchat.tui.screens.settings.words import title
from mixchat.tui.screens.value_prompt import ValuePrompt

if TYPE_CHECKING:
    from mixchat.tui.screens.stack.role_screen import RoleEditor


class EntriesScreen(FilterListScreen[None]):
    """Adds, changes and removes the texts of one key; every change can be taken back.

    Args:
        editor: reads and writes the key.
        setting: the key.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "change", "change", priority=True, id="entries.change"),
        Binding("ctrl+n", "add", "add", priority=True, id="entries.add"),
        Binding("ctrl+d", "remove", "remove", priority=True, id="entries.remove"),
        Binding("ctrl+z", "undo", "undo", priority=True, id="entries.undo"),
    ]

    def __init__(self, editor: "RoleEditor", setting: Setting) -> None:
        super().__init__()
        self.HEADING = f"{editor.role}: {title(setting).lower()}"
        self._editor = editor
        self._setting = setting

    @property
    def _entries(self) -> list[str]:
        return list(cast("tuple[str, ...]", self._editor.value(self._setting)))

    def fill(self, words: str) -> None:
        """Show the texts that hold the words."""
        wanted = words.strip().casefold()
        rows = [
            ListRow(str(at), lambda _, text=text: Content(one_line(text)))
            for at, text in enumerate(self._entries)
            if wanted in text.casefold()
        ]
        empty = f"Nothing is here yet; {own_key(self, 'entries.add')} adds the first."
        self.rows.update_rows(rows, self.rows.highlighted, empty="Nothing fits." if self._entries else empty)
        self.update_detail(self._setting.help)

    def row_selected(self, value: str) -> None:
        """Change the text."""
        self.action_change()

    def action_change(self) -> None:
        """Change the highlighted text; where there is none, add one."""
        place = self.rows.highlighted
        if not place:
            self.action_add()
            return
        self._write(self._entries[int(place)], int(place))

    def action_add(self) -> None:
        """Write another text."""
        self._write("", None)

    def _write(self, text: str, place: int | None) -> None:
        def written(new: str | None) -> None:
            if new:
                self.attempt(lambda: self._editor.set(self._setting, cast("Value", self._with(new, place))))

        prompt = ValuePrompt(
            self.HEADING, text, help=self._setting.help, check=lambda new: self._check(new, place)
        )
        self.above.push_screen(prompt, written)

    def _with(self, text: str, place: int | None) -> list[str]:
        entries = self._entries
        if place is None:
            return [*entries, text]
        return [*entries[:place], text, *entries[place + 1 :]]

    def _check(self, text: str, place: int | None) -> None:
        if looks_like_secret(text):
            raise ConfigError(SECRET_REFUSED)
        self._editor.stack_editor.check(self._editor.role, self._setting.path[-1], self._with(text, place))

    def action_remove(self) -> None:
        """Take the highlighted text away."""
        if self.rows.highlighted:
            place = int(self.rows.highlighted)
            left = [text for at, text in enumerate(self._entries) if at != place]
            self.attempt(lambda: self._editor.set(self._setting, cast("Value", left)))

    def action_undo(self) -> None:
        """Take the last change back."""
        self.attempt(self._editor.undo)
