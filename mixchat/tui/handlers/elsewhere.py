"""What happens outside this window: turns and titles of other windows and the shell, a full disk, midnight."""

from mixchat.ledger.dates import local_day
from mixchat.tui.chat.context import ChatContext
from mixchat.tui.handlers.handler import ChatHandler


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
        self._say_trouble(storage.database.trouble)
        day = local_day(storage.clock.now())
        if storage.database.changed_elsewhere():
            self._changed = True
        if day != self._day or self._changed:
            self._day = day
            self.context.view.totals.refresh()
        if self._changed and not self.context.queue.busy:
            self._changed = False
            if self.context.chat.refresh():
                self.context.view.load()

    def _say_trouble(self, trouble: str | None) -> None:
        before, self._trouble = self._trouble, trouble
        if trouble is not None and before is None:
            self.context.notify(f"{trouble} What is said is kept in memory and written as soon as it can be.")
        elif trouble is None and before is not None:
            self.context.notify("Everything is written again.")
