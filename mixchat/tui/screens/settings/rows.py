"""Settings as rows: the key, what it is now, and where that was set."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final, Protocol, cast

from textual.content import Content

from mixchat.config.edit import Value
from mixchat.config.schema import Setting
from mixchat.config.toml_validation import dotted
from mixchat.domain.plain_text import one_line
from mixchat.ledger import money
from mixchat.tui.formatting import from_home
from mixchat.tui.screens.row_list import ListRow, heading
from mixchat.tui.screens.settings.config_editor import HIDDEN, looks_like_secret

_KEY: Final = 16
_SOURCE: Final = 16
_VALUE: Final = 24
_WIDE: Final = 100
"""Cells from which there is room for the help beside the value."""


class FieldEditor(Protocol):
    """Reads and writes values that are listed on a screen."""

    @property
    def file(self) -> str:
        """Where they are written."""
        ...

    def value(self, setting: Setting) -> object:
        """Return what counts now."""
        ...

    def sources(self, settings: Sequence[Setting]) -> Mapping[str, str]:
        """Return where each was set, by its key: a path, a variable's name, or `default`."""
        ...

    def read(self, setting: Setting, text: str) -> Value:
        """Return the value that `text` writes; nothing written is `None`, which takes it out of the file.

        Raises:
            ConfigError: it may not have that value.
        """
        ...

    def set(self, setting: Setting, value: Value) -> str:
        """Put a value to use and write it down; return what there is to say about it, or nothing.

        Raises:
            ConfigError: it may not have that value.
        """
        ...

    def undo(self) -> str:
        """Take the last change back and say so."""
        ...


def setting_rows(
    settings: Sequence[Setting], editor: FieldEditor, words: str, sources: Mapping[str, str]
) -> list[ListRow]:
    """Return the settings that fit `words`, each group under its table's name."""
    wanted = words.casefold().split()
    rows: list[ListRow] = []
    last: tuple[str, ...] | None = None
    for setting in settings:
        text = f"{setting.key} {setting.help}".casefold()
        if not all(word in text for word in wanted):
            continue
        table = setting.path[:-1]
        if table != last and rows:
            rows.append(heading(""))
        if table != last and table:
            rows.append(heading(dotted(table)))
        last = table
        rows.append(_row(setting, editor, sources[setting.key]))
    return rows


def meant(words: str, keys: Sequence[str]) -> str:
    """Return which of the keys that fit is meant: the one that is written, else one that begins so; nothing: none is."""
    wanted = words.strip().casefold()
    if not wanted:
        return ""

    def distance(key: str) -> int:
        *_, last = key.rpartition(".")
        found = (
            key == wanted,
            last == wanted,
            key.startswith(wanted),
            last.startswith(wanted),
            wanted in key,
        )
        return found.index(True) if True in found else len(found)

    return min(keys, key=distance, default="")


def _row(setting: Setting, editor: FieldEditor, source: str) -> ListRow:
    return ListRow(setting.key, lambda width: _line(setting, editor.value(setting), source, width))


def _line(setting: Setting, value: object, source: str, width: int) -> Content:
    changed = source != "default"
    helped = width >= _WIDE
    room = _VALUE if helped else max(width - _KEY - _SOURCE, 8)
    written = Content.styled(shown(value), "$text-accent" if changed else "$text")
    explained = Content.styled(setting.help, "$text-disabled")
    return Content.assemble(
        setting.path[-1].ljust(_KEY),
        written.truncate(room - 2, ellipsis=True, pad=True),
        "  ",
        explained.truncate(width - _KEY - room - _SOURCE, ellipsis=True, pad=True) if helped else "",
        ((short(source) if changed else "").rjust(_SOURCE), "$text-muted"),
    )


def shown(value: object) -> str:
    """Return a value as the screen writes it."""
    match value:
        case None:
            return "—"
        case bool():
            return "on" if value else "off"
        case Decimal():
            return money.dollars(value)
        case dict() | tuple():
            return one_line(", ".join(map(str, cast("Iterable[object]", value)))) or "none"
        case _:
            text = str(value)
            return HIDDEN if looks_like_secret(text) else one_line(text)


def short(source: str) -> str:
    """Return where a key was set, in one word: a file's name or a variable's."""
    return Path(source).name if "/" in source or "\\" in source else source


def details(setting: Setting, value: object, source: str, file: str) -> Content:
    """Return everything there is to say about a setting, and what it is where the row has no room for it."""
    whole = shown(value)
    how = f"{setting.key} may be {setting.allowed}"
    default = "left out" if setting.default is None else shown(setting.default)
    lines: Sequence[Content] = (
        *([Content.styled(whole, "$text-accent")] if len(whole) > _VALUE - 2 else []),
        Content.styled(setting.help, "$text"),
        Content.styled(f"{how}; by default {default}.", "$text-muted"),
        Content.styled(
            f"Set by {from_home(source)}."
            if source != "default"
            else f"Nothing sets it; {from_home(file)} could.",
            "$text-muted",
        ),
    )
    return Content("\n").join(lines)
