"""Writing a text in the editor of a person's own choice."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from mixchat.config.child_environment import child_environment
from mixchat.config.command_words import command_words, editor_command

_SUGGESTION: Final = "set VISUAL or EDITOR."


class EditorError(Exception):
    """The text stays as it was; the message is a sentence that says why."""


def edit_text(
    text: str, environ: Mapping[str, str], suspend: Callable[[], AbstractContextManager[None]]
) -> str:
    """Return what a person made of a text in their editor.

    Everything that can be known is looked at before the terminal is given away, and nothing is raised while it is.

    Args:
        text: what the editor begins with.
        environ: has `VISUAL` or `EDITOR`.
        suspend: gives the terminal away for as long as it lasts.

    Raises:
        EditorError: there is no editor, it cannot be started, it failed, or it saved what is not text.
    """
    command = _command(environ)
    with tempfile.TemporaryDirectory(prefix="mixchat-") as folder:
        path = Path(folder) / "prompt.md"
        path.write_text(text, "utf-8", errors="replace")
        with suspend():
            failed = _failure(command, path)
        if failed is not None:
            raise EditorError(failed)
        return _read(path)


def _command(environ: Mapping[str, str]) -> list[str]:
    chosen = editor_command(environ)
    if chosen is None:
        raise EditorError(f"There is no editor; {_SUGGESTION}")
    try:
        words = command_words(chosen)
    except ValueError:
        raise EditorError(f"The editor {chosen!r} has a quote that is not closed; {_SUGGESTION}") from None
    if not words:
        raise EditorError(f"The editor {chosen!r} names no program; {_SUGGESTION}")
    if shutil.which(words[0]) is None:
        there = Path(words[0]).expanduser().exists()
        why = "cannot be run" if there else "is not there"
        raise EditorError(f"The editor {words[0]!r} {why}; {_SUGGESTION}")
    return words


def _failure(command: Sequence[str], path: Path) -> str | None:
    """Run the editor; return a sentence if that did not go well."""
    try:
        code = subprocess.run([*command, str(path)], env=child_environment(), check=False).returncode
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return f"The editor {command[0]!r} cannot be started ({why}); {_SUGGESTION}"
    if code:
        return f"The editor ended with {code}; the prompt stays as it was."
    return None


def _read(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError:
        raise EditorError("The editor took its file away; the prompt stays as it was.") from None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252", "latin-1")  # the last takes any byte: no edit is lost
    for encoding in encodings:
        try:
            return data.decode(encoding).replace("\r\n", "\n").replace("\x00", "")
        except UnicodeDecodeError:
            continue
    raise EditorError("The editor saved something that is not text; the prompt stays as it was.")
