"""Reads the keys of a terminal on Linux and macOS, whatever bytes it sends."""

import os
import selectors
from codecs import getincrementaldecoder
from typing import Final

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

_BEAT: Final = 0.1
"""Seconds after which a lone Esc counts as a key, and the end is looked for."""
_READ: Final = 4096


class TerminalDriver(LinuxDriver):
    """Textual's own driver takes no key any more after a byte that is no UTF-8; this one shows a mark for it."""

    def run_input_thread(self) -> None:
        """Hand keys, mouse and pastes to the app until it leaves or the terminal is gone."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                ready = selector.select(_BEAT)
                data = self._read() if ready else b""
                if ready and not data:
                    return
                text = decode(data)
                for message in [*(parser.feed(text) if text else ()), *parser.tick()]:
                    self.process_message(message)

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, _READ)
        except OSError:  # the terminal was closed, which a signal says, too
            return b""
