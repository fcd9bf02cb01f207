"""How the person has arranged the screen, kept for the next start."""

import contextlib

import msgspec
from msgspec import Struct

from mixchat.config.atomic import write_atomically
from mixchat.config.paths import Paths
from mixchat.domain.errors import ConfigError


class UiState(Struct, frozen=True, kw_only=True):
    """What the screen remembers between two starts."""

    panel_width: int | None = None
    """Cells of the side panel, where there is room for as many; `None`: as many as suit the terminal."""
    panel_shown: bool = True
    """Whether the side panel stands beside the conversation."""
    recent: tuple[str, ...] = ()
    """The actions that were chosen from the list of commands last, the newest first."""


def read_ui_state(paths: Paths) -> UiState:
    """Return the layout of the last time; the first one when there is none, or nobody can read it."""
    try:
        return msgspec.json.decode(paths.layout_file.read_bytes(), type=UiState)
    except (OSError, msgspec.DecodeError):
        return UiState()


def save_ui_state(paths: Paths, layout: UiState) -> None:
    """Keep the layout for the next start, if it can be written: it is never worth a word."""
    with contextlib.suppress(ConfigError):
        write_atomically(paths.layout_file, msgspec.json.encode(layout).decode())
