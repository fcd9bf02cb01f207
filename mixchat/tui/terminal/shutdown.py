"""Ends the process although a thread still works, such as one that imports a library.

An import cannot be cancelled, and Python waits for every thread before it ends: without this a person who quits right
after the start would look at a shell that is not there yet, for as long as an SDK takes to load.
"""

import logging
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Final

_GRACE: Final = 0.05
"""Seconds that each thread has to end by itself; an idle one takes next to none."""


class NonBlockingExecutor(ThreadPoolExecutor):
    """The loop's threads; closing the loop does not wait for what they are at."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take nothing new, drop what has not begun, and do not wait."""
        super().shutdown(wait=False, cancel_futures=True)


def exit_now(code: int) -> None:
    """End the process with `code` if a thread would keep it; everything is saved and the terminal is as it was."""
    working = [thread for thread in threading.enumerate() if thread is not threading.main_thread()]
    for thread in working:
        if not thread.daemon:
            thread.join(_GRACE)
    if any(thread.is_alive() and not thread.daemon for thread in working):
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
