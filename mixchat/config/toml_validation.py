"""Finding what in a TOML file does not fit, where it is, and saying what is allowed there.

A struct's own check raises a `ValueError` whose first word is the key at fault: `day must be ...`.
"""

import difflib
import re
import types
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, TypeGuard, Union, cast, get_args, get_origin, get_type_hints

import msgspec

from mixchat.domain.errors import ConfigError

if TYPE_CHECKING:
    from mixchat.config.toml_document import TomlDocument

Path = tuple[str | int, ...]
"""The keys, and the places in lists counted from 0, that lead to a value."""

_HEADER = re.compile(r"^\s*(\[\[?)(?P<name>[^\]#]+)\]")
_KEY = re.compile(r"""^\s*(?P<name>(?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[\w-]+|"([^"]*)"|'([^']*)'""")
_NAMES = {
    str: "text in quotes",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    Decimal: "a number",
}


def first_error(document: "TomlDocument", shape: object, said: str) -> ConfigError:
    """Return the error about the first value of `document` that does not fit `shape`."""
    path, reason = _descend(document.values, shape, (), said)
    return document.error(path, reason)


def line_of(text: str, path: Path) -> int | None:
    """Return the line that `path` is written on, or the nearest table around it; the first is 1."""
    names = tuple(part for part in path if isinstance(part, str))
    best: tuple[int, int] = (0, 0)
    table: tuple[str, ...] = ()
    fence = ""
    for number, line in enumerate(text.splitlines(), start=1):
        written: tuple[str, ...] = ()
        if not fence:
            if header := _HEADER.match(line):
                written = table = _parts(header["name"])
            elif key := _KEY.match(line):
                written = (*table, *_parts(key["name"]))
        fence = _fence_after(line, fence)
        shared = len(written) if names[: len(written)] == written else 0
        if written[: len(names)] == names:
            shared = len(names)
        if shared > best[0]:
            best = (shared, number)
    return best[1] or None


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that `word` was probably meant to be."""
    found = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def join_names(words: Iterable[str]) -> str:
    """Return the words with commas between them."""
    return ", ".join(words)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean ...?` when a known word is near, else nothing."""
    near = nearest(word, known)
    return f'; did you mean "{near}"?' if near else ""


def _parts(name: str) -> tuple[str, ...]:
    return tuple(m[1] or m[2] or m[0] for m in _PART.finditer(name))


def _fence_after(line: str, fence: str) -> str:
    """Return the multi-line string quotes that are still open after `line`."""
    for quotes in re.findall(r'"""|\'\'\'', line):
        fence = "" if quotes == fence else fence or quotes
    return fence


def _fails(value: object, shape: object) -> str | None:
    try:
        msgspec.convert(value, cast("type[object]", shape))
    except msgspec.ValidationError as error:
        return str(error)
    return None


def _descend(value: object, shape: object, path: Path, said: str) -> tuple[Path, str]:
    """Return the path of the innermost misfit and the sentence about it."""
    for branch in union_members(shape):
        if isinstance(value, Mapping):
            table = cast("Mapping[str, object]", value)
            if is_struct(branch):
                return _in_struct(table, branch, path, said)
            if get_origin(branch) is dict:
                return _in_items(table.items(), get_args(branch)[1], path, said)
        if isinstance(value, list) and get_origin(branch) in {list, tuple}:
            items = enumerate(cast("Sequence[object]", value))
            return _in_items(items, get_args(branch)[0], path, said)
    return path, _wrong_value(cast("object", value), shape, path, said)


def _in_items(
    items: Iterable[tuple[str | int, object]], shape: object, path: Path, said: str
) -> tuple[Path, str]:
    for key, value in items:
        if failed := _fails(value, shape):
            return _descend(value, shape, (*path, key), failed)
    return path, _sentence(said)


def _in_struct(
    table: Mapping[str, object], shape: type[msgspec.Struct], path: Path, said: str
) -> tuple[Path, str]:
    hints = get_type_hints(shape)
    for key, value in table.items():
        if key not in hints:
            guess = did_you_mean(key, hints) or f"; allowed here: {join_names(hints)}."
            return (*path, key), f'there is no key "{dotted((*path, key))}"{guess}'
        if failed := _fails(value, hints[key]):
            return _descend(value, hints[key], (*path, key), failed)
    own, _, rest = _own_words(said).partition(" ")
    if (parts := _parts(own)) and parts[0] in hints:
        return (*path, *parts), f"{dotted((*path, *parts))} {rest}"
    return path, _sentence(said)


def _wrong_value(value: object, shape: object, path: Path, said: str) -> str:
    own = _own_words(said)
    if own:
        return f"{dotted(path)}: {own}"
    choices = [str(choice) for branch in union_members(shape) for choice in _choices(branch)]
    guess = did_you_mean(value, choices) if isinstance(value, str) else ""
    return f"{dotted(path)} must be {describe(shape)}, not {_shown(value)}{guess or '.'}"


def describe(shape: object) -> str:
    """Return what may be written for `shape`, in words."""
    words: list[str] = []
    for branch in union_members(shape):
        if choices := _choices(branch):
            words.append("one of " + join_names(f'"{choice}"' for choice in choices))
        elif get_origin(branch) in {list, tuple}:
            words.append("a list")
        elif isinstance(branch, type):
            words.append(_NAMES.get(branch, "a table"))
        else:
            words.append("a table")
    return " or ".join(dict.fromkeys(words))


def _sentence(said: str) -> str:
    own = _own_words(said) or said.partition(" - at ")[0]
    return own if own.endswith((".", "?")) else f"{own}."


def _own_words(said: str) -> str:
    """Return the message when it was written by a struct's own check, else nothing."""
    message = said.partition(" - at `")[0]
    return "" if message.startswith(("Expected ", "Invalid ", "Object ", "Decimal ")) else message


def _choices(branch: object) -> tuple[object, ...]:
    return get_args(branch) if get_origin(branch) is Literal else ()


def union_members(shape: object) -> tuple[object, ...]:
    """Return the members of a union, `None` left out; a plain shape is its own only member."""
    if get_origin(shape) in {Union, types.UnionType}:
        return tuple(branch for branch in get_args(shape) if branch is not types.NoneType)
    return (shape,)


def is_struct(branch: object) -> TypeGuard[type[msgspec.Struct]]:
    """Return whether `branch` is a table with known keys."""
    return isinstance(branch, type) and issubclass(branch, msgspec.Struct)


def dotted(path: Path) -> str:
    """Return the path as TOML writes it; places in a list count from 1."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            quoted = part if re.fullmatch(r"[\w-]+", part) else f'"{part}"'
            text += f".{quoted}" if text else quoted
    return text


def _shown(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value[:40]}{"…" if len(value) > 40 else ""}"'
        case int() | float() | Decimal():
            return str(value)
        case list():
            return "a list"
        case _:
            return "a table" if isinstance(value, Mapping) else f"a {type(value).__name__}"
