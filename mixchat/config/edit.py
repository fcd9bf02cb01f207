"""Setting one key of the config file, with everything else in it as it was."""

from collections.abc import MutableMapping
from decimal import Decimal
from pathlib import Path
from typing import cast

import tomlkit
from tomlkit.items import Item

from mixchat.config.config import Config
from mixchat.config.file_writer import FileWriter
from mixchat.config.toml_document import TomlDocument, parse

Value = str | bool | int | float | Decimal | list[str] | None


def set_value(
    path: Path, key: str | tuple[str, ...], value: Value, files: FileWriter | None = None
) -> Config:
    """Set `key` in the config file and return what the file now says; `None` removes it.

    Comments and order stay, the file is made when there is none, and a value that the config may not
    have is not written.

    Args:
        path: the config file.
        key: dotted, such as `budget.day`; a tuple where a part itself holds a dot.
        value: what to set.
        files: writes the file, in the background if it does so; left out, it is written at once.

    Raises:
        ConfigError: the value does not fit, or the file cannot be read or written. The file is as it
            was; the caller keeps the value for the session.
    """
    files = files or FileWriter()
    source, parts = str(path), tuple(key.split(".")) if isinstance(key, str) else key
    _, config = _edited(files.text(path), source, parts, value)
    files.change(path, lambda text: _edited(text, source, parts, value)[0])
    return config


def _edited(text: str | None, source: str, parts: tuple[str, ...], value: Value) -> tuple[str, Config]:
    """Return the config file's text with one key set, and what it says then."""
    before = parse(text or "", source)
    before.fit(Config)
    document = tomlkit.parse(before.text)
    _put(cast("MutableMapping[str, object]", document), parts, value)
    after = tomlkit.dumps(document)
    if text is not None and value is None:  # the blank line above a table that is gone goes with it
        ends = before.text[len(before.text.rstrip("\n")) :]
        after = after.rstrip("\n") + ends if after.strip() else ""
    return after, TomlDocument(source, "", parse(after, source).values).fit(Config)


def _put(table: MutableMapping[str, object], parts: tuple[str, ...], value: Value) -> None:
    first, *rest = parts
    if not rest:
        if value is None:
            table.pop(first, None)
        else:
            table[first] = _item(value)
        return
    if value is None and first not in table:
        return
    if not isinstance(table.get(first), MutableMapping):
        table[first] = tomlkit.table()
    inner = table[first]
    _put(cast("MutableMapping[str, object]", inner), tuple(rest), value)
    # A table that holds nothing any more, no comment either, is no table that anybody wants to read.
    if value is None and isinstance(inner, Item) and not inner.as_string().strip():
        table.pop(first)


def _item(value: Value) -> object:
    """Return the value as TOML writes it; a decimal keeps its digits."""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return tomlkit.value(text if "." in text else f"{text}.0") if value.is_finite() else float(value)
    return value
