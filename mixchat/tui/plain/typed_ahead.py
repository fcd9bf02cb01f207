"""Keys that are pressed while nobody reads: they wait, unseen and as they are, for the line editor.

A terminal left to itself writes them into the middle of a reply, and makes of each Enter the key that begins a new line.
"""

import os
import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType
from typing import Final

_ENDS: Final = ("SIGTERM", "SIGHUP")


@contextmanager
def keys_wait() -> Generator[None]:
    """Let keys wait for as long as this is entered; only those that stop or suspend a program act at once."""
    if sys.platform == "win32":  # its console echoes nothing by itself
        yield
        return
    import termios

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    quiet = termios.tcgetattr(terminal)
    quiet[0] &= ~termios.ICRNL
    quiet[3] &= ~(termios.ECHO | termios.ICANON)

    def give_back(number: int, _: FrameType | None) -> None:
        termios.tcsetattr(terminal, termios.TCSANOW, before)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    handlers = {name: signal.signal(getattr(signal, name), give_back) for name in _ENDS}
    termios.tcsetattr(terminal, termios.TCSANOW, quiet)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSANOW, before)
        for name, handler in handlers.items():
            signal.signal(getattr(signal, name), handler)


def forget_keys() -> None:
    """Drop the keys that wait: they were pressed before there was anything to answer."""
    if sys.platform == "win32":
        return
    import termios

    termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
