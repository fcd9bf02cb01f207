"""Reading what a person names, however large or slow it may be."""

import os
import select
import stat
import sys
import time
from pathlib import Path
from typing import Final

_SLICE: Final = 65_536
_PATIENCE: Final = 30.0
"""Seconds that a pipe may say nothing."""
_LOOK: Final = 0.02
_FOR_A_WRITER: Final = 2.0
"""Seconds that somebody has to open a named pipe at its other end."""


def read_bounded(path: Path, most: int) -> bytes:
    """Return at most `most + 1` bytes of a file or pipe; a pipe that says nothing is not waited for for ever.

    Raises:
        OSError: it cannot be read, or is neither a file nor a pipe.
    """
    mode = path.stat().st_mode
    if stat.S_ISREG(mode):
        with path.open("rb") as file:
            return file.read(most + 1)
    if not stat.S_ISFIFO(mode):
        raise OSError(f"it is {'a directory' if stat.S_ISDIR(mode) else 'neither a file nor a pipe'}")
    if sys.platform == "win32":
        raise OSError("it is a pipe; give its words on standard input")
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        return _read_pipe(handle, most)
    finally:
        os.close(handle)


def _read_pipe(handle: int, most: int) -> bytes:
    pieces: list[bytes] = []
    size, began = 0, time.monotonic()
    until = began + _PATIENCE
    while size <= most:
        try:
            piece = os.read(handle, _SLICE)
        except BlockingIOError:
            if time.monotonic() > until:
                raise OSError(f"the pipe said nothing for {_PATIENCE:g} s") from None
            select.select([handle], [], [], 0.2)
            continue
        if not piece:
            if pieces:
                break
            if time.monotonic() > began + _FOR_A_WRITER:
                raise OSError("nothing came through the pipe")
            time.sleep(_LOOK)  # nobody writes to it yet, or nothing was written
            continue
        until = time.monotonic() + _PATIENCE
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)[: most + 1]
