"""The signals that ask a program to end."""

import asyncio
import signal
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Final

_CTRL_C: Final = "SIGINT"
_OTHERS: Final = ("SIGTERM", "SIGHUP", "SIGBREAK")
"""Another program; a terminal that is gone; and what Windows sends for a window that is closed."""


@contextmanager
def stop_signals(stop: Callable[[int], object], *, ctrl_c: bool = True) -> Generator[None]:
    """Let every signal that asks for the end call `stop` with its number, for as long as this is entered.

    The running loop calls it. A loop on Windows takes no signals: Python hears them there, and wakes the loop.

    Args:
        stop: is given the number of the signal.
        ctrl_c: whether Ctrl+C is one of them.
    """
    loop = asyncio.get_running_loop()
    names = (_CTRL_C, *_OTHERS) if ctrl_c else _OTHERS
    with ExitStack() as undo:
        for number in (getattr(signal, name) for name in names if hasattr(signal, name)):
            try:
                loop.add_signal_handler(number, stop, number)
            except NotImplementedError:

                def hear(number: int, _: object) -> None:
                    loop.call_soon_threadsafe(partial(stop, number))

                before = signal.signal(number, hear)
                undo.callback(signal.signal, number, before or signal.SIG_DFL)
            else:
                undo.callback(loop.remove_signal_handler, number)
        yield
