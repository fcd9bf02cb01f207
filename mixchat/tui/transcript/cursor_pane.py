"""The block cursor: which turn or code block the keys mean."""

from mixchat.domain.turn import Turn
from mixchat.tui.transcript.finder import Finder, Match
from mixchat.tui.transcript.messages import TurnSelected
from mixchat.tui.transcript.mouse_selection import SelectingPane
from mixchat.tui.transcript.turn_column import RowAddress, TurnColumn
from mixchat.tui.transcript.turn_view import TurnView


class BlockCursor:
    """Moves by turn and by code block. Without a place it means the last turn."""

    def __init__(self, column: TurnColumn) -> None:
        self._column = column
        self._view: int | None = None
        self._part: int | None = None

    @property
    def mark(self) -> tuple[int, int | None] | None:
        """The turn and, where a single code block is meant, its part."""
        return None if self._view is None else (self._view, self._part)

    @property
    def place(self) -> RowAddress:
        """Where it is."""
        return RowAddress(self._view or 0, self._part or 0, 0)

    @property
    def view(self) -> TurnView | None:
        """The turn under it, or the last."""
        views = self._column.views
        if not views:
            return None
        return views[min(self._view, len(views) - 1)] if self._view is not None else views[-1]

    @property
    def turn(self) -> Turn | None:
        """The turn under it, or the last."""
        return self.view.turn if self.view is not None else None

    def clear(self) -> None:
        """Mean the last turn again."""
        self._view = self._part = None

    def put(self, view: int, part: int | None = None) -> None:
        """Go to a turn, or to one of its parts."""
        self._view, self._part = view, part

    def step_turn(self, by: int, near: int) -> bool:
        """Move by turns; false at the end.

        Args:
            by: how many turns down; negative for up.
            near: the turn to begin with when there is no place yet.
        """
        last = len(self._column.views) - 1
        target = near if self._view is None else self._view + by
        if last < 0 or not 0 <= target <= last:
            return False
        self._view, self._part = target, None
        return True

    def step_code(self, by: int, near: int) -> bool:
        """Move to the next code block down (1) or up (-1), through the turns; false if there is none."""
        views = self._column.views
        view = near if self._view is None else self._view
        part = self._part if self._part is not None else (-1 if by > 0 else 1 << 30)
        while 0 <= view < len(views):
            found = [at for at in _code_parts(views[view]) if (at > part if by > 0 else at < part)]
            if found:
                self._view, self._part = view, found[0] if by > 0 else found[-1]
                return True
            view, part = view + by, -1 if by > 0 else 1 << 30
        return False

    def marked_code(self, turn_id: str) -> str:
        """Return the code block that is marked in that turn; empty without any."""
        view = self.view
        if view is None or view.id != turn_id or self._part is None or self._part >= len(view.parts):
            return ""
        part = view.parts[self._part]
        return part.text if part.kind == "code" else ""


def _code_parts(view: TurnView) -> list[int]:
    if "```" not in view.reply and "~~~" not in view.reply and "    " not in view.reply:
        return []
    return [at for at, part in enumerate(view.parts) if part.kind == "code"]


class CursorPane(SelectingPane):
    """Moves the block cursor and walks through matches; both are only marks on what is painted."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.cursor = BlockCursor(self._column)
        self.finder = Finder(self._column)

    def move_turn(self, by: int) -> bool:
        """Move the block cursor by turns (negative: up); false at the end."""
        return self._moved(self.cursor.step_turn(by, self._near(by)))

    def move_code(self, by: int) -> bool:
        """Move the block cursor to the next (1) or previous (-1) code block; false if there is none."""
        return self._moved(self.cursor.step_code(by, self._near(by)))

    def mark_turn(self, index: int) -> None:
        """Put the block cursor on the turn that is the `index`th."""
        self.cursor.put(index)
        self._moved(True)

    def _moved(self, moved: bool) -> bool:
        if moved:
            self._painter.cursor = self.cursor.mark
            self.show_place(self.cursor.place, above=1)
            turn = self.cursor.turn
            self.post_message(TurnSelected(turn.id if turn else None))
        return moved

    def find(self, text: str) -> list[Match]:
        """Search prompts and replies and mark what is found; empty text ends the search."""
        found = self.finder.find(text)
        self._painter.sought, self._painter.here = self.finder.sought, None
        self._arrange()
        return found

    def find_step(self, by: int) -> Match | None:
        """Go to the next match (1) or the one before (-1)."""
        here = self.finder.step(by, self._near(1))
        if here is None:
            return None
        self._painter.here = here
        self.show_place(RowAddress(here[0], here[1], 0))
        return self.finder.matches[self.finder.position - 1]

    def unmark(self) -> None:
        """Take the block cursor and the search away."""
        self._forget_marks()
        self._arrange()
        self.post_message(TurnSelected(None))

    def _forget_marks(self) -> None:
        self.cursor.clear()
        self.finder.find("")
        self._painter.cursor = self._painter.here = None
        self._painter.sought = ""

    def _near(self, by: int) -> int:
        """Return the turn that is seen first, or, going up, last."""
        if not self._seen:
            return 0
        return self._seen[0 if by > 0 else -1].place.view
