"""Changing the line-up of one role in a stack's text, with everything else in it as it was."""

from collections.abc import Callable, MutableMapping, MutableSequence
from typing import Any, cast

import tomlkit

from mixchat.words.error import ConfigError

Change = Callable[[MutableSequence[Any]], None]
"""Inserts, removes or moves entries of a line-up in place."""


def edit_lineup(text: str, role: str, change: Change, *, name: str) -> str:
    """Return the stack's TOML with `role`'s `models` changed, under the name `name`.

    Comments, aliases and settings of the entries that stay are kept as they are written.

    Raises:
        ConfigError: the stack has no such role.
    """
    document = tomlkit.parse(text)
    values = cast("MutableMapping[str, Any]", document)
    roles = cast("MutableMapping[str, Any]", values.get("roles", {}))
    if role not in roles:
        raise ConfigError(f'The stack has no role "{role}" to change.')
    table = cast("MutableMapping[str, Any]", roles[role])
    if "models" not in table:
        table["models"] = tomlkit.array()
    change(cast("MutableSequence[Any]", table["models"]))
    if not table["models"]:
        del table["models"]
    if values.get("name") != name:
        values["name"] = name
    return tomlkit.dumps(document)
