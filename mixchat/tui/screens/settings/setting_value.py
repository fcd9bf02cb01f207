"""Values of settings: read from what was typed, checked, put into a config, and as the file writes them."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final, cast

from msgspec import Struct, structs

from mixchat.config.config import Config
from mixchat.config.edit import Value
from mixchat.config.schema import Setting, shape_of
from mixchat.domain.errors import ConfigError
from mixchat.secrets.scan import find

ConfigPath = tuple[str, ...]
"""A place in the config, such as `("ui", "vim")`."""
HIDDEN: Final = "••••••"
"""What is shown in place of a credential."""
SECRET_REFUSED: Final = (
    "This looks like a key or a password. Keys belong in the key ring: /key in the chat adds one."
)
_IN_ADDRESS: Final = re.compile(r"://[^/@\s:]*:[^/@\s]+@")
_SWITCHES: Final = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def changed(config: Config, path: Sequence[str], value: object) -> Config:
    """Return the config with one place changed; `None` takes a named thing out of its table.

    Raises:
        ConfigError: the place may not have that value.
    """
    shape = shape_of(path[0]) if len(path) > 2 and isinstance(getattr(config, path[0]), dict) else None
    try:
        return cast("Config", _replaced(config, path, value, shape))
    except ValueError as error:
        raise ConfigError(str(error)) from None


def _replaced(table: object, path: Sequence[str], value: object, shape: type[Struct] | None) -> object:
    """Return the table with the place changed; what is not there yet begins as an empty `shape`."""
    name, *rest = path
    if isinstance(table, dict):
        named = cast("dict[str, object]", table)
        there = named.get(name)
        if there is None and shape is not None:
            there = shape()
        inner = _replaced(there, rest, value, None) if rest else value
        if inner is None:
            return {other: kept for other, kept in named.items() if other != name}
        return {**named, name: inner}
    struct = cast("Struct", table)
    inner = _replaced(getattr(struct, name), rest, value, shape) if rest else value
    return structs.replace(struct, **{name: inner})


def parsed(setting: Setting, text: str) -> Value:
    """Return the value that `text` writes.

    Raises:
        ConfigError: it is none that the setting may have.
    """
    wrong = ConfigError(f"{setting.key} must be {setting.allowed}.")
    match setting.kind:
        case "switch":
            if text.casefold() not in _SWITCHES:
                raise wrong
            return _SWITCHES[text.casefold()]
        case "number" | "dollars":
            return _number(setting, text.removeprefix("$"), wrong)
        case "choice":
            if text not in setting.choices:
                raise wrong
            return text
        case "list":
            return [word.strip() for word in text.split(",") if word.strip()]
        case _:
            return text


def _number(setting: Setting, text: str, wrong: ConfigError) -> Value:
    try:
        number = Decimal(text)
        if setting.kind == "dollars":
            return number
        return int(text) if "whole" in setting.allowed else float(number)
    except (InvalidOperation, ValueError):
        raise wrong from None


def looks_like_secret(text: str) -> bool:
    """Return whether a value holds a credential, as far as can be told from its looks."""
    return bool(_IN_ADDRESS.search(text) or find(text))


def counting(value: Value) -> object:
    """Return a value as it counts in a config, whose lists are tuples."""
    return tuple(value) if isinstance(value, list) else value


def written(value: object) -> Value:
    """Return a value as the file writes it."""
    return list(cast("tuple[str, ...]", value)) if isinstance(value, tuple) else cast("Value", value)


def leaves(path: ConfigPath, value: object) -> Iterator[tuple[ConfigPath, Value]]:
    """Yield the single values of a named thing that are not what they are when left out."""
    if isinstance(value, Struct):
        for field in structs.fields(value):
            inner = getattr(value, field.name)
            if inner not in (field.default, None, {}):
                yield from leaves((*path, field.name), inner)
    elif isinstance(value, dict):
        for name, inner in cast("dict[str, object]", value).items():
            yield from leaves((*path, name), inner)
    else:
        yield path, written(value)
