"""The pictures that were attached, as a terminal can show them: decoded beside the app, sent once, forgotten with the chat."""

import asyncio
import io
from typing import Final, Protocol, runtime_checkable

from msgspec import Struct
from rich.color import Color
from rich.style import Style
from textual.widget import Widget

from mixchat.tui.terminal.control_sequence import ControlSequence
from mixchat.tui.terminal.kitty_pictures import (
    MOST_COLUMNS,
    QUESTION,
    cell,
    deletion,
    shows_pictures,
    transmission,
)
from mixchat.tui.transcript.palette import RenderStyle
from mixchat.tui.transcript.render_block import RenderedLine

_ROWS: Final = 12
_CELL: Final = (10, 20)
"""Pixels of a cell, about: what matters is that it is twice as high as wide."""
_SHARP: Final = 1.5
"""How many of the picture's pixels go to one of those, for a screen with more."""
_FORMATS: Final = ("PNG", "JPEG", "GIF", "WEBP")
_MOST_BYTES: Final = 20_000_000
_MOST_PIXELS: Final = 50_000_000
_MOST: Final = 100
"""Pictures of a chat; what comes after them has its name only."""


@runtime_checkable
class PictureTerminal(Protocol):
    """An app that knows its terminal."""

    @property
    def may_show_pictures(self) -> bool:
        """Whether pictures may be shown at all."""
        ...

    def write_to_terminal(self, sequence: ControlSequence) -> None:
        """Write a control sequence."""
        ...


class Attachments(Protocol):
    """Keeps what was attached."""

    def file(self, digest: str) -> bytes | None:
        """Return an attachment's content."""
        ...


class PictureTarget(Protocol):
    """What shows the pictures."""

    def picture_came(self, digest: str) -> None:
        """Show a picture that can be shown now."""
        ...


class Picture(Struct, frozen=True):
    """A picture in the size in which it is shown."""

    number: int
    """Its name in the terminal, and the colour of its cells."""
    columns: int
    rows: int
    png: bytes

    def lines(self, width: int, look: RenderStyle) -> list[RenderedLine]:
        """Return its rows; each cell is a piece of its own, so that a row can be cut anywhere."""
        ground = look.palette.text.bgcolor
        number = self.number
        style = Style(color=Color.from_rgb(number >> 16, number >> 8 & 255, number & 255), bgcolor=ground)
        columns = min(self.columns, width)
        return [
            RenderedLine([(cell(row, column), style) for column in range(columns)], ornament=True)
            for row in range(self.rows)
        ]


class Pictures:
    """What is known of the pictures of the chat on the screen.

    Args:
        widget: lends its workers.
        target: shows them.
        files: has their content.
        terminal: where they are shown.
    """

    def __init__(
        self, widget: Widget, target: PictureTarget, files: Attachments, terminal: PictureTerminal
    ) -> None:
        self._widget = widget
        self._target = target
        self._files = files
        self._terminal = terminal
        self._can: bool | None = None
        """Whether the terminal can show them; `None`: it has not said."""
        self._asked = False
        self._known: dict[str, Picture | None] = {}
        """By digest; `None`: not decoded yet, or cannot be."""

    def named(self, name: str) -> None:
        """Take the terminal's answer; a terminal that gives none shows names."""
        if self._can is None and self._asked:
            self._can = shows_pictures(name)
            if self._can:
                for digest in self._known:
                    self._start(digest)

    def get(self, digest: str) -> Picture | None:
        """Return a picture if it can be shown now; else see to it that it can be, and ask the terminal if it can."""
        if digest not in self._known and self._can is not False and len(self._known) < _MOST:
            self._known[digest] = None
            if self._can:
                self._start(digest)
            elif not self._asked:
                self._asked = True
                self._terminal.write_to_terminal(QUESTION)
        return self._known.get(digest)

    def _start(self, digest: str) -> None:
        self._widget.run_worker(self._load(digest), group="pictures", exit_on_error=False)

    async def _load(self, digest: str) -> None:
        data = self._files.file(digest)
        if data is None or len(data) > _MOST_BYTES:
            return
        picture = await asyncio.to_thread(decoded, data, number_of(digest))
        if picture is not None and digest in self._known:
            self._known[digest] = picture
            self._send(picture)
            self._target.picture_came(digest)

    def _send(self, picture: Picture) -> None:
        self._terminal.write_to_terminal(
            transmission(picture.number, picture.png, picture.columns, picture.rows)
        )

    def send_again(self) -> None:
        """Send what is shown once more: the terminal was given away meanwhile and has forgotten it."""
        for picture in self._known.values():
            if picture is not None:
                self._send(picture)

    def forget(self) -> None:
        """Have the terminal forget them all: another chat is looked at, or none."""
        for picture in self._known.values():
            if picture is not None:
                self._terminal.write_to_terminal(deletion(picture.number))
        self._known.clear()


def number_of(digest: str) -> int:
    """Return a picture's number: 24 bits, since it is a colour."""
    return int(digest[:6], 16) or 1


def decoded(data: bytes, number: int) -> Picture | None:
    """Return a picture in the size in which it is shown, or None for what cannot be or would take too much memory."""
    try:
        from PIL import Image
    except ImportError:
        return None
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            width, height = image.size
            if not 0 < width * height <= _MOST_PIXELS:
                return None
            columns, rows = size_in_cells(width, height)
            most = round(columns * _CELL[0] * _SHARP), round(rows * _CELL[1] * _SHARP)
            image.draft("RGB", most)
            shown = image.convert("RGBA" if image.has_transparency_data else "RGB")
            shown.thumbnail(most)
            written = io.BytesIO()
            shown.save(written, "PNG")
    except Exception:  # noqa: BLE001 - a hostile file may raise anything in a decoder; its name is shown
        return None
    return Picture(number, columns, rows, written.getvalue())


def size_in_cells(width: int, height: int) -> tuple[int, int]:
    """Return columns and rows for a picture of so many pixels: never larger than it is."""
    shrink = min(1.0, _ROWS * _CELL[1] / height, MOST_COLUMNS * _CELL[0] / width)
    columns, rows = round(width * shrink / _CELL[0]), round(height * shrink / _CELL[1])
    return max(1, min(MOST_COLUMNS, columns)), max(1, min(_ROWS, rows))
