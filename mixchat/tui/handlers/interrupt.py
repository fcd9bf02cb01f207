"""Esc and Ctrl+C: what each does depends on what is innermost."""

from collections.abc import Callable, Mapping

from textual.screen import Screen

from mixchat.tui.actions import Handler
from mixchat.tui.chat.controller import ChatController
from mixchat.tui.onboarding.model_download import ModelDownload
from mixchat.tui.terminal.clipboard import Clipboard

_HOW_TO_QUIT = "ctrl+q quits; what is written is kept."


class InterruptHandlers:
    """Acts on the innermost thing, once."""

    def __init__(
        self,
        screen: Screen[None],
        conversation: ChatController,
        fetching: ModelDownload,
        clipboard: Clipboard,
        unmark: Callable[[], object],
        say: Callable[[str], None],
    ) -> None:
        self._screen = screen
        self._conversation = conversation
        self._fetching = fetching
        self._clipboard = clipboard
        self._unmark = unmark
        self._say = say

    def handlers(self) -> Mapping[str, Handler]:
        """Return what can be done here, by act."""
        return {"stop": self.stop, "copy-or-stop": self.copy_or_stop, "copy-selection": self.copy_selection}

    def stop(self, _: str) -> None:
        """Close what is open, else stop the reply, else pause the queue, else go back to the prompt."""
        if self._screen.selections:
            self._screen.clear_selection()
        elif not (self._conversation.escape() or self._fetching.stop()):
            self._unmark()
            self._conversation.write_on()

    def copy_selection(self, _: str) -> None:
        """Copy what was dragged over; it stays lit."""
        selected = self._screen.get_selected_text()
        if selected:
            self._say(self._clipboard.copy(selected, "the selection"))

    def copy_or_stop(self, _: str) -> None:
        """Copy what is selected, else stop the reply, else say how to quit."""
        selected = self._conversation.selected_text or self._screen.get_selected_text()
        if selected:
            self._say(self._clipboard.copy(selected, "the selection"))
            self._screen.clear_selection()
        elif not self._conversation.session.queue.stop():
            self._say(_HOW_TO_QUIT)
