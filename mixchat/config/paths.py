"""Where things live on disk. Nothing here reads or creates anything."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self

from msgspec import Struct

APP = "mixchat"
_VARIABLE: Final = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


class Paths(Struct, frozen=True):
    """The three directories that mixchat keeps things in."""

    config: Path
    """`config.toml`, `stacks/*.toml`, `prompts/*.md` and `themes/*`."""
    data: Path
    """The history database, local models and what the router learned."""
    log: Path

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Return the directories named by `MIXCHAT_*_DIR`, else the platform's own."""

        def place(name: str) -> Path:
            said = _expanded(environ.get(f"MIXCHAT_{name.upper()}_DIR", ""), environ)
            return Path(said).expanduser().absolute() if said else _default(name)

        return cls(place("config"), place("data"), place("log"))

    @property
    def config_file(self) -> Path:
        """The config file."""
        return self.config / "config.toml"

    @property
    def stacks(self) -> Path:
        """The directory of the user's stacks."""
        return self.config / "stacks"

    @property
    def prompts(self) -> Path:
        """The directory of the prompt library."""
        return self.config / "prompts"

    @property
    def themes(self) -> Path:
        """The directory of the user's themes."""
        return self.config / "themes"

    @property
    def ring_list(self) -> Path:
        """The names of the providers that have a key in the system key ring, one a line."""
        return self.config / "key-ring.txt"

    @property
    def layout_file(self) -> Path:
        """How the person has arranged the screen."""
        return self.data / "layout.json"

    @property
    def log_file(self) -> Path:
        """The log that is being written; older ones end in a number."""
        return self.log / "mixchat.log"


def _expanded(said: str, environ: Mapping[str, str]) -> str:
    """Return a value without the quotes, and with the variables, that a file or a service manager left in it."""
    said = said.strip().strip("\"'").strip()
    return _VARIABLE.sub(lambda found: environ.get(found[1] or found[2], found[0]), said)


def _default(name: str) -> Path:
    import platformdirs

    directories = {
        "config": platformdirs.user_config_path,
        "data": platformdirs.user_data_path,
        "log": platformdirs.user_log_path,
    }
    return directories[name](APP, appauthor=False)
