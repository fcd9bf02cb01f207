"""Writing small files whole or not at all."""

import os
import tempfile
from pathlib import Path

from mixchat.domain.errors import ConfigError


def write_atomically(path: Path, text: str) -> None:
    """Put `text` in place of what `path` held, its permissions kept; a link is written through.

    Raises:
        ConfigError: the directory cannot be written, or the disk is full; `path` is as it was.
    """
    target = path.resolve()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _replace(target, text)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigError(f"{path} cannot be written ({reason}); nothing in it was changed.") from None


def _replace(target: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    fresh = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            fresh.chmod(target.stat().st_mode & 0o7777)
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)
