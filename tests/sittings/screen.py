"""The screen of one moment, as a person reads it."""

import re
from decimal import Decimal
from typing import Final

from msgspec import Struct
from pyte.screens import Char

_FIGURE: Final = r"(?P<mark>[~<]*)(?P<sum>\$[\d,.]+|\?)"
_TRACKER: Final = re.compile(r"(?:^|\s)(?P<label>chat|today|month)\s+[~<]*(?:\$|\?)", re.IGNORECASE)
_BAR: Final = "▌"
_PLACEHOLDERS: Final = ("Ask anything", "Write a message; it waits", "Answer the question above first")


class Cell(Struct, frozen=True):
    """One character with its colours: a name of the terminal's own, or six hexadecimal digits."""

    character: str
    foreground: str
    background: str
    bold: bool
    reverse: bool


class Figure(Struct, frozen=True):
    """An amount of money on the screen. `dollars` is `None` where it says `?`."""

    dollars: Decimal | None
    estimated: bool

    def __str__(self) -> str:
        """As it is written."""
        return "?" if self.dollars is None else f"{'~' * self.estimated}${self.dollars}"


class Screen:
    """What the cells hold."""

    def __init__(self, characters: list[list[Char]], cursor: tuple[int, int]) -> None:
        self._characters = characters
        self.cursor = cursor
        """Column and row, from 0."""
        self.rows = ["".join([character.data for character in row]).rstrip() for row in characters]

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        return len(self._characters[0]), len(self._characters)

    @property
    def text(self) -> str:
        """All rows, without the blanks at their ends."""
        return "\n".join(self.rows)

    def cell(self, column: int, row: int) -> Cell:
        """Return one character with its colours."""
        found = self._characters[row][column]
        return Cell(found.data, found.fg, found.bg, found.bold, found.reverse)

    def has(self, pattern: str) -> bool:
        """Whether the screen shows a text or, where it is none, a regular expression."""
        return pattern in self.text or re.search(pattern, self.text, re.MULTILINE) is not None

    def row_with(self, pattern: str) -> str:
        """Return the first row that shows this."""
        found = next((row for row in self.rows if pattern in row or re.search(pattern, row)), None)
        assert found is not None, f"no row shows {pattern!r}:\n{self.text}"
        return found

    @property
    def panel_left(self) -> int:
        """The column at which the side panel's text begins, or the screen's width where there is no panel."""
        # The status line of a narrow terminal has several of them in one row.
        found = [list(_TRACKER.finditer(row)) for row in self.rows]
        alone = [match[0].start("label") for match in found if len(match) == 1]
        return max(alone, default=self.size[0])

    @property
    def panel(self) -> list[str]:
        """The rows of the side panel."""
        return [row[self.panel_left :].rstrip() for row in self.rows]

    @property
    def turn_rows(self) -> list[str]:
        """The rows of the side panel's list of turns that tell a cost."""
        # Where there is room for two panes, the detail of a turn follows in the same row.
        found = (re.match(rf"[{_BAR} ] .{{0,36}}?\s{_FIGURE}(?=\s\s|$)", row) for row in self.panel)
        return [match[0] for match in found if match is not None]

    @property
    def conversation(self) -> str:
        """What stands left of the side panel."""
        return "\n".join(row[: max(self.panel_left - 1, 0)].rstrip() for row in self.rows)

    @property
    def composer(self) -> str:
        """The prompt that is being written, without indents; nothing while the composer only shows what it is for."""
        rows = [row[: self.panel_left].rstrip() for row in self.rows[:-1]]
        while rows and not rows[-1].lstrip().startswith(_BAR):
            rows.pop()
        block: list[str] = []
        while rows and rows[-1].lstrip().startswith(_BAR):
            block.insert(0, rows.pop().partition(_BAR)[2].strip())
        # The last row of the block tells who would answer.
        written = "\n".join(block[:-1]).strip("\n")
        return "" if written.startswith(_PLACEHOLDERS) else written

    def figure(self, label: str) -> Figure:
        """Return the amount behind a label: `chat`, `today`, `month`."""
        found = re.search(rf"(?:^|\s){label}\s+{_FIGURE}", self.text, re.MULTILINE | re.IGNORECASE)
        assert found is not None, f"no figure is called {label!r}:\n{self.text}"
        return read_figure(found["mark"] + found["sum"])


def read_figure(written: str) -> Figure:
    """Return the amount that is written, such as `~$0.012` or `?`."""
    found = re.search(_FIGURE, written)
    assert found is not None, f"{written!r} is no amount"
    said = found["sum"]
    return Figure(None if said == "?" else Decimal(said[1:].replace(",", "")), "~" in found["mark"])
