"""The config's keys one by one, for a settings screen that is drawn from the config itself."""

import ast
import inspect
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from typing import Literal, cast, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from mixchat.config import config as shapes
from mixchat.config.config import Config
from mixchat.config.toml_validation import describe, dotted, is_struct, union_members

Kind = Literal["choice", "switch", "text", "number", "dollars", "list", "table"]

_KINDS: dict[object, Kind] = {bool: "switch", str: "text", int: "number", float: "number"}


class Setting(Struct, frozen=True, kw_only=True):
    """One key of the config file."""

    key: str
    """Dotted: `budget.day`; a part that holds more than letters, digits, `-` and `_` is in quotes."""
    path: tuple[str, ...]
    """The key's parts."""
    kind: Kind
    optional: bool
    """Whether leaving it out means something of its own, such as no limit."""
    default: object
    help: str
    """One sentence."""
    allowed: str
    """What may be written, in words."""
    choices: tuple[str, ...] = ()
    """Every value it may have, where they can be counted."""


@cache
def settings() -> tuple[Setting, ...]:
    """Return every key that has one value, in the file's order; tables of named things are one `table`."""
    return tuple(_walk(Config, ()))


def value_of(config: Config, path: tuple[str, ...]) -> object:
    """Return what `config` has at a place; `None` where nothing of that name is."""
    value: object = config
    for part in path:
        value = (
            cast("Mapping[str, object]", value).get(part)
            if isinstance(value, Mapping)
            else getattr(value, part, None)
        )
    return value


def shape_of(table: str) -> type[Struct] | None:
    """Return the shape of what a table of named things holds; `None`: each name stands for one value."""
    shape = cast("object", get_args(get_type_hints(Config)[table])[1])
    return shape if is_struct(shape) else None


def entry(table: Setting, name: str) -> Setting:
    """Return the setting that stands for one named value of a table."""
    path = (*table.path, name)
    return _setting(path, str, None, table.help)


def fields(table: str, name: str) -> tuple[Setting, ...]:
    """Return the keys of one named thing in a table whose things have keys of their own."""
    shape = shape_of(table)
    return tuple(_walk(shape, (table, name))) if shape is not None else ()


def _walk(shape: type[Struct], prefix: tuple[str, ...]) -> list[Setting]:
    hints = get_type_hints(shape)
    helps = docstrings(shape)
    found: list[Setting] = []
    for field in msgspec.structs.fields(shape):
        hint = cast("object", hints[field.name])
        path = (*prefix, field.name)
        if is_struct(hint):
            found += _walk(hint, path)
        else:
            default = field.default_factory() if callable(field.default_factory) else field.default
            found.append(_setting(path, hint, default, helps.get(field.name, "")))
    return found


def _setting(path: tuple[str, ...], hint: object, default: object, help_text: str) -> Setting:
    members = union_members(hint)
    choices = get_args(members[0]) if get_origin(members[0]) is Literal else ()
    kind: Kind = "choice" if choices else _KINDS.get(members[0], "table")
    if members[0] is shapes.Decimal:
        kind = "dollars"
    if get_origin(members[0]) is tuple and get_args(members[0])[0] is str:
        kind = "list"
    return Setting(
        key=dotted(path),
        path=path,
        kind=kind,
        optional=type(None) in get_args(hint),
        default=default,
        help=help_text,
        allowed=describe(hint),
        choices=tuple(str(choice) for choice in choices),
    )


def docstrings(shape: type[Struct]) -> dict[str, str]:
    """Return the docstrings under the fields of a struct, which Python itself does not keep."""
    (tree,) = ast.parse(inspect.getsource(shape)).body
    body = tree.body if isinstance(tree, ast.ClassDef) else []
    helps: dict[str, str] = {}
    for field, words in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            match words:
                case ast.Expr(value=ast.Constant(value=str(text))):
                    helps[field.target.id] = " ".join(text.split())
                case _:
                    pass
    return helps
