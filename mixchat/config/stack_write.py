"""A stack as TOML text."""

from collections.abc import Callable, Mapping, MutableMapping, MutableSequence
from typing import Any, cast

import tomlkit

from mixchat.config.stack_parse import SETTINGS
from mixchat.domain.errors import ConfigError
from mixchat.domain.role import FALLBACK
from mixchat.domain.stack import RoleConfig, Rules, Slot, Stack

Change = Callable[[MutableSequence[Any]], None]
"""Inserts, removes or moves entries of a fallback order in place."""
RolesChange = Callable[[MutableMapping[str, Any]], None]
"""Changes the tables of a stack's roles in place."""


def edit_roles(text: str, change: RolesChange, *, name: str) -> str:
    """Return the stack's TOML with its roles changed, under the name `name`; all else is as it is written."""
    document = tomlkit.parse(text)
    values = cast("MutableMapping[str, Any]", document)
    if "roles" not in values:
        values["roles"] = tomlkit.table(is_super_table=True)
    change(cast("MutableMapping[str, Any]", values["roles"]))
    if values.get("name") != name:
        values["name"] = name
    return tomlkit.dumps(document)


def edit_fallback_order(text: str, role: str, change: Change, *, name: str) -> str:
    """Return the stack's TOML with `role`'s `models` changed, under the name `name`.

    Comments, aliases and settings of the entries that stay are kept as they are written.

    Raises:
        ConfigError: the stack has no such role.
    """

    def change_models(roles: MutableMapping[str, Any]) -> None:
        table = _table(roles, role)
        if "models" not in table:
            table["models"] = tomlkit.array()
        change(cast("MutableSequence[Any]", table["models"]))
        if not table["models"]:
            del table["models"]

    return edit_roles(text, change_models, name=name)


def edit_role(text: str, role: str, key: str, value: object, *, name: str) -> str:
    """Return the stack's TOML with one key of a role set, or taken out with `None`, under the name `name`.

    Raises:
        ConfigError: the stack has no such role.
    """
    return edit_roles(text, lambda roles: _put(_table(roles, role), key, value), name=name)


def add_role(roles: MutableMapping[str, Any], role: str) -> None:
    """Add an empty role to a stack's tables, in front of the fallback, which stays the last."""
    last = roles.pop(FALLBACK, None)
    roles[role] = tomlkit.table()
    if last is not None:
        roles[FALLBACK] = last


def _table(roles: MutableMapping[str, Any], role: str) -> MutableMapping[str, Any]:
    if role not in roles:
        raise ConfigError(f'The stack has no role "{role}" to change.')
    return cast("MutableMapping[str, Any]", roles[role])


def stack_text(stack: Stack, before: str = "") -> str:
    """Return the TOML of `stack`; comments of the text that was there `before` are kept."""
    document = tomlkit.parse(before)
    _put(document, "name", stack.name)
    _put(document, "description", stack.description or None)
    _put(document, "embeddings", str(stack.embeddings) if stack.embeddings else None)
    roles = document.setdefault("roles", tomlkit.table(is_super_table=True))
    for gone in [name for name in roles if name not in stack.roles]:
        del roles[gone]
    for name, role_config in stack.roles.items():
        table = roles.setdefault(name, tomlkit.table())
        for key, value in _role(role_config).items():
            _put(table, key, value)
    return tomlkit.dumps(document)


def _put(table: MutableMapping[str, object], key: str, value: object) -> None:
    if value is None:
        table.pop(key, None)
    elif key not in table or table[key] != value:
        table[key] = value


def _role(role_config: RoleConfig) -> Mapping[str, object]:
    rules: dict[str, object] = {
        name: _listed(getattr(role_config.rules, name)) for name in Rules.__struct_fields__
    }
    return {
        "description": role_config.description or None,
        "models": _entries(role_config.slots),
        "plan": _entry(role_config.plan) if role_config.plan else None,
        "execute": _entry(role_config.execute) if role_config.execute else None,
        **rules,
        "examples": _listed(role_config.examples),
        "private": True if role_config.private else None,
        "system": None if role_config.persona else role_config.system,
        "persona": role_config.persona,
        **dict.fromkeys(SETTINGS),
    }


def _listed(value: object) -> object:
    return list(cast("tuple[str, ...]", value)) or None if isinstance(value, tuple) else value


def _entries(slots: tuple[Slot, ...]) -> object:
    if not slots:
        return None
    entries = cast("MutableSequence[object]", tomlkit.array())
    for slot in slots:
        entries.append(_entry(slot))
    return entries


def _entry(slot: Slot) -> object:
    """Return a slot as a stack writes it: its reference, or a table when it has settings."""
    settings = {name: getattr(slot, name) for name in SETTINGS}
    said = {name: value for name, value in settings.items() if value is not None and value is not False}
    if not said:
        return str(slot.ref)
    entry = cast("MutableMapping[str, object]", tomlkit.inline_table())
    for key, value in {"model": str(slot.ref), **said}.items():
        entry[key] = value
    return entry
