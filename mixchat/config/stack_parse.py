"""From the role tables of a stack file to roles with models."""

import re
from collections.abc import Callable, Mapping

import msgspec

from mixchat.config.stack_file import RoleTable, SlotEntry
from mixchat.domain.errors import ConfigError
from mixchat.domain.model import ModelRef
from mixchat.domain.role import BUILT_IN
from mixchat.domain.stack import RoleConfig, Rules, Slot

ErrorFactory = Callable[[tuple[str | int, ...], str], ConfigError]
"""Makes the error about the value at a path, with file and line."""

_ROLE_NAME = re.compile(r"[^\s/@]+")
_DESCRIPTIONS = {role.name: role.description for role in BUILT_IN}
SETTINGS = ("search", "effort", "temperature", "max_tokens")
"""What a role says for all its slots, and a slot for itself."""


class Aliases:
    """Short names for models: the config's, then the catalog's."""

    def __init__(self, own: Mapping[str, str], built_in: Callable[[], Mapping[str, ModelRef]]) -> None:
        self._own = own
        self._built_in = built_in

    def resolve(self, name: str) -> ModelRef | None:
        """Return the model that an alias or a reference names."""
        if "/" in name:
            try:
                return ModelRef.parse(name)
            except ValueError:
                return None
        if name in self._own:
            return ModelRef.parse(self._own[name])
        return self._built_in().get(name)

    def names(self) -> tuple[str, ...]:
        """Return every alias."""
        return tuple(dict.fromkeys((*self._own, *self._built_in())))


def parse_roles(
    tables: Mapping[str, RoleTable], aliases: Aliases, complain: ErrorFactory
) -> dict[str, RoleConfig]:
    """Return the roles that the role tables write.

    Raises:
        ConfigError: a model, a role's name or a pattern cannot be used.
    """
    return {name: _role_config(name, table, aliases, complain) for name, table in tables.items()}


def merge_role(strong: RoleTable, weak: RoleTable) -> RoleTable:
    """Return `weak` with everything that `strong` says in its place."""
    empty = RoleTable()
    said = {
        name: getattr(strong, name)
        for name in RoleTable.__struct_fields__
        if getattr(strong, name) != getattr(empty, name)
    }
    if strong.models and not strong.execute:
        said |= {"plan": None, "execute": None}
    return msgspec.structs.replace(weak, **said)


def _role_config(name: str, table: RoleTable, aliases: Aliases, complain: ErrorFactory) -> RoleConfig:
    where = ("roles", name)
    if not _ROLE_NAME.fullmatch(name):
        raise complain(where, f'"{name}" cannot be a role\'s name: it must be one word without "/" and "@".')
    slot = _slot_reader(table, aliases, complain)
    return RoleConfig(
        role=name,
        description=table.description or _DESCRIPTIONS.get(name, ""),
        slots=tuple(slot(entry, (*where, "models", place)) for place, entry in enumerate(table.models)),
        rules=_rules(table, where, complain),
        examples=table.examples,
        private=bool(table.private),
        system=table.system,
        persona=table.persona,
        plan=None if table.plan is None else slot(table.plan, (*where, "plan")),
        execute=None if table.execute is None else slot(table.execute, (*where, "execute")),
    )


def _slot_reader(
    table: RoleTable, aliases: Aliases, complain: ErrorFactory
) -> Callable[[str | SlotEntry, tuple[str | int, ...]], Slot]:
    shared = {name: value for name in SETTINGS if (value := getattr(table, name)) is not None}

    def slot(entry: str | SlotEntry, path: tuple[str | int, ...]) -> Slot:
        own = entry if isinstance(entry, SlotEntry) else SlotEntry(model=entry)
        ref = aliases.resolve(own.model)
        if ref is None:
            raise complain(path, unknown_model(own.model, aliases))
        settings = shared | {name: value for name in SETTINGS if (value := getattr(own, name)) is not None}
        return msgspec.convert({"ref": ref, **settings}, Slot)

    return slot


def unknown_model(name: str, aliases: Aliases) -> str:
    """Return the sentence about a model that nobody knows by `name`."""
    from mixchat.config.toml_validation import did_you_mean

    guess = did_you_mean(name, aliases.names()) or "; write provider/model or an alias."
    return f'"{name}" is neither a model reference nor an alias{guess}'


def _rules(table: RoleTable, where: tuple[str, ...], complain: ErrorFactory) -> Rules:
    for place, pattern in enumerate(table.regex):
        try:
            re.compile(pattern)
        except re.error as error:
            raise complain(
                (*where, "regex", place), f'"{pattern}" is not a regular expression ({error}).'
            ) from None
    return Rules(
        keywords=table.keywords,
        regex=table.regex,
        file_types=tuple(f".{kind.lower().lstrip('.')}" for kind in table.file_types),
        min_length=table.min_length,
        max_length=table.max_length,
        has_image=table.has_image,
        languages=tuple(code.lower() for code in table.languages),
    )
