"""A directory's `.mixchat.toml`: the person is asked before it counts, once for each content."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from mixchat.cli.printable import printable
from mixchat.config.load import unseen_profile, working_directory
from mixchat.config.paths import Paths
from mixchat.config.toml_document import TomlDocument
from mixchat.config.trust import Trust


def ask_about_profile(*, quiet: bool = False) -> None:
    """Ask about a profile that nobody was asked about; where nobody can be asked, say that it does not count.

    Raises:
        ConfigError: it cannot be used.
    """
    paths = Paths.from_environment(os.environ)
    document = unseen_profile(paths, working_directory())
    if document is None:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        if not quiet:
            print(
                f"{document.source} does not count until you have looked at it: mixchat config trust",
                file=sys.stderr,
            )
        return
    print(f"{printable(document.source)} sets {_keys(document)} here.", file=sys.stderr)
    while (said := _answer()) == "s":
        print(printable(document.text), file=sys.stderr)
    if said in ("y", "n"):
        Trust(paths.data).say(Path(document.source), document.text, "yes" if said == "y" else "no")


def _answer() -> str:
    """Return `y`, `n`, `s` or, where nothing was answered, nothing."""
    while True:
        print("Use it? [y]es, [n]o, [s]how it first: ", end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line:
            print(file=sys.stderr)
            return ""
        if (said := line.strip().lower()[:1]) in ("y", "n", "s"):
            return said


def _keys(document: TomlDocument) -> str:
    names: list[str] = []
    for key, value in document.values.items():
        inner: Mapping[str, object] = (
            cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}
        )
        names += [f"{key}.{name}" for name in inner] or [key]
    return ", ".join(map(printable, names)) or "nothing"
