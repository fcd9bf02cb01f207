"""A terminal at the far end of a line: what is typed and painted needs its time, as over SSH."""

import os
import threading
import time
from queue import Queue
from typing import Final

from tests.bench.terminal import Terminal

_QUESTION: Final = b"\x1b[?2026$p"
_ANSWER: Final = "\x1b[?2026;2$y"
_WINDOW: Final = 2_000_000
"""Bytes that the line takes before it makes the program wait: the channel window of OpenSSH."""


class FarTerminal(Terminal):
    """A program at the other end of a line.

    Args:
        command: program and arguments.
        columns: cells in a row.
        rows: rows.
        environment: variables besides this process's.
        keep: file descriptors that the program inherits.
        delay: seconds one way.
        speed: bytes a second from the program to the eye.
        answers: whether the terminal answers when it is asked for a mode.
    """

    def __init__(
        self, command: list[str], columns: int = 120, rows: int = 40,
        environment: dict[str, str] | None = None, keep: tuple[int, ...] = (),
        *, delay: float = 0.075, speed: float = 1e9, answers: bool = True,
    ) -> None:  # fmt: skip
        self._delay, self._speed, self._answers = delay, speed, answers
        self._closed = False
        self._typed: Queue[tuple[float, bytes]] = Queue()
        self._painted: Queue[tuple[float, bytes]] = Queue()
        self._room = threading.Semaphore(_WINDOW // 4096)
        threading.Thread(target=self._type, daemon=True).start()
        threading.Thread(target=self._show, daemon=True).start()
        super().__init__(command, columns, rows, environment, keep)

    def send(self, keys: str) -> float:
        """Type `keys` at the far end and return when."""
        now = time.monotonic()
        self._typed.put((now + self._delay, keys.encode()))
        return now

    def _type(self) -> None:
        while True:
            due, keys = self._typed.get()
            time.sleep(max(0.0, due - time.monotonic()))
            if self._closed:
                return
            os.write(self._master, keys)

    def close(self) -> None:
        """End the program; what is still on its way to it is dropped."""
        self._closed = True
        super().close()

    def _read(self) -> None:
        free = 0.0
        while True:
            self._room.acquire()
            try:
                data = os.read(self._master, 4096)
            except OSError:
                data = b""
            free = max(free, time.monotonic()) + len(data) / self._speed
            self._painted.put((free + self._delay, data))
            if not data:
                return

    def _show(self) -> None:
        asked = b""
        while True:
            due, data = self._painted.get()
            time.sleep(max(0.0, due - time.monotonic()))
            self._room.release()
            self._take(data)
            if not data:
                return
            asked = asked[-len(_QUESTION) + 1 :] + data
            for _ in range(asked.count(_QUESTION) if self._answers else 0):
                self.send(_ANSWER)
            asked = asked.rpartition(_QUESTION)[2]
