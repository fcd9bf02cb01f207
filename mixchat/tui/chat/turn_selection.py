"""Which turn is meant: the one that was chosen in the list, the one under the block cursor, or else the last."""

from mixchat.domain.turn import Turn
from mixchat.tui.chat.open_chats import OpenChats
from mixchat.tui.chat.widgets import ChatWidgets


class TurnSelection:
    """Finds the turn that a key means, and marks one for the keys after it."""

    def __init__(self, widgets: ChatWidgets, chats: OpenChats) -> None:
        self._widgets = widgets
        self._chats = chats

    def turn(self) -> Turn | None:
        """Return the turn that is meant as it stands, or `None` in an empty chat."""
        path = self._chats.chat.path
        meant = self._widgets.turns.chosen_turn or self._marked()
        if meant is not None and path.has(meant.id):
            return path.turn(meant.id)
        return path[-1] if path else None

    def number(self, turn_id: str) -> int:
        """Return how many turns lead to this one, itself included."""
        return len(self._chats.chat.path.before(turn_id)) + 1

    def move(self, by: int) -> None:
        """Mark the turn above (-1) or below (1); past the last one nothing is marked."""
        transcript = self._widgets.transcript
        if not transcript.move_turn(by) and by > 0:
            self.clear()
            transcript.action_follow()

    def point(self, turn_id: str) -> None:
        """Mark a turn that is on the screen."""
        shown = self._widgets.transcript.turn_ids
        if turn_id in shown:
            self._widgets.transcript.mark_turn(shown.index(turn_id))

    def clear(self) -> bool:
        """Mean the last turn again; return whether another was marked."""
        self._widgets.turns.select(None)
        transcript = self._widgets.transcript
        if transcript.cursor.mark is None:
            return False
        transcript.unmark()
        return True

    def _marked(self) -> Turn | None:
        cursor = self._widgets.transcript.cursor
        return cursor.turn if cursor.mark is not None else None
