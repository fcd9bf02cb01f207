"""The stack that is made from what this machine can reach."""

from collections.abc import Callable, Iterable

import msgspec

from mixchat.config.stack_file import RoleTable, SeatEntry, StackFile
from mixchat.domain.role import CODING, DAILY_DRIVER

ANY = "*"
"""In place of a model: whichever the server has that suits the role."""

LOCAL = "local"
"""The built-in provider, which needs neither a key nor an address."""

Found = Callable[[str], bool]
Listed = Callable[[str], tuple[str, ...]]
"""The models that a server had when it was last asked; nothing is asked now."""


def reachable_stack(template: StackFile, found: Found, listed: Listed, own: Iterable[str]) -> StackFile:
    """Return the template with the seats that are within reach; local ones without weights only if nobody else is.

    Args:
        template: every provider's seats in order of preference.
        found: whether a provider has a key or an address; for `local`, whether its model is on the disk.
        listed: a provider's known models.
        own: the providers that the person added; they sit behind the built-in ones.
    """

    def role_table(name: str, table: RoleTable) -> RoleTable:
        models = [seat for entry in table.models for seat in _expand(entry, name, found, listed)]
        if name == DAILY_DRIVER:
            place = _behind_cloud(models)
            models[place:place] = (seat for provider in own for seat in _any_of(provider, name, listed))
        return msgspec.structs.replace(table, models=tuple(models))

    roles = {name: role_table(name, table) for name, table in template.roles.items()}
    if not found(LOCAL) and any(_cloud_or_server(table) for table in roles.values()):
        roles = {
            name: msgspec.structs.replace(table, models=_without_local(table))
            for name, table in roles.items()
        }
    return msgspec.structs.replace(template, roles=roles)


def _cloud_or_server(table: RoleTable) -> bool:
    return bool(_without_local(table))


def _without_local(table: RoleTable) -> tuple[str | SeatEntry, ...]:
    return tuple(entry for entry in table.models if not _name(entry).startswith(f"{LOCAL}/"))


def _behind_cloud(models: list[str | SeatEntry]) -> int:
    """Return the place behind the last seat that is in the cloud."""
    return next(
        (place for place, entry in enumerate(models) if _name(entry).startswith(("ollama/", "local/"))),
        len(models),
    )


def _name(entry: str | SeatEntry) -> str:
    return entry if isinstance(entry, str) else entry.model


def _expand(entry: str | SeatEntry, role: str, found: Found, listed: Listed) -> tuple[str | SeatEntry, ...]:
    provider, _, model = _name(entry).partition("/")
    if model == ANY:
        return _any_of(provider, role, listed)
    return (entry,) if provider == LOCAL or found(provider) else ()


def _any_of(provider: str, role: str, listed: Listed) -> tuple[str, ...]:
    """Return the one model of `provider` that suits `role` best by its name."""
    names = [name for name in listed(provider) if "embed" not in name]
    if not names:
        return ()
    coders = [name for name in names if "cod" in name.lower()]
    talkers = [name for name in names if name not in coders]
    return (f"{provider}/{((coders + talkers) if role == CODING else (talkers + coders))[0]}",)
