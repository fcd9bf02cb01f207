"""Who holds something in the shared files: this process, another one, or nobody any more."""

import os
from functools import cache

from msgspec import Struct


class Owner(Struct, frozen=True):
    """A process, told apart from a later one with the same number by when it began."""

    pid: int
    born: float
    """Seconds since the epoch, as the operating system keeps it."""

    @property
    def alive(self) -> bool:
        """Whether that very process still runs."""
        import psutil

        try:
            return abs(psutil.Process(self.pid).create_time() - self.born) < 1.0
        except psutil.AccessDenied:
            return True
        except psutil.Error:
            return False


@cache
def this_process() -> Owner:
    """Return the process that asks."""
    import psutil

    return Owner(os.getpid(), psutil.Process().create_time())
