"""The config and the directories."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from mixchat.cli.checks.check import Check
from mixchat.installation import Installation
from mixchat.papers.config_load import VARIABLES, find_profile, read_layers, source_of
from mixchat.words.error import ConfigError

_AREA = "files"
_SETTINGS = ("stack", "theme", "private", "budget.chat", "budget.day", "budget.month", "budget.message")


def check_config(here: Installation, cwd: Path | None) -> Iterator[Check]:
    """Yield whether the config can be read, and which file or variable set what."""
    yield from _check_file(here.paths.config_file)
    try:
        layers = read_layers(here.paths, cwd, here.environ)
    except ConfigError as error:
        yield Check(_AREA, "config", "trouble", str(error), "Correct that line.")
        return
    if profile := find_profile(cwd):
        yield Check(_AREA, "directory profile", "works", str(profile))
    for key in _SETTINGS:
        if (source := source_of(key, layers)) != "default":
            yield Check(_AREA, key, "works", f"set by {_source(source)}")


def check_directories(here: Installation) -> Iterator[Check]:
    """Yield whether config, data and log can be written."""
    places: Mapping[str, Path] = {
        "config directory": here.paths.config,
        "data directory": here.paths.data,
        "log directory": here.paths.log,
    }
    for name, place in places.items():
        if _writable(place):
            yield Check(_AREA, name, "works", str(place))
        else:
            advice = "Make it writable; until then nothing is kept in it."
            yield Check(_AREA, name, "trouble", f"{place} cannot be written", advice)


def check_history(here: Installation) -> Iterator[Check]:
    """Yield whether the history can be opened, if there is one."""
    from mixchat.papers.database import Database

    path = here.paths.data / "history.db"
    if not path.exists():
        return
    try:
        Database(path).close()
    except ConfigError as error:
        yield Check(_AREA, "history", "trouble", str(error))
    else:
        yield Check(_AREA, "history", "works", str(path))


def _check_file(path: Path) -> Iterator[Check]:
    if path.exists():
        yield Check(_AREA, "config file", "works", str(path))
    else:
        yield Check(_AREA, "config file", "note", f"{path} does not exist; the defaults are in force")


def _source(source: str) -> str:
    return f"the variable {source}" if source in VARIABLES else source


def _writable(place: Path) -> bool:
    """Return whether the directory, or the nearest one above it that exists, may be written."""
    while not place.exists() and place != place.parent:
        place = place.parent
    return place.is_dir() and os.access(place, os.W_OK | os.X_OK)
