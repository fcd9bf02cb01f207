"""The program itself in a terminal of its own, with what tests ask of it besides painting."""

import os
import sys
import time

from tests.bench.terminal import Terminal


class PtyApp(Terminal):
    """mixchat, started."""

    def __init__(self, columns: int = 100, rows: int = 30, arguments: tuple[str, ...] = ()) -> None:
        super().__init__([sys.executable, "-m", "mixchat", *arguments], columns, rows)

    @property
    def slave(self) -> int:
        """The terminal as the program sees it."""
        return self._slave

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    @property
    def output(self) -> str:
        """Everything that was written so far."""
        with self._changed:
            return self._output.decode(errors="replace")

    def place(self, text: str, timeout: float = 20) -> int:
        """Return where in the output `text` stands, waiting for it."""
        self.wait(text, 0, timeout)
        with self._changed:
            return self._output.find(text.encode())

    def feed(self, text: str | bytes) -> float:
        """Write any bytes, even more than fit into the terminal's buffer at once, and return when that began."""
        began, data = time.monotonic(), text if isinstance(text, bytes) else text.encode()
        while data:
            data = data[os.write(self._master, data[:4096]) :]
        return began
