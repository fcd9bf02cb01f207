"""Settings as rows: what each is called, what it is now, and where that was set."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from textual.content import Content

from mixchat.config.edit import Value
from mixchat.config.schema import Setting
from mixchat.tui.formatting import from_home
from mixchat.tui.screens.row_list import ListRow, heading
from mixchat.tui.screens.settings.words import UNKNOWN, group, may_be, shown_for, source_words, title

_KEY: Final = 20
_SOURCE: Final = 14
_VALUE: Final = 20
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
    last = ""
    for setting in settings:
        text = f"{setting.key} {title(setting)} {setting.help}".casefold()
        if not all(word in text for word in wanted):
            continue
        above = group(setting)
        if above != last and rows:
            rows.append(heading(""))
        if above != last and above:
            rows.append(heading(above))
        last = above
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
    return ListRow(
        setting.key, lambda width: _line(setting, editor.value(setting), source, editor.file, width)
    )


def _line(setting: Setting, value: object, source: str, file: str, width: int) -> Content:
    changed = source != "default"
    helped = width >= _WIDE
    set_by = short(source, file).rjust(_SOURCE) if changed else "" if helped else " " * _SOURCE
    room = _VALUE if helped else max(width - _KEY - _SOURCE, 8)
    written = Content.styled(shown_for(setting, value), "$text-accent" if changed else "$text")
    explained = Content.styled(
        f"{setting.help.replace('`', '').partition('. ')[0].rstrip('.')}.", "$text-muted"
    )
    return Content.assemble(
        title(setting).ljust(_KEY),
        written.truncate(room - 2, ellipsis=True, pad=True),
        "  ",
        explained.truncate(width - _KEY - room - len(set_by), ellipsis=True, pad=True) if helped else "",
        (set_by, "$text-muted"),
    )


def short(source: str, file: str) -> str:
    """Return where a value was set, in a word: here, or by which file or variable that goes before it."""
    if source == file:
        return "changed"
    return Path(source).name if "/" in source or "\\" in source else source


def details(setting: Setting, value: object, source: str, file: str) -> Content:
    """Return everything there is to say about a setting, and what it is where the row has no room for it."""
    whole = shown_for(setting, value)
    normal = shown_for(setting, setting.default)
    can = ". ".join(filter(None, (may_be(setting), f"By default {normal}" if normal != UNKNOWN else "")))
    lines: Sequence[Content] = (
        *([Content.styled(whole, "$text-accent")] if len(whole) > _VALUE - 2 else []),
        Content.styled(setting.help.replace("`", ""), "$text"),
        Content.styled(f"{can}." if can else "", "$text-muted"),
        Content.styled(source_words(from_home(source), from_home(file)), "$text-muted"),
    )
    return Content("\n").join(lines)
