"""One writer for a file at a time, across processes."""

import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from mixchat.providers.local.progress import PullFailed


@contextmanager
def exclusive(path: Path) -> Generator[None]:
    """Hold the only right to write `path`; the system takes it back when the process dies.

    Raises:
        PullFailed: somebody else holds it.
    """
    lock = path.with_name(f".{path.name}.lock")
    with lock.open("ab") as file:
        try:
            _take(file.fileno())
        except OSError:
            raise PullFailed(f"Another mixchat is fetching {path.name.removesuffix('.part')} now.") from None
        try:
            yield
        finally:
            with suppress(OSError):
                lock.unlink()


if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
