"""Where the files of themes are: those that come with mixchat, and the user's own, which go before them."""

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).parent.parent


def themes_directory() -> Path:
    """Return the directory of the themes that come with mixchat, in a wheel or in the source tree."""
    packaged = _PACKAGE / "themes"
    return packaged if packaged.is_dir() else _PACKAGE.parent / "themes"


def theme_paths(user: Path) -> dict[str, Path]:
    """Return every theme file by name; the user's go before those that come with mixchat."""
    folders = (themes_directory(), user)
    return {path.stem: path for folder in folders for path in sorted(folder.glob("*.toml"))}
