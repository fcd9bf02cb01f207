"""One of the config's tables of named things: aliases, servers, prices, keys, files of models."""

import re
import unicodedata
from collections.abc import Callable
from typing import ClassVar, Final

from msgspec import Struct, structs
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.keys import Keys

from mixchat.config.schema import Setting, entry, shape_of, value_of
from mixchat.domain.errors import ConfigError
from mixchat.tui.actions import ACTS, read_keys
from mixchat.tui.picker import Picker, PickerEntry
from mixchat.tui.screens.list_screen import FilterListScreen
from mixchat.tui.screens.row_list import ListRow
from mixchat.tui.screens.settings.config_editor import ConfigEditor, looks_like_secret
from mixchat.tui.screens.settings.rows import from_home, shown
from mixchat.tui.screens.value_prompt import ValuePrompt
from mixchat.tui.transcript.sanitize import one_line

_MODIFIERS: Final = frozenset({"ctrl", "alt", "shift", "super", "meta", "hyper"})
_NAMED_KEY_SPELLING: Final = frozenset(
    key.value.rpartition("+")[2] for key in Keys if not key.value.startswith("<")
)


def check_keys(text: str) -> None:
    """Make sure that every one of the keys, with commas between them, is one that a terminal can send.

    Raises:
        ConfigError: one is not.
    """
    for key in text.split(","):
        if not _is_key(key.strip()):
            raise ConfigError(
                f'There is no key "{key.strip()}"; keys are written f5, ctrl+k, alt+left or shift+tab.'
            )


def _is_key(key: str) -> bool:
    *modifiers, last = key.split("+")
    return _MODIFIERS.issuperset(modifiers) and (
        len(last) == 1 or last in _NAMED_KEY_SPELLING or _is_character(last)
    )


def _is_character(name: str) -> bool:
    try:
        unicodedata.lookup(name.replace("_", " "))
    except KeyError:
        return False
    return True


_NAME: Final = 32
_NOTHING: Final[tuple[object, ...]] = (None, (), {})
_TITLES: Final = {act.id: act.title for act in ACTS}


def table_rows(table: Setting, book: ConfigEditor, words: str) -> list[ListRow]:
    """Return a row for each named thing that fits `words`, with what is set for it."""
    wanted = words.casefold().split()
    found: list[ListRow] = []
    for name in book.names(table):
        said = written(table, name, book)
        if all(word in f"{name} {said}".casefold() for word in wanted):
            found.append(ListRow(name, lambda width, name=name, said=said: _line(name, said, width)))
    return found


def written(table: Setting, name: str, book: ConfigEditor) -> str:
    """Return what is set for a named thing, on one line."""
    value = value_of(book.config, (*table.path, name))
    if isinstance(value, Struct):
        set_ = [(field, inner) for field, inner in structs.asdict(value).items() if inner not in _NOTHING]
        return "   ".join(f"{field} {shown(inner)}" for field, inner in set_)
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
    "prices": "A model reference, provider/model.",
    "local": "A name of your own; the model is then local/name.",
}
"""What a new thing's name is, by table."""
_VALUED: Final = {
    "aliases": "The model that it stands for, written provider/model.",
    "local": "The path of a GGUF file.",
    _KEYS: "A key such as f5, ctrl+k or alt+x; several with commas between them.",
}
"""What a named value is, by table."""


