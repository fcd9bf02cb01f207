"""Titles and summaries: what a chat is called, and how a long one is made short."""

from typing import Final

from msgspec import structs

from mixchat.chat.chat import Chat
from mixchat.chat.operations import compact
from mixchat.domain.chat_request import Pin
from mixchat.domain.errors import StorageError
from mixchat.domain.events import ChatEvent
from mixchat.domain.live_turn import LiveTurn
from mixchat.domain.role import QUICK
from mixchat.domain.turn import Outcome, Turn
from mixchat.tui.actions.dispatch import handles
from mixchat.tui.handlers.handler import BUSY, ChatHandler

_LONGEST: Final = 60


class TitleHandler(ChatHandler):
    """Names chats, by hand or by a cheap model beside the conversation, and sums them up."""

    def begin(self, turn: Turn, live: LiveTurn) -> None:
        """Nothing yet: a title is made from a reply."""

    def show(self, event: ChatEvent) -> None:
        """Nothing yet."""

    def settle(self, turn: Turn) -> None:
        """Have the chat named after its first reply, if the config says which model does that."""
        name = self.context.runtime.settings.config.titles
        chat = self.context.chat
        if name is None or turn.outcome is not Outcome.COMPLETE or len(chat.path) != 1:
            return
        pin = self.context.runtime.routing.resolve_name(name)
        if pin is None:
            self.context.notify(f"titles in the config names {name}, which is no role, alias or model.")
        elif len(chat.path.siblings(turn.id)) == 1:
            self.context.run_worker(self._make_title(chat, pin, asked=False))

    @handles("title")
    def title(self, text: str) -> None:
        """Name the chat; without words a cheap model does."""
        chat = self.context.chat
        if not chat.turns:
            self.context.notify("There is nothing to name yet.")
        elif text:
            self._save(chat, text)
        else:
            name = self.context.runtime.settings.config.titles
            pin = self.context.runtime.routing.resolve_name(name) if name else Pin(QUICK, role=QUICK)
            self.context.run_worker(self._make_title(chat, pin or Pin(QUICK, role=QUICK), asked=True))

    def _save(self, chat: Chat, text: str) -> None:
        before = chat.record.title
        try:
            chat.save_record(structs.replace(chat.record, title=" ".join(text.split())[:_LONGEST]))
        except StorageError as error:
            self.context.notify(str(error))
        else:
            self.context.notify(f"This chat is called {chat.record.title}; before, it was {before}.")
        self.context.view.refresh()

    async def _make_title(self, chat: Chat, pin: Pin, *, asked: bool) -> None:
        """Ask for a title. Nobody waits for it, and without `asked` nobody is told when there is none."""
        from mixchat.chat.operations import make_title

        try:
            named = await make_title(chat, self.context.runtime.routing.router, pin)
        except StorageError as error:
            self.context.notify(str(error))
            return
        if asked:
            self.context.notify(
                f"This chat is called {chat.record.title}."
                if named
                else "No title came; /title WORDS sets one."
            )
        self.context.view.refresh()

    @handles("compact")
    def compact(self, name: str) -> None:
        """Have a model sum the chat up in a turn that stands for all before it."""
        queue = self.context.queue
        if queue.busy:
            self.context.notify(BUSY)
        elif not queue.chat.turns:
            self.context.notify("There is nothing to sum up yet.")
        elif (pin := self.context.pin(name) if name else None) is not None or not name:
            queue.run_events(compact(queue.chat, pin))
