"""How the person has arranged the screen, kept for the next start."""

import contextlib
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, structs

from mixchat.config.file_writer import FileWriter
from mixchat.domain.errors import ConfigError


class UiState(Struct, frozen=True, kw_only=True):
    """What the screen remembers between two starts."""

    panel_width: int | None = None
    """Cells of the side panel, where there is room for as many; `None`: as many as suit the terminal."""
    panel_shown: bool = True
    """Whether the side panel stands beside the conversation."""
    recent: tuple[str, ...] = ()
    """The actions that were chosen from the list of commands last, the newest first."""


def read_ui_state(file: Path, files: FileWriter) -> UiState:
    """Return the layout of the last time; the first one when there is none, or nobody can read it."""
    try:
        return _decoded(files.text(file))
    except ConfigError:
        return UiState()


def save_ui_state(file: Path, files: FileWriter, **changed: Any) -> None:  # noqa: ANN401 - the fields of `UiState`
    """Keep what has changed of the layout for the next start, if it can be written: it is never worth a word."""

    def edited(text: str | None) -> str:
        return msgspec.json.encode(structs.replace(_decoded(text), **changed)).decode()

    with contextlib.suppress(ConfigError):
        files.change(file, edited, matters=False)


def _decoded(text: str | None) -> UiState:
    try:
        return msgspec.json.decode(text or "", type=UiState)
    except msgspec.DecodeError:
        return UiState()
