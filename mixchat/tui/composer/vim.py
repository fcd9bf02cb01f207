"""Vim keys for the prompt: the everyday ones, in insert and normal mode."""

from collections.abc import Callable, Mapping
from typing import Final

from textual.widgets import TextArea

_MOVES: Final[Mapping[str, Callable[[TextArea], None]]] = {
    "h": lambda area: area.action_cursor_left(),
    "l": lambda area: area.action_cursor_right(),
    "w": lambda area: _to_next_word(area),
    "e": lambda area: area.action_cursor_word_right(),
    "b": lambda area: area.action_cursor_word_left(),
    "0": lambda area: area.action_cursor_line_start(),
    "^": lambda area: area.action_cursor_line_start(),
    "$": lambda area: area.action_cursor_line_end(),
    "G": lambda area: area.move_cursor(area.document.end),
    "gg": lambda area: area.move_cursor(area.document.start),
}
_EDITS: Final[Mapping[str, Callable[[TextArea], None]]] = {
    "x": lambda area: area.action_delete_right(),
    "X": lambda area: area.action_delete_left(),
    "D": lambda area: area.action_delete_to_end_of_line(),
    "dd": lambda area: area.action_delete_line(),
    "dw": lambda area: _delete_to_next_word(area),
    "db": lambda area: area.action_delete_word_left(),
    "d$": lambda area: area.action_delete_to_end_of_line(),
    "d0": lambda area: area.action_delete_to_start_of_line(),
    "u": lambda area: area.action_undo(),
    "p": lambda area: area.action_paste(),
}
_INSERTS: Final[Mapping[str, Callable[[TextArea], None]]] = {
    "i": lambda area: None,
    "a": lambda area: area.action_cursor_right(),
    "I": lambda area: area.action_cursor_line_start(),
    "A": lambda area: area.action_cursor_line_end(),
    "o": lambda area: _open_below(area),
    "O": lambda area: _open_above(area),
    "s": lambda area: area.action_delete_right(),
    "C": lambda area: area.action_delete_to_end_of_line(),
    "cw": lambda area: area.action_delete_word_right(),
    "cc": lambda area: _clear_line(area),
}
_BEGINNINGS: Final = frozenset({"d", "c", "g"})
"""Keys that wait for another."""
_MOST: Final = 1000


class Vim:
    """Reads keys in normal mode. Enter sends in both modes, and so it begins in insert mode."""

    def __init__(self) -> None:
        self.inserting = True
        self._pending = ""
        self._count = ""

    def normal(self) -> bool:
        """Leave insert mode; return whether that was anything new."""
        was_inserting, self.inserting = self.inserting, False
        had_begun = bool(self._pending or self._count)
        self._pending = self._count = ""
        return was_inserting or had_begun

    def press(self, character: str, area: TextArea) -> None:
        """Do what a character means in normal mode; one that means nothing does nothing."""
        if character.isdecimal() and (character != "0" or self._count) and not self._pending:
            self._count += character
            return
        keys = self._pending + character
        if keys in _BEGINNINGS:
            self._pending = keys
            return
        times = min(int(self._count or "1"), _MOST)
        self._pending = self._count = ""
        if keys in _INSERTS:
            _INSERTS[keys](area)
            self.inserting = True
        elif (do := _MOVES.get(keys) or _EDITS.get(keys)) is not None:
            for _ in range(times):
                do(area)


def _spaces_after(area: TextArea) -> int:
    row, column = area.cursor_location
    rest = str(area.document.get_line(row))[column:]
    return len(rest) - len(rest.lstrip())


def _to_next_word(area: TextArea) -> None:
    area.action_cursor_word_right()
    row, column = area.cursor_location
    area.move_cursor((row, column + _spaces_after(area)))


def _delete_to_next_word(area: TextArea) -> None:
    area.action_delete_word_right()
    row, column = area.cursor_location
    area.delete((row, column), (row, column + _spaces_after(area)))


def _open_below(area: TextArea) -> None:
    area.action_cursor_line_end()
    area.insert("\n")


def _open_above(area: TextArea) -> None:
    row = area.cursor_location[0]
    area.insert("\n", (row, 0))
    area.move_cursor((row, 0))


def _clear_line(area: TextArea) -> None:
    row = area.cursor_location[0]
    area.replace("", (row, 0), (row, len(area.document.get_line(row))))
