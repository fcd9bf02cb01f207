"""Writing small files whole or not at all."""

import codecs
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from mixchat.config.private_files import private_directory
from mixchat.domain.errors import ConfigError


def write_atomically(path: Path, text: str) -> None:
    """Put `text` in place of what `path` held, its permissions kept; a link is written through.

    Raises:
        ConfigError: the directory cannot be written, or the disk is full; `path` is as it was.
    """
    write_bytes_atomically(path, [text.encode()])


def write_as_before(path: Path, text: str) -> None:
    """Put `text` in place of what `path` held, with the line ends and the byte order mark that it had.

    Raises:
        ConfigError: the directory cannot be written, or the disk is full; `path` is as it was.
    """
    try:
        before = path.read_bytes() if path.is_file() else b""
    except OSError:
        before = b""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if b"\r\n" in before:
        text = text.replace("\n", "\r\n")
    write_bytes_atomically(
        path, [codecs.BOM_UTF8 if before.startswith(codecs.BOM_UTF8) else b"", text.encode()]
    )


def write_bytes_atomically(path: Path, pieces: Iterable[bytes]) -> None:
    """Put the pieces, as they come, in place of what `path` held, as `write_atomically` does.

    Raises:
        ConfigError: the directory cannot be written, or the disk is full; `path` is as it was.
    """
    target = path.resolve()
    try:
        private_directory(target.parent)
        if target.exists() and not target.is_file():  # a pipe or a device has nothing to be replaced
            with target.open("wb") as file:
                file.writelines(pieces)
            return
        _replace(target, pieces)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigError(f"{path} cannot be written ({reason}); nothing in it was changed.") from error


def _replace(target: Path, pieces: Iterable[bytes]) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    fresh = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            fresh.chmod(target.stat().st_mode & 0o7777)
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)
