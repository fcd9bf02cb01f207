"""Writes to the terminal at once while it takes what it is given, and leaves it to a thread when it does not."""

import contextlib
import os
import sys
from typing import Final, TextIO

_FLAGS: Final = os.O_WRONLY | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_NONBLOCK", 0)


class TerminalOutput:
    """The file that Textual's writing thread writes to, with a shorter way past it.

    A frame that goes through the thread waits until that has the interpreter. The shorter way is a descriptor of its
    own that never blocks: to set O_NONBLOCK on the one that was inherited would set it for the shell, too.

    Args:
        file: the terminal.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._direct = _reopened(file)
        self._rest = b""
        """What the terminal did not take of the text before; the thread writes it first."""
        self._given = self._taken = self._written = 0
        """How many texts the thread was given, how many it took, and how many of them are written for good."""

    def send(self, text: str) -> str | None:
        """Write `text` now if nothing waits to be written before it.

        Returns:
            What the thread has to be given, which may be empty; `None` when all is written.
        """
        if self._direct is not None and self._given == self._written:
            data = self._encoded(text)
            with contextlib.suppress(
                OSError
            ):  # it takes nothing now, or it is gone, which the thread finds, too
                count = os.write(self._direct, data)
                if count == len(data):
                    return None
                self._rest, text = data[count:], ""
        self._given += 1
        return text

    def write(self, text: str) -> None:
        """Write `text` in the thread, after what is left of the text before."""
        self._taken += 1
        rest, self._rest = self._rest, b""
        _write_all(self._file.fileno(), rest + self._encoded(text))

    def flush(self) -> None:
        """Note that all that was given is written; the thread calls it when it has no more."""
        self._written = self._taken

    def fileno(self) -> int:
        """Return the terminal's descriptor."""
        return self._file.fileno()

    def close(self) -> None:
        """Give back the descriptor; the thread's way stays."""
        if self._direct is not None:
            os.close(self._direct)
            self._direct = None

    def _encoded(self, text: str) -> bytes:
        return text.encode(self._file.encoding, self._file.errors or "replace")


def _reopened(file: TextIO) -> int | None:
    """Return a descriptor of the terminal that does not block, or `None` where there is none to be had."""
    if sys.platform == "win32":
        return None
    try:
        return os.open(os.ttyname(file.fileno()), _FLAGS)
    except (OSError, ValueError):  # no terminal, or one of somebody else (`su`)
        return None


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
