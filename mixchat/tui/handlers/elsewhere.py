"""What happens outside this window: turns and titles of other windows and the shell, a full disk, midnight."""

from typing import Final

from mixchat.chat.other_windows import Elsewhere
from mixchat.ledger.dates import local_day
from mixchat.tui.chat.context import ChatContext
from mixchat.tui.handlers.handler import ChatHandler

_SAID: Final[dict[Elsewhere, str]] = {
    "deleted": "This chat was deleted in another window. It comes back when something is sent in it.",
    "gone": "This chat was deleted for good in another window. What is sent now begins it anew.",
    "restored": "This chat was brought back in another window.",
    "beside": "Another window sent something in the same place: {} and {} go between the two.",
}


class ElsewhereHandler(ChatHandler):
    """Looks once a second, which costs next to nothing as long as nothing happened."""

    def __init__(self, context: ChatContext) -> None:
        super().__init__(context)
        self._changed = False
        self._trouble: str | None = None
        self._day = local_day(context.runtime.storage.clock.now())

    def look(self) -> None:
        """Show what others did to the chat, say what cannot be written, and begin a new day."""
        storage = self.context.runtime.storage
        self._say_trouble()
        day = local_day(storage.clock.now())
        if storage.database.changed_elsewhere():
            self._changed = True
        if day != self._day or self._changed:
            self._day = day
            self.context.view.totals.refresh()
        if self.context.queue.busy or not self.context.screen.is_current:
            return
        if self.context.chat.settle_interrupted():
            self._changed = True
        if self._changed:
            self._changed = False
            if self.context.chat.refresh():
                self.context.view.load()
        for news in self.context.chat.elsewhere.take():
            keys = self.context.key("previous-answer"), self.context.key("next-answer")
            self.context.notify(_SAID[news].format(*keys))

    def _say_trouble(self) -> None:
        database, files = self.context.runtime.storage.database, self.context.runtime.settings.files
        if (refused := files.take_refused()) is not None:
            self.context.notify(f"It holds until mixchat is closed: {refused}")
        trouble = database.trouble or files.trouble
        before, self._trouble = self._trouble, trouble
        if trouble is not None and before is None:
            self.context.notify(
                f"{trouble} What is said and set is kept in memory and written as soon as it can be."
            )
        elif trouble is None and before is not None:
            self.context.notify("Everything is written again.")
