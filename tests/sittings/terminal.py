"""A terminal with a program in it: what is typed, what is painted, and how it ends."""

import base64
import os
import re
import signal
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from typing import Final

import psutil
import pyte

from tests.bench.terminal import Terminal
from tests.sittings.keys import ESCAPE, encode, pasted
from tests.sittings.screen import Screen

PYTHON: Final = sys.executable
_ASKS_FOR_SYNC: Final = b"\x1b[?2026$p"
_ASKS_FOR_NAME: Final = b"\x1b[>0q"
_HAS_SYNC: Final = "\x1b[?2026;2$y"
_BEGIN: Final = b"\x1b[?2026h"
_END: Final = b"\x1b[?2026l"
_ALTERNATE: Final = re.compile(rb"\x1b\[\?1049(?P<what>[hl])")
_FOREIGN: Final = re.compile(
    rb"\x1b\[[<=>][0-9;:]*[ -/]*[@-~]"  # the kitty keyboard, modifyOtherKeys
    rb"|\x1b\[\?[0-9;]*\$p"  # questions about modes
    rb"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # titles, links, the clipboard
    rb"|\x1b[P_^X][^\x1b]*\x1b\\"
)
"""What pyte does not know and would paint as text."""
_UNFINISHED: Final = re.compile(rb"\x1b(?:\[[0-9;:<=>?]*|[\]P_^X][^\x07\x1b]*\x1b?)?$")
_CLIPBOARD: Final = re.compile(rb"\x1b\]52;[a-z]*;(?P<data>[A-Za-z0-9+/=]*)(?:\x07|\x1b\\)")
_OWN: Final = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
"""Takes the terminal as a shell's child has it: hanging up ends the session, and /dev/tty is this one."""
_KEY_GAP: Final = 0.004
"""Seconds between two keys, so that they are keys and no paste."""
_ESCAPE_GAP: Final = 0.12
"""Seconds after an Esc has been read in which no hand presses another key."""
_READ_WITHIN: Final = 5.0
"""Seconds in which a program reads what was typed, on a busy machine."""