class TableScreen(FilterListScreen[None]):
    """Adds, changes and removes the named things of a table; every change can be taken back.

    Args:
        book: reads and writes the config.
        table: the table.
        enter: shows the keys of a named thing that has keys of its own.
    """

    PLACEHOLDER = "type a part of a name or of what is set for it"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "change", "change", priority=True, id="table.change"),
        Binding("ctrl+n", "add", "add", priority=True, id="table.add"),
        Binding("ctrl+d", "remove", "remove", priority=True, id="table.remove"),
        Binding("ctrl+z", "undo", "undo", priority=True, id="table.undo"),
    ]

    def __init__(self, book: ConfigEditor, table: Setting, enter: Callable[[Setting, str], None]) -> None:
        super().__init__()
        self.HEADING = f"[{table.key}]"
        self._book = book
        self._table = table
        self._enter = enter

    def on_mount(self) -> None:
        """List what is there."""
        super().on_mount()
        self.say_aside(from_home(self._book.file))

    def on_screen_resume(self) -> None:
        """Show what was changed on a screen of its own."""
        if self.is_mounted:
            self.refill()

    def fill(self, words: str) -> None:
        """Show the named things that fit."""
        self._list(words, self.rows.lit)

    def _list(self, words: str, lit: str) -> None:
        empty = (
            "Nothing here has these words."
            if words.strip()
            else "Nothing is here yet; ctrl+n adds something."
        )
        self.rows.tell(table_rows(self._table, self._book, words), lit, empty=empty)
        self.lit(self.rows.lit)

    def lit(self, value: str) -> None:
        """Explain the table, and say what is wrong with the lit key."""
        said = [written(self._table, value, self._book), *self._problems(value)] if value else []
        self.say_detail("\n".join(filter(None, (self._table.help, *said))))

    def taken(self, value: str) -> None:
        """Change what is lit."""
        self.action_change()

    def action_change(self) -> None:
        """Write another value for what is lit, or show its keys."""
        name = self.rows.lit
        if name and shape_of(self._table.key) is None:
            self._ask_value(name)
        elif name:
            self._enter(self._table, name)

    def action_add(self) -> None:
        """Name something new, and say what it is."""
        if self._table.key == _KEYS:
            self._pick_act()
            return

        def named(name: str | None) -> None:
            if name and shape_of(self._table.key) is None:
                self._ask_value(name)
            elif name:
                self._enter(self._table, name)

        self.above.push_screen(
            ValuePrompt(
                f"New in [{self._table.key}]",
                help=_NAMED_TABLE_SCREEN.get(self._table.key, ""),
                check=lambda name: self._book.check_name(self._table, name),
            ),
            named,
        )

    def _pick_act(self) -> None:
        entries = [
            PickerEntry(act.id, act.title, act.help, self._book.config.keys.get(act.id, act.key))
            for act in ACTS
        ]

        def picked(act: str | None) -> None:
            if act is not None:
                self._ask_value(act)

        self.above.push_screen(Picker("Which action?", entries), picked)

    def _ask_value(self, name: str) -> None:
        setting = entry(self._table, name)
        known = str(self._book.value(setting) or "")

        def check(text: str) -> None:
            if self._table.key == _KEYS:
                check_keys(text)
            if self._book.read(setting, text) is None:
                raise ConfigError("Write a value, or go back with Esc and remove it with Ctrl+D.")

        def valued(text: str | None) -> None:
            if text is not None:
                self._do(lambda: self._book.put(setting, text))
                self._list(self.words, name)
                if problems := self._problems(name):
                    self.say(" ".join(problems))

        help_ = _VALUED.get(self._table.key, "")
        value = "" if looks_like_secret(known) else known
        self.above.push_screen(ValuePrompt(setting.key, value, help=help_, check=check), valued)

    def _problems(self, name: str) -> list[str]:
        """Return what is wrong with the key of an action."""
        problems = read_keys(self._book.config.keys).problems if self._table.key == _KEYS else ()
        return [problem for problem in problems if name in re.findall(r"[\w-]+", problem)]

    def action_remove(self) -> None:
        """Take what is lit out of the table."""
        name = self.rows.lit
        if name:
            self.rows.action_move(1)
            self._do(lambda: self._removed(name))

    def _removed(self, name: str) -> str:
        said = self._book.remove(entry(self._table, name))
        return " ".join(filter(None, (f"{name} is removed; ctrl+z brings it back.", said)))

    def action_undo(self) -> None:
        """Take the last change back."""
        self._do(self._book.undo)

    def _do(self, change: Callable[[], str]) -> None:
        try:
            said = change()
        except ConfigError as error:
            said = str(error)
        if said:
            self.say(said)
        self.refill()
