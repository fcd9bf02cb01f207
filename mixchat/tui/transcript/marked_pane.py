"""A pane with a block cursor and a search."""

from mixchat.tui.transcript.column import Place
from mixchat.tui.transcript.cursor import BlockCursor
from mixchat.tui.transcript.finder import Finder, Match
from mixchat.tui.transcript.message import TurnSelected
from mixchat.tui.transcript.pane import Pane


class MarkedPane(Pane):
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
        self.show_place(Place(here[0], here[1], 0))
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
