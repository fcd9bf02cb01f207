"""Reading the config: the files and variables that set it, in order of precedence."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

from msgspec import Struct

from mixchat.config.config import Config, Profile
from mixchat.config.paths import Paths
from mixchat.config.toml_document import TomlDocument, read, read_text
from mixchat.config.trust import Trust

PROFILE = ".mixchat.toml"
VARIABLES = {"MIXCHAT_STACK": "stack", "MIXCHAT_THEME": "theme"}
"""Environment variables that set a key."""


class Layer(Struct, frozen=True):
    """One place that sets keys."""

    source: str
    """A path or a variable's name."""
    values: Mapping[str, Any]


def load_config(paths: Paths, cwd: Path | None, environ: Mapping[str, str]) -> Config:
    """Return the config: environment over directory profile over config file over defaults.

    Args:
        paths: where the config file is.
        cwd: the directory whose profile counts, or a child of it; `None` asks for no profile.
        environ: the environment.

    Raises:
        ConfigError: a file cannot be used; the text names file, line, key and what is allowed.
    """
    merged: dict[str, Any] = {}
    for layer in reversed(read_layers(paths, cwd, environ)):
        merged = _over(layer.values, merged)
    return TomlDocument("config", "", merged).fit(Config)


def read_layers(
    paths: Paths,
    cwd: Path | None,
    environ: Mapping[str, str],
    text_of: Callable[[Path], str | None] = read_text,
) -> tuple[Layer, ...]:
    """Return the places that set keys, each checked by itself, the strongest first.

    Args:
        paths: where the config file is.
        cwd: as for `load_config`.
        environ: the environment.
        text_of: returns what the config file says; given where that may not be on disk yet.

    Raises:
        ConfigError: a file cannot be used.
    """
    layers = [Layer(name, {key: said}) for name, key in VARIABLES.items() if (said := environ.get(name))]
    if (profile := find_profile(cwd)) and (document := read(profile)):
        _fit_profile(document)
        trusted = Trust(paths.data).said(profile, document.text) == "yes"
        source = document.source if trusted else f"{document.source} (not trusted)"
        layers.append(Layer(source, document.values if trusted else _protective(document.values)))
    if document := read(paths.config_file, text_of):
        document.fit(Config)
        layers.append(Layer(document.source, document.values))
    return tuple(layers)


def source_of(key: str | tuple[str, ...], layers: tuple[Layer, ...]) -> str:
    """Return the place that set `key`, dotted or in parts, or `default`."""
    parts = key.split(".") if isinstance(key, str) else key
    for layer in layers:
        value: object = layer.values
        for part in parts:
            value = cast("Mapping[str, object]", value).get(part) if isinstance(value, Mapping) else None
        if value is not None:
            return layer.source
    return "default"


def find_profile(cwd: Path | None) -> Path | None:
    """Return the nearest `.mixchat.toml` in `cwd` or above it."""
    if cwd is None:
        return None
    for directory in (cwd, *cwd.parents):
        candidate = directory / PROFILE
        try:
            if candidate.is_file():
                return candidate
        except OSError:
            continue
    return None


def _fit_profile(document: TomlDocument) -> None:
    for key in document.values:
        if key in Config.__struct_fields__ and key not in Profile.__struct_fields__:
            allowed = ", ".join(Profile.__struct_fields__)
            raise document.error(
                (key,), f'a directory may not set "{key}"; put it into config.toml. Allowed here: {allowed}.'
            )
    profile = document.fit(Profile)
    lifted = [("private",)] if profile.private is False else []
    lifted += [("roles", name, "private") for name, role in profile.roles.items() if role.private is False]
    for path in lifted:
        words = f"{'.'.join(path)} = false: a directory may make a chat private, never the other way round."
        raise document.error(path, words)


def _protective(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a profile that nobody has looked at may set all the same: that chats stay on this machine."""
    return {"private": True} if values.get("private") is True else {}


def unseen_profile(paths: Paths, cwd: Path | None) -> TomlDocument | None:
    """Return the directory's profile if the person was never asked about it as it is now.

    Raises:
        ConfigError: it cannot be used.
    """
    profile = find_profile(cwd)
    document = read(profile) if profile else None
    if profile is None or document is None:
        return None
    _fit_profile(document)
    return document if Trust(paths.data).said(profile, document.text) is None else None


def _over(strong: Mapping[str, Any], weak: Mapping[str, Any]) -> dict[str, Any]:
    """Return `weak` with `strong` laid over it, table by table."""
    merged = dict(weak)
    for key, value in strong.items():
        below = merged.get(key)
        both = isinstance(value, Mapping) and isinstance(below, Mapping)
        merged[key] = (
            _over(cast("Mapping[str, Any]", value), cast("Mapping[str, Any]", below)) if both else value
        )
    return merged


def working_directory() -> Path | None:
    """Return the current directory, or `None` when it is gone."""
    try:
        return Path.cwd()
    except OSError:
        return None
