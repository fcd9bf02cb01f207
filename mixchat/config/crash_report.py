"""What is written down when mixchat itself fails: places in the code, no prompt, no reply and no key."""

import contextlib
import logging
import os
import platform
import sys
import time
import traceback
from pathlib import Path

from mixchat.config.log import redact
from mixchat.config.paths import Paths
from mixchat.config.private_files import FILE, private_directory

_log = logging.getLogger("mixchat.crash")
_DEEPEST = 200
"""Places of a traceback that are written down, from its end."""


def write_report(error: BaseException) -> Path | None:
    """Write a report of `error` beside the log and return where it is; `None`: it cannot be written."""
    path = (
        Paths.from_environment(os.environ).log / f"crash-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.txt"
    )
    with contextlib.suppress(OSError):
        private_directory(path.parent)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(report(error))
        return path
    return None


def report(error: BaseException) -> str:
    """Return the kind of `error`, what caused it and the places it passed; never what its message says."""
    from mixchat import __version__

    lines = [
        f"mixchat {__version__}, Python {platform.python_version()}, {platform.system()} {platform.release()}",
        "",
    ]
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        lines.append(f"{type(cause).__module__}.{type(cause).__qualname__}")
        places = traceback.extract_tb(cause.__traceback__)[-_DEEPEST:]
        lines += [f"  {_short(place.filename)}:{place.lineno} {place.name}" for place in places]
        cause = cause.__cause__ or cause.__context__
    return redact("\n".join(lines)) + "\n"


def sentence(path: Path | None) -> str:
    """Return what a person is told after mixchat failed."""
    where = f" A report without your words and keys is in {path}; please send it to us." if path else ""
    return f"mixchat itself failed and has stopped; what was said is saved.{where}"


def log_failure(error: BaseException) -> None:
    """Note in the log that something failed although mixchat goes on."""
    _log.error("something failed and mixchat goes on", exc_info=error)


def _short(name: str) -> str:
    """Return a file's name without where this person keeps things."""
    for root in sorted(map(str, filter(None, sys.path)), key=len, reverse=True):
        if name.startswith(root):
            return name[len(root) :].lstrip("/\\")
    return Path(name).name
