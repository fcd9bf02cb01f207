"""The terminal and what surrounds it."""

import locale
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from msgspec import Struct

from mixchat.cli.extras import EXTRAS, LOCAL
from mixchat.config.load import VARIABLES, find_profile, read_layers, source_of, unseen_profile
from mixchat.config.private_files import is_open_to_others
from mixchat.config.provider_specs import ProviderSpec
from mixchat.domain.errors import ConfigError, NeedsKey
from mixchat.runtime.settings import Settings

State = Literal["works", "note", "trouble"]


class Check(Struct, frozen=True):
    """What was found, and what to do about it. Never holds a key."""

    area: str
    name: str
    state: State
    found: str
    advice: str = ""
    """What a person can do; empty when there is nothing to do."""


_AREA_ENGINE = "local model"


def check_engine(settings: Settings) -> Iterator[Check]:
    """Yield whether llama.cpp is installed and which models are on this machine."""
    from mixchat.providers.local.engine import NO_WHEEL, available, installed
    from mixchat.providers.local.model_store import DEFAULT_MODEL, ModelStore

    if not installed() and not available():
        yield Check(_AREA_ENGINE, "engine", "note", "no llama.cpp for this machine", NO_WHEEL)
    elif not installed():
        advice = f"`mixchat local pull {DEFAULT_MODEL}` installs it, and so does: {LOCAL.how}"
        yield Check(_AREA_ENGINE, "engine", "note", "llama.cpp is not installed", advice)
    else:
        yield Check(_AREA_ENGINE, "engine", "works", "llama.cpp")
    entries = ModelStore.of(settings.paths, settings.config).entries()
    for entry in entries:
        yield Check(_AREA_ENGINE, entry.name, "works", f"{entry.path} ({entry.size / 1e6:,.0f} MB)")
    if not entries:
        advice = f"Fetch one with `mixchat local pull {DEFAULT_MODEL}`; it needs no key."
        yield Check(_AREA_ENGINE, "models", "note", "none is here yet", advice)


def check_extras() -> Iterator[Check]:
    """Yield which commands want packages that are not installed."""
    for extra in EXTRAS:
        if extra.installed:
            yield Check("extras", extra.command, "works", "installed")
        else:
            yield Check("extras", extra.command, "note", "not installed", f"Where it is wanted: {extra.how}")


_AREA_FILES = "files"
_LITTLE = 20_000_000
"""Bytes of free disk below which a history soon cannot be written."""
_SETTINGS = ("stack", "theme", "private", "budget.chat", "budget.day", "budget.month", "budget.message")


def check_config(settings: Settings, cwd: Path | None) -> Iterator[Check]:
    """Yield whether the config can be read, and which file or variable set what."""
    yield from _check_file(settings.paths.config_file)
    try:
        layers = read_layers(settings.paths, cwd, settings.environ)
    except ConfigError as error:
        yield Check(_AREA_FILES, "config", "trouble", str(error), "Correct that line.")
        return
    if profile := find_profile(cwd):
        if unseen_profile(settings.paths, cwd) is None:
            yield Check(_AREA_FILES, "directory profile", "works", str(profile))
        else:
            found = f"{profile} does not count until you have looked at it"
            yield Check(
                _AREA_FILES, "directory profile", "note", found, "Look at it, then: mixchat config trust"
            )
    for key in _SETTINGS:
        if (source := source_of(key, layers)) != "default":
            yield Check(_AREA_FILES, key, "works", f"set by {_source(source)}")


def check_directories(settings: Settings) -> Iterator[Check]:
    """Yield whether config, data and log can be written."""
    places: Mapping[str, Path] = {
        "config directory": settings.paths.config,
        "data directory": settings.paths.data,
        "log directory": settings.paths.log,
    }
    for name, place in places.items():
        if _writable(place):
            yield Check(_AREA_FILES, name, "works", str(place))
        else:
            advice = "Make it writable; until then nothing is kept in it."
            yield Check(_AREA_FILES, name, "trouble", f"{place} cannot be written", advice)


def check_history(settings: Settings) -> Iterator[Check]:
    """Yield whether the history can be opened, if there is one."""
    from mixchat.storage.database import Database

    path = settings.paths.data / "history.db"
    if not path.exists():
        return
    if is_open_to_others(path):
        yield Check(
            _AREA_FILES,
            "history",
            "note",
            f"others on this machine could read {path}; it is closed to them now",
        )
    free = shutil.disk_usage(path.parent).free
    if free < _LITTLE:
        advice = "Make room; what is said is kept in memory only while nothing can be written."
        yield Check(_AREA_FILES, "disk", "trouble", f"{free / 1e6:.0f} MB are free at {path.parent}", advice)
    try:
        database = Database(path, patience=0.1)
    except ConfigError as error:
        yield Check(_AREA_FILES, "history", "trouble", str(error))
        return
    trouble = database.why_not_writable()
    database.close()
    if trouble:
        yield Check(_AREA_FILES, "history", "trouble", trouble, "What is said is kept in memory until then.")
    else:
        yield Check(_AREA_FILES, "history", "works", str(path))


def _check_file(path: Path) -> Iterator[Check]:
    if path.exists():
        yield Check(_AREA_FILES, "config file", "works", str(path))
    else:
        yield Check(_AREA_FILES, "config file", "note", f"{path} does not exist; the defaults are in force")


