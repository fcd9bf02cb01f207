"""Which of welcome, first-run page, comparison and transcript has the place of the conversation."""

from mixchat.domain.events import ChatEvent
from mixchat.domain.live_turn import LiveTurn
from mixchat.domain.turn import Turn
from mixchat.tui.chat.open_chats import OpenChats
from mixchat.tui.chat.widgets import ChatWidgets


class ChatBody:
    """Keeps the transcript in step with the chat's branch, and switches to what has something to show."""

    def __init__(self, widgets: ChatWidgets, chats: OpenChats) -> None:
        self._widgets = widgets
        self._chats = chats
        self._no_model = False

    def load(self) -> None:
        """Show the chat as it is."""
        self._widgets.compared.clear()
        turns = self._chats.chat.turns
        self._widgets.transcript.load(turns)
        self._switch(bool(turns))

    def update_no_model(self, no_model: bool) -> None:
        """Say whether no model can be asked, which an empty chat then shows."""
        self._no_model = no_model
        self._switch(bool(self._widgets.transcript.turn_ids))

    def begin(self, turn: Turn, live: LiveTurn) -> None:
        """Make room for a turn; one that takes another's place takes that one away."""
        transcript = self._widgets.transcript
        self._widgets.compared.clear()
        self._widgets.turns.select(None)
        if transcript.cursor.mark is not None:
            transcript.unmark()
        path = [stub.id for stub in self._chats.chat.path.stubs]
        shown = transcript.turn_ids
        if shown not in (path, path[:-1]):
            transcript.load(self._chats.chat.turns[:-1])
        self._switch(has_turns=True)

    def show(self, event: ChatEvent) -> None:
        """Leave what happens to the transcript."""

    def settle(self, turn: Turn) -> None:
        """Show what the turn took the place of if it was taken back; the welcome if none is left."""
        path = [stub.id for stub in self._chats.chat.path.stubs]
        if path != self._widgets.transcript.turn_ids:
            self.load()
        self._switch(bool(path))

    def show_comparison(self) -> None:
        """Give the place to the comparison that was put together."""
        self._switch(has_turns=True)

    def refresh(self) -> None:
        """Show what else has changed of an empty chat: whether it is private."""
        self._widgets.welcome.update_privacy(private=self._chats.chat.record.private)

    def _switch(self, has_turns: bool) -> None:
        widgets = self._widgets
        self.refresh()
        if widgets.compared.is_open:
            shown = widgets.compared
        elif has_turns:
            shown = widgets.transcript
        else:
            shown = widgets.first_run if self._no_model else widgets.welcome
        widgets.switcher.current = shown.id
        # A comparison has the figures of each answer at its head; its columns take the panel's place.
        widgets.switcher.screen.set_class(widgets.compared.is_open, "-comparing")
