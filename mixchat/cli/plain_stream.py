"""Where a command's words leave for a terminal: nothing foreign in them is obeyed there."""

import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from io import TextIOBase
from typing import TextIO

from mixchat.domain.plain_text import sanitize


class PlainStream(TextIOBase):
    """A text stream that makes every control character visible before it passes it on."""

    def __init__(self, stream: TextIO, *, may_be_lost: bool = False) -> None:
        self._stream = stream
        self._ignored = (OSError,) if may_be_lost else ()

    def write(self, text: str, /) -> int:
        """Write `text` without what a terminal would obey."""
        with suppress(*self._ignored):
            self._stream.write(sanitize(text))
        return len(text)

    def control(self, text: str) -> None:
        """Write what we made ourselves, control characters and all."""
        self._stream.write(text)

    def flush(self) -> None:
        """Write out what is held back."""
        with suppress(*self._ignored):
            self._stream.flush()

    def close(self) -> None:
        """Leave the stream open that is behind it, which others write to as well; nothing is held back here.

        It is called when this object is collected too, perhaps after that stream was closed: since Python 3.13 a
        failure there is shown.
        """

    def isatty(self) -> bool:
        """Return whether a terminal is behind it."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Return the number of the file behind it."""
        return self._stream.fileno()

    def writable(self) -> bool:
        """Return that it can be written."""
        return True

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """What is written is encoded in."""
        return self._stream.encoding

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        """What becomes of what cannot be encoded."""
        return self._stream.errors

    @property
    def buffer(self) -> "PlainBytes":
        """Takes text as bytes."""
        return PlainBytes(self)


class PlainBytes:
    """The bytes' side of a `PlainStream`."""

    def __init__(self, stream: PlainStream) -> None:
        self._stream = stream

    def write(self, data: bytes, /) -> int:
        """Write UTF-8 text without what a terminal would obey."""
        self._stream.write(data.decode(errors="replace"))
        return len(data)

    def flush(self) -> None:
        """Write out what is held back."""
        self._stream.flush()


@contextmanager
def plain_streams() -> Generator[None]:
    """Let nothing foreign through to a terminal, nor to where talk is written down, while a command runs.

    Data that goes to a file or a program stays as it is. Talk that cannot be written does not fail what it is about.
    """
    before = sys.stdout, sys.stderr
    if sys.stdout is not None and sys.stdout.isatty():
        sys.stdout = PlainStream(sys.stdout)
    if sys.stderr is not None:
        sys.stderr = PlainStream(sys.stderr, may_be_lost=True)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
