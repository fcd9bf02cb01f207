"""One of the config's tables of named things: aliases, servers, prices, keys, files of models."""

import re
from collections.abc import Callable
from typing import ClassVar, Final

from msgspec import Struct, structs
from textual.binding import Binding, BindingType
from textual.content import Content

from mixchat.config.schema import Setting, entry, shape_of, value_of
from mixchat.domain.errors import ConfigError
from mixchat.domain.plain_text import one_line
from mixchat.tui.actions.keys import no_key_message, own_key, read_keys
from mixchat.tui.actions.table import ACTIONS
from mixchat.tui.screens.list_screen import FilterListScreen
from mixchat.tui.screens.row_list import ListRow
from mixchat.tui.screens.settings.config_editor import ConfigEditor
from mixchat.tui.screens.settings.setting_value import looks_like_secret
from mixchat.tui.screens.settings.words import shown, title
from mixchat.tui.screens.value_prompt import ValuePrompt
from mixchat.tui.widgets.picker import Picker, PickerEntry


def check_keys(text: str) -> None:
    """Make sure that every one of the keys, with commas between them, is one that a terminal can send.

    Raises:
        ConfigError: one is not.
    """
    if wrong := no_key_message(text):
        raise ConfigError(wrong)


_NAME: Final = 32
_NOTHING: Final[tuple[object, ...]] = (None, (), {})
_TITLES: Final = {action.id: action.title for action in ACTIONS}


def table_rows(table: Setting, editor: ConfigEditor, words: str) -> list[ListRow]:
    """Return a row for each named thing that fits `words`, with what is set for it."""
    wanted = words.casefold().split()
    found: list[ListRow] = []
    for name in editor.entry_names(table):
        said = written(table, name, editor)
        if all(word in f"{name} {said}".casefold() for word in wanted):
            found.append(ListRow(name, lambda width, name=name, said=said: _line(name, said, width)))
    return found


def written(table: Setting, name: str, editor: ConfigEditor) -> str:
    """Return what is set for a named thing, on one line."""
    value = value_of(editor.config, (*table.path, name))
    if isinstance(value, Struct):
        set_ = [(field, inner) for field, inner in structs.asdict(value).items() if inner not in _NOTHING]
        return "   ".join(f"{field.replace('_', ' ')} {shown(inner)}" for field, inner in set_)
    title = _TITLES.get(name) if table.key == "keys" else None
    return shown(value) + (f"   {title}" if title else "")


