"""What those who handle something on the chat screen work with: made once, handed to each."""

from collections.abc import Coroutine, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from textual.app import App
from textual.screen import Screen, ScreenResultCallbackType

from mixchat.chat.chat import Chat
from mixchat.domain.chat_request import Pin
from mixchat.tui.actions.keys import Keymap, read_keys
from mixchat.tui.chat.open_chats import OpenChats
from mixchat.tui.chat.turn_queue import TurnQueue
from mixchat.tui.chat.turn_selection import TurnSelection
from mixchat.tui.chat.view import ChatView
from mixchat.tui.chat.widgets import ChatWidgets
from mixchat.tui.composer.composer import Composer
from mixchat.tui.formatting import seconds_to_read
from mixchat.tui.terminal.clipboard import Clipboard

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime

Result = TypeVar("Result")


class ChatContext:
    """The chat screen as its handlers see it.

    Args:
        runtime: has the services: config, storage, routing.
        screen: the chat screen.
        widgets: its widgets.
        chats: the chats that are open.
        view: shows the chat as it is.
        selection: knows which turn is meant.
    """

    def __init__(
        self,
        runtime: "Runtime",
        screen: Screen[None],
        widgets: ChatWidgets,
        chats: OpenChats,
        view: ChatView,
        selection: TurnSelection,
    ) -> None:
        self.runtime = runtime
        self.screen = screen
        self.app = cast("App[int]", screen.app)
        self.widgets = widgets
        self.chats = chats
        self.view = view
        self.selection = selection
        self._keys_read: Mapping[str, str] | None = None
        self._keymap = Keymap({})
        self._clipboard = Clipboard(self.app.copy_to_clipboard)

    @property
    def composer(self) -> Composer:
        """Where the prompt is written."""
        return self.widgets.composer

    @property
    def chat(self) -> Chat:
        """The chat on the screen."""
        return self.chats.chat

    @property
    def queue(self) -> TurnQueue:
        """Runs the turns of the chat on the screen."""
        return self.chats.queue

    @property
    def keymap(self) -> Keymap:
        """The keys of all actions as the user has set them."""
        table = self.runtime.settings.config.keys
        if table is not self._keys_read:  # asked for with every key that is pressed
            self._keys_read, self._keymap = table, read_keys(table)
        return self._keymap

    def key(self, action_id: str) -> str:
        """Return how an action is reached, for a sentence."""
        return self.keymap.label(action_id)

    def notify(self, sentence: str) -> None:
        """Show a sentence for as long as it takes to read, in place of the one before."""
        self.app.clear_notifications()
        self.screen.notify(sentence, timeout=seconds_to_read(sentence), markup=False)

    def copy(self, text: str, what: str, *, shown: str = "") -> None:
        """Copy a text and say where it is now, under `shown` if there is any; no clipboard is waited for."""

        async def copied() -> None:
            said = await self._clipboard.copy(text, what)
            self.notify(f"{shown}\n{said}" if shown else said)

        self.run_worker(copied())

    def push_screen(
        self, screen: Screen[Result], closed: ScreenResultCallbackType[Result] | None = None
    ) -> None:
        """Show another screen; `closed` takes what it returns."""
        self.app.push_screen(screen, closed)

    def run_worker(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside everything else."""
        self.screen.run_worker(work)

    def run_action(self, action_id: str) -> None:
        """Do another action, once what is being done is over."""
        self.app.call_later(self.screen.run_action, f"run('{action_id}')")

    def quit(self) -> None:
        """Leave the app, once what is being done is over."""
        self.app.call_later(self.app.run_action, "app.quit")

    def pin(self, name: str) -> Pin | None:
        """Return what a name stands for, with or without its `@`; say so when it is nothing."""
        pin = self.runtime.routing.resolve_name(name.removeprefix("@"))
        if pin is None:
            self.notify(self.runtime.routing.unknown_name_message(name))
        return pin