def _source(source: str) -> str:
    return f"the variable {source}" if source in VARIABLES else source


def _writable(place: Path) -> bool:
    """Return whether the directory, or the nearest one above it that exists, may be written."""
    while not place.exists() and place != place.parent:
        place = place.parent
    return place.is_dir() and os.access(place, os.W_OK | os.X_OK)


_AREA_KEYS = "keys"


def check_keys(settings: Settings) -> Iterator[Check]:
    """Yield every key that is at hand with its source, and one line about the rest."""
    missing: list[str] = []
    for name, service in settings.provider_specs.items():
        if settings.credentials.has(name):
            yield _found(settings, name)
        elif name in settings.config.providers and service.needs_key:
            yield Check(_AREA_KEYS, name, "trouble", "no key", _advice(settings, service))
        elif service.needs_key:
            missing.append(name)
    if missing:
        advice = "Keep one with `mixchat keys set PROVIDER`, or set its environment variable."
        yield Check(_AREA_KEYS, "others", "note", f"no key of {', '.join(missing)}", advice)


def _found(settings: Settings, name: str) -> Check:
    source = settings.credentials.source(name) or ""
    try:
        found = settings.credentials.find(name)
    except NeedsKey as error:
        return Check(
            _AREA_KEYS, name, "trouble", error.message, _advice(settings, settings.provider_specs[name])
        )
    if found is None:
        advice = f"Keep it again with `mixchat keys set {name}`."
        return Check(_AREA_KEYS, name, "trouble", f"the {source} has no key", advice)
    return Check(_AREA_KEYS, name, "works", f"from the {found.source}")


def _advice(settings: Settings, service: ProviderSpec) -> str:
    names = " or ".join(settings.credentials.variables(service.name)) or "key_env in the config"
    page = f"; keys are made at {service.keys_page}" if service.keys_page else ""
    return f"Set {names}, or run `mixchat keys set {service.name}`{page}."


_AREA_TERMINAL = "terminal"
_SMALLEST = (60, 15)
"""Columns and rows from which on everything fits."""


def check_terminal(environ: Mapping[str, str]) -> Iterator[Check]:
    """Yield what the terminal can do."""
    yield _size()
    yield _colours(environ)
    encoding = (sys.stdout.encoding or locale.getpreferredencoding(do_setlocale=False)).lower()
    if encoding.replace("-", "") == "utf8":
        yield Check(_AREA_TERMINAL, "characters", "works", "UTF-8")
    else:
        advice = "Use a UTF-8 locale, such as LANG=C.UTF-8, or start with --plain."
        yield Check(_AREA_TERMINAL, "characters", "trouble", f"{encoding}, not UTF-8", advice)
    yield _editor(environ)


def check_network_settings(environ: Mapping[str, str]) -> Iterator[Check]:
    """Yield the proxies and certificates that are set."""
    for name in ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        if said := environ.get(name) or environ.get(name.lower()):
            yield Check("network", name, "works", _without_password(said))
    if said := environ.get("SSL_CERT_FILE"):
        there = Path(said).is_file()
        advice = "" if there else "Correct SSL_CERT_FILE, or remove it."
        found = said if there else f"{said} does not exist"
        yield Check("network", "SSL_CERT_FILE", "works" if there else "trouble", found, advice)


def _size() -> Check:
    if not sys.stdout.isatty():
        return Check(_AREA_TERMINAL, "size", "note", "stdout is not a terminal here")
    columns, rows = shutil.get_terminal_size()
    found = f"{columns} columns, {rows} rows"
    if columns < _SMALLEST[0] or rows < _SMALLEST[1]:
        return Check(_AREA_TERMINAL, "size", "note", found, "Make it at least 60 by 15.")
    return Check(_AREA_TERMINAL, "size", "works", found)


def _colours(environ: Mapping[str, str]) -> Check:
    if environ.get("NO_COLOR"):
        return Check(_AREA_TERMINAL, "colours", "works", "none, as NO_COLOR asks")
    term = environ.get("TERM", "")
    if term in {"dumb", "unknown"}:
        return Check(_AREA_TERMINAL, "colours", "note", f"TERM={term} has none", "Start with --plain.")
    if environ.get("COLORTERM", "").lower() in {"truecolor", "24bit"}:
        return Check(_AREA_TERMINAL, "colours", "works", "16 million")
    many = "256color" in term
    return Check(
        _AREA_TERMINAL, "colours", "works", f"{'256' if many else '16, or more than it says'} (TERM={term})"
    )


def _editor(environ: Mapping[str, str]) -> Check:
    said = environ.get("VISUAL") or environ.get("EDITOR")
    if not said:
        advice = "Set VISUAL or EDITOR to write prompts in it."
        return Check(_AREA_TERMINAL, "editor", "note", "none is set", advice)
    program = said.split()[0]
    if shutil.which(program) is None and os.sep not in program:
        return Check(
            _AREA_TERMINAL, "editor", "trouble", f"{program} was not found", "Correct VISUAL or EDITOR."
        )
    return Check(_AREA_TERMINAL, "editor", "works", said)


def _without_password(url: str) -> str:
    scheme, mark, rest = url.partition("://")
    return f"{scheme}{mark}…@{rest.rpartition('@')[2]}" if "@" in rest else url
