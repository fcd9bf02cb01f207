"""Reads the keys of a terminal on Linux and macOS, whatever bytes it sends."""

import os
import selectors
import shutil
import signal
import sys
import threading
from codecs import getincrementaldecoder
from functools import cached_property
from time import monotonic
from typing import Final

from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message
from textual.messages import InBandWindowResize

from mixchat.tui.terminal.key_stream import KeyStream
from mixchat.tui.terminal.output import TerminalOutput
from mixchat.tui.terminal.pacing import OutputPacing

_BEAT: Final = 0.1
"""Seconds after which a lone Esc counts as a key, and the end is looked for."""
_READ: Final = 4096
_LAST: Final = 4.0
"""Seconds that the app has to leave once its terminal is gone."""
_UNKNOWN: Final = (80, 25)
"""Columns and rows of a terminal that does not tell its size."""
_PATIENCE: Final = 1.0
"""Seconds that leaving waits for an answer that is on its way."""


class TerminalDriver(LinuxDriver):
    """Textual's own driver takes no key any more after a byte that is no UTF-8; this one shows a mark for it."""

    resets = 0
    """How often the terminal may have lost what it showed: it began anew, or has another size."""

    @cached_property
    def flow(self) -> OutputPacing:
        """What the terminal tells of how far it is."""
        return OutputPacing()

    def write(self, data: str) -> None:
        """Write what is painted, and ask the terminal to say when it is shown.

        Nothing is written to a terminal that is gone: who waited for its writer would wait for ever.
        """
        if self._writer_thread is not None and self._writer_thread.is_alive():
            left = self._output.send(self.flow.with_question(data))
            if left is not None:
                super().write(left)

    def start_application_mode(self) -> None:
        """Take the terminal."""
        assert sys.__stderr__ is not None
        self._output = self._file = TerminalOutput(sys.__stderr__)
        super().start_application_mode()  # pyright: ignore[reportUnknownMemberType]

    def close(self) -> None:
        """End the writing, unless it ended with the terminal."""
        if self._writer_thread is not None and self._writer_thread.is_alive():
            super().close()
            self._output.close()

    def _get_terminal_size(self) -> tuple[int, int]:
        """Guess a size that is not told as Rich does: of two guesses each would undo the other for ever.

        Textual asks when it takes the terminal, at the start and after every stop, and when the size has changed.
        """
        self.resets += 1
        return shutil.get_terminal_size(_UNKNOWN)

    def resume_application_mode(self) -> None:
        """Take the terminal back after a stop, whatever kind it was.

        A stop that no program is told of (SIGSTOP, a frozen machine) has not given the terminal back. Textual
        would start a second reader beside the first: one of them waits for ever for what the other one read,
        and the terminal's own settings are lost.
        """
        if self._key_thread is not None and self._key_thread.is_alive():
            self._must_signal_resume = True
            self.suspend_application_mode()
        super().resume_application_mode()

    def process_message(self, message: Message) -> None:
        """Hand a message to the app; some terminals tell a new size as one."""
        if isinstance(message, InBandWindowResize):
            self.resets += 1
        super().process_message(message)

    def _sigtstp_application(self, *_: object) -> None:
        """Stop when nothing else is being done.

        Textual would write from within the signal's handler: one that came while a frame was handed to the writer
        would wait for ever for the lock of the writer's queue, which the interrupted code holds.
        """
        if self._auto_restart:
            self._loop.call_soon_threadsafe(self._stop)
        else:  # another program has the terminal, and the loop may be waiting for it
            self._stop()

    def _stop(self) -> None:
        super()._sigtstp_application()  # pyright: ignore[reportUnknownMemberType]

    def _sigcont_application(self, *_: object) -> None:
        """Take the terminal back in the same way."""
        if self._auto_restart:
            self._loop.call_soon_threadsafe(self._go_on)

    def _go_on(self) -> None:
        super()._sigcont_application()  # pyright: ignore[reportUnknownMemberType]

    @property
    def is_behind(self) -> bool:
        """Whether a frame is still on its way to the eye: by what the terminal answers, or since it takes no more."""
        writer = self._writer_thread
        return self.flow.behind or (writer is not None and not writer._queue.empty())  # pyright: ignore[reportPrivateUsage]

    def disable_input(self) -> None:
        """Read no more keys, and leave no answer for the program that reads next."""
        self.flow.finish(_PATIENCE)
        super().disable_input()

    def run_input_thread(self) -> None:
        """Hand keys, mouse and pastes to the app until it leaves or the terminal is gone."""
        keys = KeyStream()
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                ready = selector.select(keys.wait(_BEAT))
                data = self._read() if ready else b""
                if ready and not data:
                    self._gone()
                    return
                text = decode(data)
                self.flow.hear(text)
                now = monotonic()
                for message in [*keys.feed(text, now), *keys.tick(now)]:
                    self.process_message(message)

    def _gone(self) -> None:
        """Have the app save and leave, and end the process if it cannot: nobody is left to wait for."""
        if sys.platform != "win32":
            os.kill(os.getpid(), signal.SIGHUP)
        timer = threading.Timer(_LAST, os._exit, [1])
        timer.daemon = True
        timer.start()

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, _READ)
        except OSError:  # the terminal was closed, which a signal says, too
            return b""
