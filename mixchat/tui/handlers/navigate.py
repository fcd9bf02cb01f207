"""Screens beside the conversation, and the search in the chat."""

from functools import partial
from typing import TYPE_CHECKING

from mixchat.config.config import Config
from mixchat.domain.errors import ConfigError
from mixchat.tui.actions.dispatch import handles
from mixchat.tui.actions.keys import read_keys
from mixchat.tui.chat.context import ChatContext
from mixchat.tui.handlers.conversation import ConversationHandler
from mixchat.tui.handlers.handler import ChatHandler
from mixchat.tui.themes import animation_level

if TYPE_CHECKING:
    from mixchat.tui.screens.chats.chat_list import ChatList
    from mixchat.tui.screens.chats.chats_screen import ChatFound


class NavigationHandler(ChatHandler):
    """Finds chats and words, and opens the screens for settings and spending."""

    def __init__(self, context: ChatContext, conversation: ConversationHandler) -> None:
        super().__init__(context)
        self._conversation = conversation
        self._chat_list: ChatList | None = None
        """The list of chats, with what can be taken back in it."""
        self._left = ""
        """The chat that was on the screen and was deleted in the list."""

    @handles("chats")
    def chats(self, words: str) -> None:
        """Show every chat, or those that hold the words."""
        from mixchat.tui.screens.chats.chat_list import ChatList
        from mixchat.tui.screens.chats.chats_screen import ChatsScreen

        chats = self._chat_list or ChatList(self.context.runtime, self.context.chats)
        self._chat_list = chats
        self.context.push_screen(ChatsScreen(chats, words), partial(self._chats_closed, chats))

    def _chats_closed(self, chats: "ChatList", found: "ChatFound | None") -> None:
        chat = self.context.chat
        if found is not None:
            self.open(found.chat, found.turn)
        elif chat.turns and chat.id not in chats.records:
            self._left = chat.id
            self._conversation.switch_to(self.context.runtime.new_chat())
        else:
            self.context.view.refresh()
        if chats.has_deleted:
            self.context.composer.enable_undo()

    @property
    def has_deleted(self) -> bool:
        """Whether a chat was deleted in the list that can be brought back."""
        return self._chat_list is not None and self._chat_list.has_deleted

    def bring_back(self) -> bool:
        """Bring back the chat that was deleted last in the list; return whether there was one."""
        brought = self._chat_list.bring_back() if self._chat_list is not None else None
        if brought is None:
            return False
        chat, sentence = brought
        if chat == self._left and not self.context.chat.turns:
            self.open(chat)
        else:
            self.context.view.refresh()
        if self.has_deleted:
            self.context.composer.enable_undo()
        self.context.notify(sentence)
        return True

    def open(self, chat: str, turn: str = "") -> None:
        """Put a saved chat on the screen, at a turn of it."""
        try:
            if chat != self.context.chat.id:
                self._conversation.switch_to(self.context.runtime.saved_chat(chat))
        except ConfigError as error:
            self.context.notify(str(error))
            return
        if turn:
            self._show(turn)

    def _show(self, turn: str) -> None:
        """Show a turn of the chat, on whichever branch it is."""
        chat = self.context.chat
        if turn not in [stub.id for stub in chat.path.stubs] and not self.context.queue.busy:
            chat.path.show(turn)
            self._conversation.switch_to(chat)
        self.context.widgets.transcript.jump(turn)

    @handles("find")
    def find(self, words: str) -> None:
        """Search the chat on the screen."""
        self.context.widgets.find_bar.open(words)

    @handles("settings")
    def settings(self) -> None:
        """Show every key of the config."""
        from mixchat.config.schema import settings
        from mixchat.tui.screens.settings.config_editor import ConfigEditor
        from mixchat.tui.screens.settings.settings_screen import SettingsScreen

        editor = ConfigEditor(self.context.runtime, changed=self._apply_config)
        self.context.push_screen(SettingsScreen(editor, settings()), self._settings_closed)

    def _apply_config(self, config: Config) -> None:
        app = self.context.app
        app.set_keymap(read_keys(config.keys).for_textual())
        app.animation_level = animation_level(config)

    def _settings_closed(self, _: None) -> None:
        self.context.view.refresh()

    @handles("spend")
    def spend(self) -> None:
        """Show what was spent; a chat that is picked there is opened."""
        from mixchat.tui.screens.spend_screen import SpendScreen

        self.context.push_screen(SpendScreen(self.context.runtime), self._spend_closed)

    def _spend_closed(self, chat: str | None) -> None:
        if chat is not None:
            self.open(chat)
