"""The program itself in a terminal of its own, with what tests ask of it besides painting."""

import os
import sys
import time

from tests.bench.terminal import Terminal
from tests.sittings.terminal import end_of_frames, new_emulator, paint

_LOOK = 0.05
"""Seconds between two looks at the screen."""


class PtyApp(Terminal):
    """mixchat, started."""

    def __init__(self, columns: int = 100, rows: int = 30, arguments: tuple[str, ...] = ()) -> None:
        self._emulator, self._stream = new_emulator(columns, rows)
        self._fed = 0
        self._marks: dict[int, str] = {0: ""}
        """What was on the screen at each mark."""
        super().__init__([sys.executable, "-m", "mixchat", *arguments], columns, rows)

    @property
    def mark(self) -> int:
        """Where the output stands now."""
        mark = super().mark
        self._marks[mark] = self._screen()
        return mark

    def wait(self, text: str, since: int, timeout: float = 60) -> float:
        """Return when `text` was painted after a mark: as bytes, or cell by cell so that it stands on the screen now."""
        end = time.monotonic() + timeout
        while True:
            try:
                return super().wait(text, since, _LOOK)
            except TimeoutError:
                if text in self._screen() and text not in self._screen_at(since):
                    return time.monotonic()
                if time.monotonic() > end:
                    raise

    def resize(self, columns: int, rows: int, *, tell: bool = True) -> float:
        """Give the terminal another size."""
        if (rows, columns) != (self._emulator.lines, self._emulator.columns):
            self._screen()
            self._emulator.resize(rows, columns)
        return super().resize(columns, rows, tell=tell)

    def _screen_at(self, mark: int) -> str:
        if mark not in self._marks:
            emulator, stream = new_emulator(self._emulator.columns, self._emulator.lines)
            paint(emulator, stream, self.written[:mark])
            self._marks[mark] = "\n".join(emulator.display)
        return self._marks[mark]

    def _screen(self) -> str:
        whole = self.written
        end = end_of_frames(whole, self._fed)
        paint(self._emulator, self._stream, whole[self._fed : end])
        self._fed = end
        return "\n".join(self._emulator.display)

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

    def place(self, text: str, timeout: float = 60) -> int:
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
