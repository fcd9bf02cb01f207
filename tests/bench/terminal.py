"""A program in a pseudo-terminal: what it writes, with the time of each read, and what it costs."""

import fcntl
import os
import pty
import signal
import struct
import subprocess
import termios
import threading
import time
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Terminal:
    """Runs `command` in a terminal of its own.

    Output is searched as bytes rather than fed to an emulator, so that the measuring costs next to nothing.

    Args:
        command: program and arguments.
        columns: cells in a row.
        rows: rows.
        environment: variables besides this process's.
        keep: file descriptors that the program inherits.
    """

    def __init__(
        self, command: list[str], columns: int = 120, rows: int = 40,
        environment: dict[str, str] | None = None, keep: tuple[int, ...] = (),
    ) -> None:  # fmt: skip
        self._master, slave = pty.openpty()
        self._slave = slave
        self.resize(columns, rows, tell=False)
        self._output = bytearray()
        self._reads: list[tuple[float, int]] = []
        self._changed = threading.Condition()
        self._process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, pass_fds=keep, start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(environment or {})},
        )  # fmt: skip
        self._open = True
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while self._open:
            try:
                data = os.read(self._master, 65536)
            except OSError:
                data = b""
            self._take(data)
            if not data:
                return

    def _take(self, data: bytes) -> None:
        now = time.monotonic()
        with self._changed:
            self._output += data
            self._reads.append((now, len(self._output)))
            self._changed.notify_all()

    @property
    def mark(self) -> int:
        """Where the output stands now."""
        with self._changed:
            return len(self._output)

    @property
    def written(self) -> bytes:
        """Everything that was written so far."""
        with self._changed:
            return bytes(self._output)

    @property
    def reads(self) -> list[tuple[float, int]]:
        """When each piece came, and how much there was with it."""
        with self._changed:
            return list(self._reads)

    def send(self, keys: str) -> float:
        """Type `keys` and return when."""
        now = time.monotonic()
        os.write(self._master, keys.encode())
        return now

    def wait(self, text: str, since: int, timeout: float = 60) -> float:
        """Return when `text` had been written after the mark `since`."""
        wanted, end = text.encode(), time.monotonic() + timeout
        with self._changed:
            while (at := self._output.find(wanted, since)) < 0:
                if not self._changed.wait(end - time.monotonic()):
                    raise TimeoutError(
                        f"{text!r} was not painted in {timeout} s; last came {self._output[-500:]!r}"
                    )
            return next(when for when, length in self._reads if length >= at + len(wanted))

    def has(self, text: str, since: int) -> bool:
        """Return whether `text` was written after the mark `since`."""
        with self._changed:
            return self._output.find(text.encode(), since) >= 0

    def quiet(self, seconds: float = 0.3, timeout: float = 60, since: int = 0) -> float:
        """Wait until something was written after the mark, then nothing for so long; return when the last write was."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            with self._changed:
                written = len(self._output) > since
                last = self._reads[-1][0] if self._reads and written else time.monotonic()
            if time.monotonic() - last > seconds:
                return last
            time.sleep(0.02)
        raise TimeoutError(f"still writing after {timeout} s")

    def resize(self, columns: int, rows: int, *, tell: bool = True) -> float:
        """Change the size and return when."""
        now = time.monotonic()
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        if tell:
            os.kill(self._process.pid, signal.SIGWINCH)
        return now

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows; where it does not tell them, what is then usual."""
        rows, columns, *_ = struct.unpack("HHHH", fcntl.ioctl(self._slave, termios.TIOCGWINSZ, b"\0" * 8))
        return (columns, rows) if columns and rows else (80, 25)

    @property
    def unread(self) -> int:
        """Bytes that were typed and that nobody has read."""
        return struct.unpack("i", fcntl.ioctl(self._slave, termios.FIONREAD, b"\0" * 4))[0]

    def ended(self, timeout: float) -> int:
        """Wait for the end and return the exit code."""
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it does not end; last came {self.written[-800:]!r}") from None

    def cpu(self) -> float:
        """Return the seconds of processor time it used so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK

    def memory(self) -> float:
        """Return its resident memory in MB."""
        return int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1]) * _PAGE / 1e6

    def hang_up(self) -> None:
        """Close the terminal as a window is closed, while the program writes to it."""
        self._open = False
        self._reader.join(10)
        os.close(self._master)

    def close(self) -> None:
        """End the program."""
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._slave)
        if self._open:
            os.close(self._master)
