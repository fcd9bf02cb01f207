"""The command lines that people write in settings: an editor, a program that prints a key."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from typing import Final

_EDITORS: Final = ("sensible-editor", "editor", "nano", "vi")
_EDITORS_ON_WINDOWS: Final = ("notepad",)


def command_words(command: str) -> list[str]:
    """Return the words of a command line, quotes taken off.

    On Windows a backslash belongs to a path, and a script such as `code.cmd` starts only by its whole name.

    Raises:
        ValueError: a quote is not closed.
    """
    lexer = shlex.shlex(command, posix=True, punctuation_chars=False)
    lexer.whitespace_split = True
    lexer.commenters = ""
    if os.name != "nt":
        return list(lexer)
    lexer.escape = ""
    words = list(lexer)
    return [shutil.which(words[0]) or words[0], *words[1:]] if words else []


def command_line(words: Sequence[str]) -> str:
    """Return the command line for the system's shell."""
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


def editor_command(environ: Mapping[str, str]) -> str | None:
    """Return the editor that was chosen, or one that is usually there; `None` where there is none."""
    chosen = environ.get("VISUAL") or environ.get("EDITOR")
    usual = _EDITORS_ON_WINDOWS if os.name == "nt" else _EDITORS
    return chosen or next((name for name in usual if shutil.which(name)), None)
