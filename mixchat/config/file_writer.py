"""The small files in which a person's choices are kept, written by one thread in the order that was asked for.

A command writes at once. What keeps a screen alive writes in the background and goes on: what is not on disk yet is read
from memory, and what the disk does not take is tried again.
"""

import contextlib
import errno
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from itertools import takewhile
from pathlib import Path
from typing import Final

from msgspec import Struct

from mixchat.config.atomic import write_as_before
from mixchat.config.private_files import FILE, private_directory
from mixchat.config.toml_document import read_text
from mixchat.domain.errors import ConfigError

Edit = Callable[[str | None], str | None]
"""From what a file says to what it is to say; `None`: there is no file. Done twice it does no more than once."""

_PASSING: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EAGAIN, errno.EBUSY, errno.EIO})
"""What may be over in a moment, or when there is room again."""
_HELD: Final = frozenset({32, 33})
"""What Windows says of a file that another program holds."""
_AGAIN: Final = 0.25
"""Seconds between two tries."""
_AT_THE_END: Final = 1.0
"""Seconds for what cannot be written when the program ends."""
_LONGEST: Final = 30.0
"""Seconds for writes that are under way and that nothing hinders."""


class _Change(Struct, frozen=True, eq=False):
    """What is to be done to a file: its text is edited, or a line is added."""

    path: Path
    edit: Edit | None
    line: bytes = b""
    matters: bool = True
    """Whether it is worth a word when it cannot be made; if not, a damaged file is as good as none."""


