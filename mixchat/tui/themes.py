"""Themes: TOML files that become Textual's themes, with a colour for each role."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct
from textual import constants
from textual.color import Color, ColorParseError
from textual.theme import Theme
from textual.types import AnimationLevel

from mixchat.config.config import Config
from mixchat.config.theme_files import theme_paths, themes_directory
from mixchat.config.toml_document import TomlDocument, read
from mixchat.domain.errors import ConfigError
from mixchat.domain.role import BUILT_IN

DEFAULT: Final = "mixchat-dark"
AUTO: Final = "auto"
"""The name that stands for the dark or the light theme, as the terminal's background is."""
_BY_BACKGROUND: Final = {True: "mixchat-light", False: DEFAULT, None: DEFAULT}
_COLOURED: Final = (*(role.name for role in BUILT_IN), "custom")
_ROLE_COLOURS: Final[Mapping[str, tuple[str, str]]] = {
    "daily-driver": ("#86adff", "#1a4fb0"),
    "quick": ("#54cfbb", "#00695f"),
    "coding": ("#86d07e", "#23692a"),
    "heavy-lifting": ("#c1a2ff", "#622cb0"),
    "creative": ("#f59acb", "#a3236f"),
    "summarization": ("#dccb62", "#6b5800"),
    "extraction": ("#f4946f", "#922e10"),
    "research": ("#6cc3ee", "#00628f"),
    "fallback": ("#a6abb5", "#54585f"),
    "custom": ("#c5cf7f", "#55600f"),
}
"""For themes that know nothing of roles: on a dark ground, on a light one."""


_SHARES: Final[Mapping[str, float]] = {
    "text": 1.0,
    "body": 0.9,
    "text-muted": 0.7,
    "text-disabled": 0.66,
    "track": 0.28,
    "selected": 0.14,
}
"""How far a tone that a theme does not name lies from its background towards its foreground. Text stays
above a contrast of 4.5; `selected` and `track` are grounds."""

_BAR_GROUNDS: Final = ("background", "background-hover", "background-active", "corner-color")


class Colors(Struct, frozen=True, forbid_unknown_fields=True):
    """The colours that Textual derives all others from."""

    primary: str
    secondary: str | None = None
    accent: str | None = None
    foreground: str | None = None
    background: str | None = None
    surface: str | None = None
    panel: str | None = None
    boost: str | None = None
    success: str | None = None
    warning: str | None = None
    error: str | None = None


class ThemeFile(Struct, frozen=True, forbid_unknown_fields=True):
    """A theme as its file writes it; the file's name is the theme's."""

    colors: Colors
    description: str = ""
    dark: bool = True
    ansi: bool = False
    """The terminal's own colours are used as they are."""
    roles: dict[str, str] = {}
    variables: dict[str, str] = {}


def role_variable(role: str | None) -> str:
    """Return the theme variable that holds the role's colour; a role of one's own has `custom`'s."""
    if role is None:
        return "$primary"
    return f"$role-{role if role in _COLOURED else 'custom'}"


def role_class(role: str | None) -> str:
    """Return the CSS class of what has the role's colour."""
    return f"-{role_variable(role).removeprefix('$')}"


def role_defaults(*, dark: bool) -> dict[str, str]:
    """Return the role colours for a theme that has none of its own, and what Textual wants of one in ANSI colours."""
    ground, text = ("ansi_black", "ansi_white") if dark else ("ansi_white", "ansi_black")
    colours = {f"role-{role}": pair[0 if dark else 1] for role, pair in _ROLE_COLOURS.items()}
    return {"ansi-background": ground, "ansi-foreground": text, **colours}