def _line(name: str, said: str, width: int) -> Content:
    room = min(_NAME, max(width // 2, 1))
    return Content.assemble(
        Content(one_line(name)).truncate(room - 2, ellipsis=True, pad=True),
        "  ",
        (said or "nothing is set", "$text-accent" if said else "$text-disabled"),
    ).truncate(width, ellipsis=True)


_KEYS: Final = "keys"
_NAMED_TABLE_SCREEN: Final = {
    "aliases": "A short name, such as opus; it is used as @opus.",
    "providers": "A name of your own for a server, or that of a built-in provider; its models are name/model.",
    "prices": "The model, as provider/model.",
    "local": "A name of your own; the model is then local/name.",
}
"""What a new thing's name is, by table."""
_NEW: Final = {
    "aliases": "New alias",
    "providers": "New provider",
    "prices": "New price",
    "local": "New model file",
}
_VALUED: Final = {
    "aliases": "The model that it stands for, as provider/model.",
    "local": "The path of a GGUF file.",
    _KEYS: "A key such as f5, ctrl+k or alt+x; several with commas between them.",
}
"""What a named value is, by table."""


class TableScreen(FilterListScreen[None]):
    """Adds, changes and removes the named things of a table; every change can be taken back.

    Args:
        editor: reads and writes the config.
        table: the table.
        enter: shows the keys of a named thing that has keys of its own.
    """

    REFILLS = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "change", "change", priority=True, id="table.change"),
        Binding("ctrl+n", "add", "add", priority=True, id="table.add"),
        Binding("ctrl+d", "remove", "remove", priority=True, id="table.remove"),
        Binding("ctrl+z", "undo", "undo", priority=True, id="table.undo"),
    ]

    def __init__(self, editor: ConfigEditor, table: Setting, enter: Callable[[Setting, str], None]) -> None:
        super().__init__()
        self.HEADING = title(table)
        self._editor = editor
        self._table = table
        self._enter = enter

    def fill(self, words: str) -> None:
        """Show the named things that fit."""
        self._list(words, self.rows.highlighted)

    def _list(self, words: str, highlighted: str) -> None:
        empty = (
            "Nothing here has these words."
            if words.strip()
            else f"Nothing is here yet; {own_key(self, 'table.add')} adds something."
        )
        self.rows.update_rows(table_rows(self._table, self._editor, words), highlighted, empty=empty)
        self.row_highlighted(self.rows.highlighted)

    def row_highlighted(self, value: str) -> None:
        """Explain the table, and say what is wrong with the highlighted key."""
        said = [written(self._table, value, self._editor), *self._problems(value)] if value else []
        self.update_detail("\n".join(filter(None, (self._table.help, *said))))

    def row_selected(self, value: str) -> None:
        """Change what is highlighted."""
        self.action_change()

    def action_change(self) -> None:
        """Write another value for what is highlighted, or show its keys."""
        name = self.rows.highlighted
        if name and shape_of(self._table.key) is None:
            self._ask_value(name)
        elif name:
            self._enter(self._table, name)

    def action_add(self) -> None:
        """Name something new, and say what it is."""
        if self._table.key == _KEYS:
            self._pick_action()
            return

        def named(name: str | None) -> None:
            if name and shape_of(self._table.key) is None:
                self._ask_value(name)
            elif name:
                self._enter(self._table, name)

        self.above.push_screen(
            ValuePrompt(
                _NEW.get(self._table.key, "Add"),
                help=_NAMED_TABLE_SCREEN.get(self._table.key, ""),
                check=lambda name: self._editor.check_name(self._table, name),
            ),
            named,
        )

    def _pick_action(self) -> None:
        entries = [
            PickerEntry(
                action.id, action.title, action.help, self._editor.config.keys.get(action.id, action.key)
            )
            for action in ACTIONS
        ]

        def picked(action_id: str | None) -> None:
            if action_id is not None:
                self._ask_value(action_id)

        self.above.push_screen(Picker("Which action?", entries), picked)

    def _ask_value(self, name: str) -> None:
        setting = entry(self._table, name)
        known = str(self._editor.value(setting) or "")

        def check(text: str) -> None:
            if self._table.key == _KEYS:
                check_keys(text)
            if self._editor.read(setting, text) is None:
                raise ConfigError(
                    f"Write a value, or go back and remove it with {own_key(self, 'table.remove')}."
                )

        def valued(text: str | None) -> None:
            if text is not None:
                self.attempt(lambda: self._editor.set(setting, text))
                self._list(self.words, name)
                if problems := self._problems(name):
                    self.show_sentence(" ".join(problems))

        help_ = _VALUED.get(self._table.key, "")
        value = "" if looks_like_secret(known) else known
        self.above.push_screen(
            ValuePrompt(title(self._table) + ": " + name, value, help=help_, check=check), valued
        )

    def _problems(self, name: str) -> list[str]:
        """Return what is wrong with the key of an action."""
        problems = read_keys(self._editor.config.keys).problems if self._table.key == _KEYS else ()
        said = [problem.sentence for problem in problems]
        return [sentence for sentence in said if name in re.findall(r"[\w-]+", sentence)]

    def action_remove(self) -> None:
        """Take what is highlighted out of the table."""
        name = self.rows.highlighted
        if name:
            self.rows.action_move(1)
            self.attempt(lambda: self._removed(name))

    def _removed(self, name: str) -> str:
        said = self._editor.remove(entry(self._table, name))
        return " ".join(
            filter(None, (f"{name} is removed; {own_key(self, 'table.undo')} brings it back.", said))
        )

    def action_undo(self) -> None:
        """Take the last change back."""
        self.attempt(self._editor.undo)