class FileWriter:
    """Changes files whole or not at all. The thread begins with the first change in the background."""

    def __init__(self) -> None:
        self.background = False
        """Whether a thread makes the changes."""
        self.trouble: str | None = None
        """Why the first of those that wait cannot be made at the moment."""
        self._waiting: deque[_Change] = deque()
        self._refused: deque[str] = deque(maxlen=3)
        self._changed = threading.Condition()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def unwritten(self) -> int:
        """How many changes wait, the one that is being made included."""
        return len(self._waiting)

    def change(self, path: Path, edit: Edit, *, matters: bool = True) -> None:
        """Edit a file's text; its permissions, its line ends and a link to it stay.

        Args:
            path: the file; it is made when there is none, and removed when the edit returns `None`.
            edit: may run in another thread.
            matters: whether somebody is to be told when it cannot be made; if not, a damaged file is as good as none.

        Raises:
            ConfigError: it cannot be written, and is not written in the background.
        """
        self._take(_Change(path, edit, matters=matters))

    def append(self, path: Path, line: bytes) -> None:
        """Add a line to a file in one write, so that several programs may do so at once.

        Raises:
            ConfigError: it cannot be written, and is not written in the background.
        """
        self._take(_Change(path, None, line))

    def text(self, path: Path) -> str | None:
        """Return what a file will say when all that waits is written; `None`: there is no such file.

        Raises:
            ConfigError: it cannot be read.
        """
        # In this order: what is written meanwhile is edited twice and not missed.
        edits = [change.edit for change in self._of(path)]
        text = read_text(path)
        for edit in edits:
            text = edit(text) if edit is not None else text
        return text

    def added(self, path: Path) -> bytes:
        """Return the lines that wait to be added to a file."""
        return b"".join(change.line for change in self._of(path))

    def changing(self, folder: Path) -> set[Path]:
        """Return the files in a folder that something waits for."""
        with self._changed:
            return {change.path for change in self._waiting if change.path.parent == folder}

    def take_refused(self) -> str | None:
        """Return once, in a sentence, why something could not be written and will not be tried again."""
        return self._refused.popleft() if self._refused else None

    def settle(self, seconds: float) -> bool:
        """Wait until nothing waits; return whether that is so.

        Args:
            seconds: as long where writing has failed; while it goes well, it is waited for the end of it.
        """
        until = time.monotonic() + _LONGEST
        with self._changed:
            while not self._changed.wait_for(lambda: not self._waiting, seconds):
                if self.trouble is not None or time.monotonic() > until:
                    return False
        return True

    def close(self) -> None:
        """Give what waits a last chance and end the thread; what is changed after that is written at once."""
        self.settle(_AT_THE_END)
        self.background = False
        self._closed.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(_AT_THE_END)

    def _of(self, path: Path) -> list[_Change]:
        with self._changed:
            return [change for change in self._waiting if change.path == path]

    def _take(self, change: _Change) -> None:
        if not self.background:
            _make(change.path, [change])
            return
        with self._changed:
            self._waiting.append(change)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="files", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def _work(self) -> None:
        while changes := self._next():
            try:
                _make(changes[0].path, changes)
            except ConfigError as error:
                if _passes(error):
                    self._put_off(changes, str(error))
                else:
                    self._refuse(changes, error)
            except Exception as error:  # noqa: BLE001 - what is wrong with one change is not wrong with the next
                from mixchat.config.crash_report import log_failure

                log_failure(error)
                self._end(changes)
            else:
                self._end(changes)

    def _next(self) -> list[_Change]:
        """Return the next changes of one file, as soon as there are some; none: nothing more is to be done."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed.is_set())
            if self._closed.is_set():
                return []
            first = self._waiting[0]
            # Only what follows directly: no file may say what is not yet true of another.
            alike = takewhile(
                lambda change: change.path == first.path and bool(change.line) == bool(first.line),
                self._waiting,
            )
            return list(alike)

    def _end(self, changes: list[_Change], trouble: str | None = None) -> None:
        with self._changed:
            for change in changes:
                self._waiting.remove(change)
            self.trouble = trouble
            self._changed.notify_all()

    def _put_off(self, changes: list[_Change], sentence: str) -> None:
        """Keep what matters for another try."""
        small = [change for change in changes if not change.matters]
        kept = len(small) < len(changes)
        self._end(small, sentence if kept else None)
        if kept:
            self._closed.wait(_AGAIN)

    def _refuse(self, changes: list[_Change], error: ConfigError) -> None:
        """Leave out what can never be made: of several changes, each by itself."""
        if len(changes) == 1:
            if changes[0].matters:
                self._refused.append(str(error))
            self._end(changes)
            return
        for change in changes:
            try:
                _make(change.path, [change])
            except ConfigError as each:
                if _passes(each):
                    self._put_off([change], str(each))
                    return
                self._refuse([change], each)
            else:
                self._end([change])


def _make(path: Path, changes: list[_Change]) -> None:
    """Make changes of one file, all of one kind.

    Raises:
        ConfigError: it cannot be read or written; what it says is as it was.
    """
    if changes[0].edit is None:
        _add(path, b"".join(change.line for change in changes))
        return
    try:
        before = read_text(path)
    except ConfigError:
        if any(change.matters for change in changes):
            raise
        before = None
    text = before
    for change in changes:
        text = change.edit(text) if change.edit is not None else text
    if text is not None:
        if text != before:
            write_as_before(path, text)
    elif before is not None:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()


def _add(path: Path, lines: bytes) -> None:
    try:
        private_directory(path.parent)
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), FILE)
        try:
            # What a full disk cut off is no line, and the next one stands by itself.
            if os.lseek(handle, 0, os.SEEK_END) and os.lseek(handle, -1, os.SEEK_END) >= 0:
                lines = lines if os.read(handle, 1) == b"\n" else b"\n" + lines
            if os.write(handle, lines) < len(lines):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        finally:
            os.close(handle)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigError(f"{path} cannot be written ({reason}).") from error


def _passes(error: ConfigError) -> bool:
    """Whether the same change may be made later."""
    cause = error.__cause__
    return isinstance(cause, OSError) and (
        cause.errno in _PASSING or getattr(cause, "winerror", None) in _HELD
    )
