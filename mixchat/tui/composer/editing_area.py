"""A text area with the keys of a shell, in which what looks like one character is one."""

from typing import Any, ClassVar, Final, cast

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.widgets import TextArea
from textual.widgets.text_area import Location

from mixchat.tui.terminal.graphemes import after, before, beginning

_EDITING: Final[tuple[tuple[str, str], ...]] = (
    ("cursor_left", "left"),
    ("cursor_right", "right"),
    ("cursor_word_left", "ctrl+left,alt+b"),
    ("cursor_word_right", "ctrl+right,alt+f"),
    ("cursor_line_start", "home,ctrl+a"),
    ("cursor_line_end", "end,ctrl+e"),
    ("cursor_page_up", "pageup"),
    ("cursor_page_down", "pagedown"),
    ("cursor_left(True)", "shift+left"),
    ("cursor_right(True)", "shift+right"),
    ("cursor_up(True)", "shift+up"),
    ("cursor_down(True)", "shift+down"),
    ("cursor_word_left(True)", "ctrl+shift+left"),
    ("cursor_word_right(True)", "ctrl+shift+right"),
    ("cursor_line_start(True)", "shift+home"),
    ("cursor_line_end(True)", "shift+end"),
    ("select_all", "ctrl+shift+a"),
    ("delete_left", "backspace"),
    ("delete_right", "delete,ctrl+d"),
    ("delete_word_left", "ctrl+w,alt+backspace"),
    ("delete_word_right", "alt+d"),
    ("clear_line", "ctrl+u"),
    ("delete_to_end_of_line_or_delete_line", "alt+k"),
    ("cut", "ctrl+x"),
    ("paste", "ctrl+v"),
    ("undo", "ctrl+z"),
    ("redo", "ctrl+y,ctrl+shift+z"),
)


def _edit_id(action: str) -> str:
    return "edit." + action.replace("_", "-").replace("(True)", "-selecting")


class EditingArea(TextArea, inherit_bindings=False):
    """Moves and deletes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key, action, show=False, id=_edit_id(action)) for action, key in _EDITING
    ]

    @property
    def cursor_index(self) -> int:
        """Where the cursor is, in characters of the whole text."""
        row, column = self.cursor_location
        return sum(len(self.document.get_line(above)) + 1 for above in range(row)) + column

    @property
    def clipboard(self) -> str:
        """What was copied last within the app."""
        return cast("App[Any]", self.app).clipboard

    def locate(self, index: int) -> Location:
        """Return the place of a character of the whole text."""
        before_it = self.text[:index]
        return before_it.count("\n"), index - (before_it.rfind("\n") + 1)

    def action_clear_line(self) -> None:
        """Delete the line; an empty one goes with the line end before it."""
        row = self.cursor_location[0]
        start, end = (row, 0), (row, len(self.document.get_line(row)))
        if start == end and row:
            start = (row - 1, len(self.document.get_line(row - 1)))
        self._replace_via_keyboard("", start, end)

    def get_cursor_left_location(self) -> Location:
        """Return where the character before the cursor begins, as a person counts characters."""
        row, column = self.cursor_location
        return (
            (row, before(self.document.get_line(row), column))
            if column
            else super().get_cursor_left_location()
        )

    def get_cursor_right_location(self) -> Location:
        """Return where the character at the cursor ends."""
        row, column = self.cursor_location
        line = self.document.get_line(row)
        return (row, after(line, column)) if column < len(line) else super().get_cursor_right_location()

    def get_cursor_up_location(self) -> Location:
        """Return the place above; never within a character."""
        return self._between_characters(super().get_cursor_up_location())

    def get_cursor_down_location(self) -> Location:
        """Return the place below; never within a character."""
        return self._between_characters(super().get_cursor_down_location())

    def get_target_document_location(self, event: events.MouseEvent) -> Location:
        """Return the place under the mouse; never within a character."""
        return self._between_characters(super().get_target_document_location(event))

    def _between_characters(self, location: Location) -> Location:
        row, column = location
        return row, beginning(self.document.get_line(row), column)

    def _recompute_cursor_offset(self) -> None:
        """Place the cursor, unless undoing has taken its line away and puts it elsewhere next: until then it has no place."""
        if self.cursor_location[0] < self.document.line_count:
            super()._recompute_cursor_offset()
