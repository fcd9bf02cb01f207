"""All screens beside the conversation, each behind its act."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from textual.app import App
from textual.screen import Screen

from mixchat.domain.errors import ConfigError
from mixchat.tui.actions import ACTS, Handler, read_keys
from mixchat.tui.chat.controller import ChatController
from mixchat.tui.chat.widgets import ChatWidgets
from mixchat.tui.handlers.chat_settings import ChatSettingsHandlers
from mixchat.tui.handlers.choose_model import ModelHandlers
from mixchat.tui.screens.find_bar import FindBar

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime
    from mixchat.tui.screens.chats.chats_screen import ChatFound


class CommandPalette:
    """Shows the acts, with the keys as they are set."""

    def __init__(self, app: App[int], screen: Screen[None], keys: Callable[[], Mapping[str, str]]) -> None:
        """Take what returns the keys that the user gave to acts, by the act's id."""
        self._app = app
        self._screen = screen
        self._keys = keys

    def handlers(self) -> Mapping[str, Handler]:
        """Return what can be done here, by act."""
        return {"palette": self.palette, "help": self.help}

    def palette(self, _: str) -> None:
        """List everything; what is picked is done."""
        from mixchat.tui.picker import Picker, PickerEntry

        entries = [
            PickerEntry(act.id, act.title, act.help, self.key_of(act.id, act.key))
            for act in ACTS
            if act.id != "palette"
        ]

        async def picked(act: str | None) -> None:
            if act == "quit":
                await self._app.run_action("quit")
            elif act is not None:
                await self._screen.run_action(f"act('{act}')")

        self._app.push_screen(Picker("What shall be done?", entries), picked)

    def help(self, _: str) -> None:
        """Show what the focused widget can do, then keys and commands, on one page."""
        from mixchat.tui.screens.help import HelpScreen

        focused = self._screen.focused
        active = self._screen.active_bindings.values()
        own = [each for each in active if each.node not in (self._screen, self._app)]
        self._app.push_screen(HelpScreen(self.key_of, type(focused).__name__, own))

    def key_of(self, act: str, usual: str) -> str:
        """Return the key of an act as it is set now."""
        return self._keys().get(act, usual)


class ChatNavigation:
    """Finds chats, and words in the chat on the screen."""

    def __init__(
        self,
        app: App[int],
        runtime: "Runtime",
        parts: ChatWidgets,
        conversation: ChatController,
        bar: FindBar,
        refreshed: Callable[[], None],
        say: Callable[[str], None],
    ) -> None:
        self._app = app
        self._runtime = runtime
        self._parts = parts
        self._conversation = conversation
        self._bar = bar
        self._refreshed = refreshed
        self._say = say

    def handlers(self) -> Mapping[str, Handler]:
        """Return what can be done here, by act."""
        return {"chats": self.chats, "find": self.find}

    def chats(self, words: str) -> None:
        """Show every chat, or those that hold the words."""
        from mixchat.tui.screens.chats.chat_list import ChatList
        from mixchat.tui.screens.chats.chats_screen import ChatsScreen

        shelf = ChatList(self._runtime, self._conversation.session.chat)

        def closed(found: "ChatFound | None") -> None:
            chat = self._conversation.session.chat
            if found is not None:
                self.open(found.chat, found.turn)
            elif chat.turns and chat.id not in shelf.records:
                self._conversation.turn_to(self._runtime.new_chat())
            else:
                self._refreshed()

        self._app.push_screen(ChatsScreen(shelf, words), closed)

    def open(self, chat: str, turn: str = "") -> None:
        """Put a saved chat on the screen, at a turn of it."""
        try:
            if chat != self._conversation.session.chat.id:
                self._conversation.turn_to(self._runtime.saved_chat(chat))
        except ConfigError as error:
            self._say(str(error))
            return
        if turn:
            self._show(turn)

    def _show(self, turn: str) -> None:
        """Show a turn of the chat, on whichever branch it is."""
        session = self._conversation.session
        if turn not in [stub.id for stub in session.chat.path.stubs] and not session.queue.busy:
            session.chat.path.show(turn)
            self._conversation.turn_to(session.chat)
        self._parts.transcript.jump(turn)

    def find(self, words: str) -> None:
        """Search the chat on the screen."""
        self._bar.open(words)


def navigation_handlers(
    runtime: "Runtime",
    app: App[int],
    parts: ChatWidgets,
    conversation: ChatController,
    *,
    do: Callable[[str, str], object],
    refreshed: Callable[[], None],
    say: Callable[[str], None],
) -> Mapping[str, Handler]:
    """Return what opens each screen, by act.

    Args:
        runtime: everything that the screens show.
        app: shows them.
        parts: the widgets of the chat screen.
        conversation: holds the chats.
        do: does another act, with its argument.
        refreshed: is called when something of the chat or the stack changed.
        say: shows a sentence.
    """

    def stack(name: str) -> None:
        from mixchat.tui.screens.models.model_list import ModelList
        from mixchat.tui.screens.stack.stack_editor import StackEditor
        from mixchat.tui.screens.stack.stack_screen import StackScreen

        if name:
            do("use-stack", name)
        else:
            app.push_screen(StackScreen(StackEditor(runtime, refreshed), ModelList(runtime)))

    def configure(_: str) -> None:
        from mixchat.config.schema import settings
        from mixchat.tui.screens.settings.config_editor import ConfigEditor
        from mixchat.tui.screens.settings.settings_screen import SettingsScreen

        book = ConfigEditor(runtime, lambda config: app.set_keymap(dict(read_keys(config.keys).keys)))
        app.push_screen(SettingsScreen(book, lambda act: do(act, ""), settings()), lambda _: refreshed())

    # Mounted before it is wanted, so that what is typed right after the key is in the field.
    bar = FindBar(parts.transcript, conversation.write_on)
    parts.composer.screen.query_one("#conversation").mount(bar, before=parts.composer)
    finding = ChatNavigation(app, runtime, parts, conversation, bar, refreshed, say)

    def spend(_: str) -> None:
        from mixchat.tui.screens.spend_screen import SpendScreen

        app.push_screen(SpendScreen(runtime), lambda chat: finding.open(chat) if chat else None)

    return {
        **finding.handlers(),
        **ModelHandlers(app, runtime, conversation.session, parts.composer, do, refreshed, say).handlers(),
        **ChatSettingsHandlers(app, runtime, conversation.session, parts.composer, refreshed, say).handlers(),
        "stack": stack,
        "settings": configure,
        "spend": spend,
    }
