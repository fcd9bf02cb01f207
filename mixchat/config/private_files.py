"""Directories and files that nobody else on the machine can read, from their first byte on."""

import contextlib
import os
from pathlib import Path
from typing import Final

DIRECTORY: Final = 0o700
FILE: Final = 0o600
_OTHERS: Final = 0o077
_STICKY: Final = 0o1000


def private_directory(path: Path) -> None:
    """Make `path` and what is missing above it; one of ours that others may look into is closed to them.

    Raises:
        OSError: it cannot be made.
    """
    for missing in reversed([each for each in (path, *path.parents) if not each.exists()]):
        with contextlib.suppress(FileExistsError):
            missing.mkdir(mode=DIRECTORY)
    if _is_shared(path) or not path.is_dir():
        return
    with contextlib.suppress(OSError):
        if is_open_to_others(path):
            path.chmod(DIRECTORY)


def private_file(path: Path) -> None:
    """Make an empty file at `path`, or close the one that is there to others. What cannot be closed is left.

    Raises:
        OSError: it is not there and cannot be made.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE))
    except FileExistsError:
        close_to_others(path)


def close_to_others(path: Path) -> None:
    """Take everybody else's rights to a file away, if there are any and it is ours."""
    with contextlib.suppress(OSError):
        if path.is_file() and is_open_to_others(path):
            path.chmod(FILE)


def mend(*directories: Path) -> None:
    """Close what an earlier mixchat left open to others in our directories: each of them and the files in it."""
    for directory in directories:
        with contextlib.suppress(OSError):
            if not directory.is_dir() or _is_shared(directory):
                continue
            if is_open_to_others(directory):
                directory.chmod(DIRECTORY)
            for entry in os.scandir(directory):
                if entry.is_file(follow_symlinks=False) and entry.stat().st_mode & _OTHERS:
                    close_to_others(Path(entry.path))


def is_open_to_others(path: Path) -> bool:
    """Return whether others on this machine have any right to a file or directory of ours."""
    if os.name == "nt":
        return False
    state = path.stat()
    return state.st_uid == os.getuid() and bool(state.st_mode & _OTHERS)


def _is_shared(path: Path) -> bool:
    """Whether a directory is meant for others as well, such as a temporary one, or holds much else, such as a home."""
    here = path.resolve()
    if here in (Path.home().resolve(), Path.cwd().resolve(), *Path.home().resolve().parents):
        return True
    return path.is_dir() and bool(path.stat().st_mode & _STICKY)