class SittingTerminal(Terminal):
    """A program in a terminal of the xterm family with synchronized output.

    A frame counts when it is finished: what is painted between the two marks of synchronized output is never seen
    half. Everything that was written is kept in `written`.

    Args:
        command: program and arguments.
        columns: cells in a row.
        rows: rows.
        environment: variables besides this process's.
        name: what it says that it is, such as `kitty(0.40.0)`; by itself it gives no answer.
    """

    def __init__(
        self, command: list[str], columns: int, rows: int, environment: Mapping[str, str] | None = None,
        name: str = "",
    ) -> None:  # fmt: skip
        self._name = name
        self._asked_name = False
        self._fed = 0
        self._shown: Screen | None = None
        self._stopped = False
        self._emulator, self._stream = new_emulator(columns, rows)
        super().__init__([PYTHON, "-ISc", _OWN, *command], columns, rows, dict(environment or {}))

    def _take(self, data: bytes) -> None:
        before = len(self._output)
        super()._take(data)
        # A question may have come in two reads: its beginning was looked at with the read before.
        for _ in range(self._output.count(_ASKS_FOR_SYNC, max(0, before + 1 - len(_ASKS_FOR_SYNC)))):
            self.send(_HAS_SYNC)
        since = max(0, before + 1 - len(_ASKS_FOR_NAME))
        if self._name and not self._asked_name and self._output.find(_ASKS_FOR_NAME, since) >= 0:
            self._asked_name = True
            self.send(f"\x1bP>|{self._name}\x1b\\")

    # What a person does

    def type(self, text: str) -> None:
        """Press one key after another."""
        for character in text:
            self.send(character)
            time.sleep(_KEY_GAP)

    def press(self, *keys: str) -> None:
        """Press keys by their names; see `keys.encode`."""
        for key in keys:
            self.send(encode(key))
            if encode(key) == ESCAPE:
                self._rest_after_escape()
            else:
                time.sleep(_KEY_GAP)

    def _rest_after_escape(self) -> None:
        """Wait as a hand does: what a program reads together with Esc is Alt with the next key."""
        end = time.monotonic() + _READ_WITHIN
        while self.unread and time.monotonic() < end:
            time.sleep(_KEY_GAP)
        time.sleep(_ESCAPE_GAP)

    def paste(self, text: str) -> None:
        """Paste a text of any length."""
        self.write(pasted(text).encode())

    def write(self, data: bytes) -> None:
        """Send raw bytes, even more than fit into the terminal's buffer at once."""
        while data:
            data = data[os.write(self._master, data[:4096]) :]

    def change_size(self, columns: int, rows: int) -> None:
        """Drag the window to another size."""
        self.screen()
        self._emulator.resize(rows, columns)
        self._shown = None
        self.resize(columns, rows)

    # What a person sees

    def screen(self) -> Screen:
        """Return the screen as it is now, without a frame that is not finished."""
        whole = self.written
        end = end_of_frames(whole, self._fed)
        if end > self._fed or self._shown is None:
            paint(self._emulator, self._stream, whole[self._fed : end])
            self._fed = end
            self._shown = _screen_of(self._emulator)
        return self._shown

    def frames(self, since: int = 0) -> Iterator[Screen]:
        """Yield every finished frame after a mark, of a terminal that kept its size."""
        whole, columns, rows = self.written, self._emulator.columns, self._emulator.lines
        emulator, stream = new_emulator(columns, rows)
        at = 0
        for end in [found.end() for found in re.finditer(re.escape(_END), whole)]:
            paint(emulator, stream, whole[at:end])
            at = end
            if end > since:
                yield _screen_of(emulator)

    @property
    def clipboard(self) -> str | None:
        """What the program last copied by way of the terminal (OSC 52)."""
        found = _CLIPBOARD.findall(self.written)
        return base64.b64decode(found[-1]).decode() if found else None

    @property
    def echoes(self) -> bool:
        """Whether the terminal itself writes what is typed."""
        return bool(termios.tcgetattr(self._master)[3] & termios.ECHO)

    # How it ends

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the program has not ended."""
        return self._process.poll() is None

    def kill(self) -> None:
        """End the program as a power cut does, and the processes that it started with it."""
        family = [psutil.Process(self.pid)] if self.running else []
        family += [child for process in family for child in process.children(recursive=True)]
        for process in family:
            process.kill()
        self._process.wait()
        psutil.wait_procs(family, timeout=5)

    def stop(self) -> None:
        """Suspend the process."""
        os.kill(self.pid, signal.SIGSTOP)
        self._stopped = True

    def resume(self) -> None:
        """Let it go on."""
        os.kill(self.pid, signal.SIGCONT)
        self._stopped = False

    def close(self) -> None:
        """End the program whatever it is doing; nothing that it started is left."""
        family = psutil.Process(self.pid).children(recursive=True) if self.running else []
        if self._stopped:
            self.resume()
        super().close()
        for process in psutil.wait_procs(family, timeout=5)[1]:
            process.kill()


def new_emulator(columns: int, rows: int) -> tuple[pyte.Screen, pyte.ByteStream]:
    emulator = pyte.Screen(columns, rows)
    return emulator, pyte.ByteStream(emulator)


def end_of_frames(whole: bytes, since: int) -> int:
    """Return where the last finished frame ends."""
    began = whole.rfind(_BEGIN, since)
    if began >= 0 and whole.find(_END, began) < 0:
        return began
    unfinished = _UNFINISHED.search(whole, max(since, len(whole) - 200))
    return unfinished.start() if unfinished else len(whole)


def paint(emulator: pyte.Screen, stream: pyte.ByteStream, data: bytes) -> None:
    """Feed the emulator, which has no second screen: entering it and leaving it clear the first."""
    at = 0
    for change in _ALTERNATE.finditer(data):
        stream.feed(_FOREIGN.sub(b"", data[at : change.start()]))
        emulator.reset()
        at = change.end()
    stream.feed(_FOREIGN.sub(b"", data[at:]))


def _screen_of(emulator: pyte.Screen) -> Screen:
    lines = [emulator.buffer[row] for row in range(emulator.lines)]
    columns = range(emulator.columns)
    return Screen(
        [[line[column] for column in columns] for line in lines], (emulator.cursor.x, emulator.cursor.y)
    )