def muted_tones(variables: Mapping[str, str]) -> dict[str, str]:
    """Return quiet scroll bars, `ink` for letters on a ground of colour, and the tones of text as plain colours.

    Textual works out `auto 60%` for whole widgets only, not for a part of a line.
    """
    foreground, background = Color.parse(variables["foreground"]), Color.parse(variables["background"])
    if foreground.ansi is not None or background.ansi is not None:
        lit = variables.get("block-cursor-blurred-background", "ansi_default")
        return {
            "text": variables["foreground"],
            "body": variables["foreground"],
            "selected": "ansi_bright_black",
            "track": "ansi_bright_black",
            "ink": "ansi_black",
            # A list is moved in while the field beside it has the focus: its lit row must be seen.
            "block-cursor-blurred-background": "ansi_bright_black" if lit == "ansi_default" else lit,
        }
    quiet = background.blend(foreground, 0.16).hex
    bars = {
        "scrollbar": quiet,
        "scrollbar-hover": variables["secondary"],
        "scrollbar-active": variables["primary"],
    }
    bars |= {f"scrollbar-{part}": variables["background"] for part in _BAR_GROUNDS}
    tones = {
        name: background.blend(foreground, share).hex
        for name, share in _SHARES.items()
        if variables.get(name, "auto").startswith("auto")
    }
    return {"ink": variables["background"], **bars, **tones}


def resolved(name: str, *, light: bool | None) -> str:
    """Return the theme that a name stands for.

    Args:
        name: as it is set.
        light: whether the terminal's background is; `None`: it has not said so.
    """
    return _BY_BACKGROUND[light] if name == AUTO else name


def find_theme(name: str, user: Path) -> Theme:
    """Return the theme of that name, reading no other file.

    Raises:
        ConfigError: there is none, or its file is no theme.
    """
    for folder in (user, themes_directory()):
        path = folder / f"{name}.toml"
        if path.is_file():
            return read_theme(path)
    raise ConfigError(
        f"There is no theme {name!r}; there are {', '.join((AUTO, *sorted(theme_paths(user))))}."
    )


def read_all(user: Path) -> tuple[list[Theme], list[str]]:
    """Return every theme that can be read, and a sentence for each file that cannot."""
    themes: list[Theme] = []
    problems: list[str] = []
    for path in theme_paths(user).values():
        try:
            themes.append(read_theme(path))
        except ConfigError as error:
            problems.append(str(error))
    return themes, problems


def read_theme(path: Path) -> Theme:
    """Return the theme that the file describes.

    Raises:
        ConfigError: it cannot be read, is no TOML, or holds something that a theme does not.
    """
    document = read(path)
    if document is None:
        raise ConfigError(f"There is no theme file {path}.")
    file = document.fit(ThemeFile)
    for table, colours in (
        ("colors", _given(file.colors)),
        ("roles", file.roles),
        ("variables", file.variables),
    ):
        _check(document, table, colours)
    variables = {**{f"role-{role}": colour for role, colour in file.roles.items()}, **file.variables}
    colours = file.colors
    return Theme(
        path.stem,
        colours.primary,
        secondary=colours.secondary,
        accent=colours.accent,
        foreground=colours.foreground,
        background=colours.background,
        surface=colours.surface,
        panel=colours.panel,
        boost=colours.boost,
        success=colours.success,
        warning=colours.warning,
        error=colours.error,
        dark=file.dark,
        ansi=file.ansi,
        variables=variables,
    )


def _given(colours: Colors) -> dict[str, str]:
    return {
        name: colour for name in Colors.__struct_fields__ if (colour := getattr(colours, name)) is not None
    }


def _check(document: TomlDocument, table: str, colours: Mapping[str, str]) -> None:
    for name, value in colours.items():
        words: Sequence[str] = value.split()
        if name.endswith("-style") or not words or words[0] in {"auto", "transparent"}:
            continue
        try:
            Color.parse(words[0])
        except ColorParseError as error:
            raise document.error(
                (table, name), f'{name} = "{value}" is not a colour; write one like "#8aadf4".'
            ) from error


def animation_level(config: Config) -> AnimationLevel:
    """Return what may move: what the terminal's owner allowed Textual, or nothing."""
    return constants.TEXTUAL_ANIMATIONS if config.ui.animations else "none"
