"""One block of a turn: laid out when it is first seen, estimated until then."""

from collections.abc import Callable, Sequence
from typing import Literal

from mixchat.tui.transcript.line import Line
from mixchat.tui.transcript.look import Look

Kind = Literal["prompt", "header", "note", "thinking", "plan", "text", "code", "seam", "sources", "failure"]
Make = Callable[[int, Look], Sequence[Line]]


class Part:
    """A block of rows.

    Args:
        key: equal keys mean equal rows, so that a layout is kept from one look at the turn to the next.
        kind: what it is.
        make: lays it out for a width.
        text: its source, for searching and copying, and to estimate its height.
        gap: whether a blank row stands above it.
        rows: its height, where that is known without the text.
        language: what a code block says it is.
    """

    __slots__ = ("_made", "_rows", "breaks", "gap", "key", "kind", "language", "make", "size", "text")

    def __init__(
        self, key: object, kind: Kind, make: Make, *,
        text: str, gap: bool = False, rows: int | None = None, language: str = "",
    ) -> None:  # fmt: skip
        self.key = key
        self.kind: Kind = kind
        self.make = make
        self.text = text
        self.language = language
        self.gap = gap
        self.size = len(text) if rows is None else 0
        self.breaks = text.count("\n") if rows is None else rows - 1
        self._rows: Sequence[Line] | None = None
        self._made: tuple[int, int] | None = None

    def rows(self, width: int, look: Look, age: int) -> Sequence[Line]:
        """Return the rows, laid out now if they were not for this width and look.

        Args:
            width: cells that a row may fill.
            look: palette and colours.
            age: the look's number; another number means that it changed.
        """
        if self._rows is None or self._made != (width, age):
            self._rows = self.make(width, look)
            self._made = (width, age)
        return self._rows

    def height(self, width: int, age: int) -> int:
        """Return how many rows it has with its gap: exactly if it is laid out, else about."""
        if self._rows is not None and self._made == (width, age):
            return len(self._rows) + self.gap
        return self.size // max(1, width) + self.breaks + 1 + self.gap

    def is_laid(self, width: int, age: int) -> bool:
        """Whether the height is exact."""
        return self._rows is not None and self._made == (width, age)

    @property
    def kept(self) -> int:
        """How many rows are kept."""
        return len(self._rows) if self._rows is not None else 0

    def forget(self) -> None:
        """Drop the layout."""
        self._rows = None
        self._made = None
