"""Where the app's own data files lie: in a wheel, and in the source tree."""

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).parent.parent


def themes_directory() -> Path:
    """Return the directory of the themes that come with mixchat."""
    packaged = _PACKAGE / "themes"
    return packaged if packaged.is_dir() else _PACKAGE.parent / "themes"
