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
            process = psutil.Process(self.pid)
            # One that has ended and that nobody has asked about yet is still listed.
            return abs(process.create_time() - self.born) < 1.0 and process.status() != psutil.STATUS_ZOMBIE
        except psutil.AccessDenied:
            return True
        except psutil.Error:
            return False


@cache
def this_process() -> Owner:
    """Return the process that asks."""
    import psutil

    return Owner(os.getpid(), psutil.Process().create_time())
