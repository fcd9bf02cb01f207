"""How far a download is, and how one fails."""

import errno
import shutil
from pathlib import Path
from typing import Literal

from msgspec import Struct

from mixchat.domain.errors import ProviderError


class Progress(Struct, frozen=True):
    """One report of a download under way; the last one has `done == total`."""

    done: int
    """Bytes."""
    total: int | None
    step: Literal["download", "unpack", "check"] = "download"


class PullFailed(ProviderError):
    """A model could not be fetched; nothing unfinished counts as a model."""

    title = "The model could not be fetched"


def make_room(folder: Path, size: int) -> None:
    """Make `folder` and see that `size` bytes fit in it.

    Raises:
        PullFailed: it cannot be written to, or the disk is too full.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise disk_failure(folder, error) from None
    if free < size:
        raise PullFailed(
            f"The model needs {size / 1e6:,.0f} MB in {folder} and the disk has {free / 1e6:,.0f} MB left; "
            "free some space and pull again."
        )


def disk_failure(folder: Path, error: OSError) -> PullFailed:
    """Return what a failed write to `folder` means to a person."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return PullFailed(f"The disk is full; free some space below {folder} and pull again.")
    return PullFailed(f"{folder} cannot be written to: {error.strerror or error}.")
