"""Welcome, first-run page, comparison and transcript share one place: whichever has something to show is seen."""

from collections.abc import Callable

from mixchat.chat.chat import Chat
from mixchat.domain.events import ChatEvent
from mixchat.domain.turn import Turn
from mixchat.tui.chat.widgets import ChatWidgets


class BodySwitcher:
    """Keeps the transcript in step with the chat's branch, and covers an empty one."""

    def __init__(self, parts: ChatWidgets, chat: Callable[[], Chat]) -> None:
        self._parts = parts
        self._chat = chat
        self._nobody = False

    def load(self) -> None:
        """Show the chat as it is."""
        self._parts.compared.clear()
        turns = self._chat().turns
        self._parts.transcript.load(turns)
        self._draw(bool(turns))

    def cover(self, *, nobody: bool) -> None:
        """Say whether nobody can answer, for an empty chat."""
        self._nobody = nobody
        self._draw(bool(self._parts.transcript.turns))

    def begin(self, turn: Turn) -> None:
        """Make room for a turn; one that takes another's place takes that one away."""
        self._parts.compared.clear()
        if self._parts.transcript.cursor.mark is not None:
            self._parts.transcript.unmark()
        path = [stub.id for stub in self._chat().path.stubs]
        shown = [shown.id for shown in self._parts.transcript.turns]
        if shown not in (path, path[:-1]):
            self._parts.transcript.load(self._chat().turns[:-1])
        self._draw(said=True)

    def show(self, event: ChatEvent) -> None:
        """Leave what happens to the transcript."""

    def settle(self, turn: Turn) -> None:
        """Show what the turn took the place of if it was taken back; cover the transcript if none is left."""
        path = [stub.id for stub in self._chat().path.stubs]
        if path != [shown.id for shown in self._parts.transcript.turns]:
            self.load()
        self._draw(bool(path))

    def compare(self) -> None:
        """Give the place to the comparison that was put together."""
        self._draw(said=True)

    def _draw(self, said: bool) -> None:
        parts = self._parts
        compares = parts.compared.is_open
        parts.compared.display = compares
        parts.transcript.display = said and not compares
        parts.welcome.display = not (said or compares or self._nobody)
        parts.first_run.display = not (said or compares) and self._nobody
