"""Tabs in a row: painted as blanks up to the next stop, copied as the tabs that they are."""

import re
from typing import Final

from rich.cells import cell_len
from rich.style import Style

_CELLS: Final = 4
_TAB: Final = "\uf8fe"
_FILL: Final = "\uf8ff"
"""What stands in a row for a tab's first cell and for its others; both are for private use and one cell wide."""
_WHOLE: Final = re.compile(f"{_TAB}{_FILL}*")


def untabbed(pieces: list[tuple[str, Style]]) -> list[tuple[str, Style]]:
    """Return `pieces` with every tab as wide as it reaches, counted in cells."""
    if not any("\t" in text for text, _ in pieces):
        return pieces
    spread: list[tuple[str, Style]] = []
    column = 0
    for text, style in pieces:
        first, *others = text.split("\t")
        parts = [first]
        column += cell_len(first)
        for part in others:
            fill = _CELLS - column % _CELLS
            parts.append(_TAB + _FILL * (fill - 1) + part)
            column += fill + cell_len(part)
        spread.append(("".join(parts), style))
    return spread


def without_marks(text: str) -> str:
    """Return the text of a row as it is painted."""
    return text.replace(_TAB, " ").replace(_FILL, " ") if _TAB in text or _FILL in text else text


def with_tabs(text: str) -> str:
    """Return the text of a row as it is copied."""
    return _WHOLE.sub("\t", text).replace(_FILL, " ") if _TAB in text or _FILL in text else text
