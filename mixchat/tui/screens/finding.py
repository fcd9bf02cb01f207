"""Opening the screens beside the conversation, and doing what they bring back."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from textual.app import App

from mixchat.tui.conversation import Conversation
from mixchat.tui.deeds import Deed
from mixchat.tui.parts import Parts
from mixchat.tui.screens.find_bar import FindBar
from mixchat.words.error import ConfigError

if TYPE_CHECKING:
    from mixchat.house import House
    from mixchat.tui.screens.chats.chats_screen import Found


class Finding:
    """Finds chats, and words in the chat on the screen."""

    def __init__(
        self,
        app: App[int],
        house: "House",
        parts: Parts,
        conversation: Conversation,
        bar: FindBar,
        refreshed: Callable[[], None],
        say: Callable[[str], None],
    ) -> None:
        self._app = app
        self._house = house
        self._parts = parts
        self._conversation = conversation
        self._bar = bar
        self._refreshed = refreshed
        self._say = say

    def deeds(self) -> Mapping[str, Deed]:
        """Return what can be done here, by act."""
        return {"chats": self.chats, "find": self.find}

    def chats(self, words: str) -> None:
        """Show every chat, or those that hold the words."""
        from mixchat.tui.screens.chats.chats_screen import ChatsScreen
        from mixchat.tui.screens.chats.shelf import Shelf

        shelf = Shelf(self._house, self._conversation.session.chat)

        def closed(found: "Found | None") -> None:
            chat = self._conversation.session.chat
            if found is not None:
                self.open(found.chat, found.turn)
            elif chat.turns and chat.id not in shelf.records:
                self._conversation.turn_to(self._house.new_chat())
            else:
                self._refreshed()

        self._app.push_screen(ChatsScreen(shelf, words), closed)

    def open(self, chat: str, turn: str = "") -> None:
        """Put a saved chat on the screen, at a turn of it."""
        try:
            if chat != self._conversation.session.chat.id:
                self._conversation.turn_to(self._house.saved_chat(chat))
        except ConfigError as error:
            self._say(str(error))
            return
        if turn:
            self._show(turn)

    def _show(self, turn: str) -> None:
        """Show a turn of the chat, on whichever branch it is."""
        session = self._conversation.session
        if turn not in [stub.id for stub in session.chat.path.stubs] and not session.talk.busy:
            session.chat.path.show(turn)
            self._conversation.turn_to(session.chat)
        self._parts.transcript.jump(turn)

    def find(self, words: str) -> None:
        """Search the chat on the screen."""
        self._bar.open(words)
