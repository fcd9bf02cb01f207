"""Titles and summaries: what a chat is called, and how a long one is made short."""

from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import structs
from textual.worker import Worker

from mixchat.chat.chat import Chat
from mixchat.chat.operations import compact
from mixchat.domain.chat_request import Pin
from mixchat.domain.errors import StorageError
from mixchat.domain.events import ChatEvent
from mixchat.domain.role import QUICK
from mixchat.domain.turn import Outcome, Turn
from mixchat.tui.actions import Handler
from mixchat.tui.chat.open_chats import OpenChats

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime

_LONGEST = 60


class TitleHandlers:
    """Names chats, by hand or by a cheap model beside the conversation, and sums them up.

    Args:
        runtime: knows which model gives titles.
        session: holds the chat.
        refreshed: is called when the title or what was spent has changed.
        start: runs something beside the conversation.
        say: shows a sentence.
    """

    def __init__(
        self,
        runtime: "Runtime",
        session: Callable[[], OpenChats],
        refreshed: Callable[[], None],
        start: Callable[[Coroutine[Any, Any, None]], Worker[None]],
        say: Callable[[str], None],
    ) -> None:
        self._runtime = runtime
        self._session = session
        self._refreshed = refreshed
        self._start = start
        self._say = say

    def handlers(self) -> Mapping[str, Handler]:
        """Return what can be done here, by act."""
        return {"title": self.title, "compact": self.compact}

    def begin(self, turn: Turn) -> None:
        """Nothing yet: a title is made from a reply."""

    def show(self, event: ChatEvent) -> None:
        """Nothing yet."""

    def settle(self, turn: Turn) -> None:
        """Have the chat named after its first reply, if the config says which model does that."""
        name = self._runtime.settings.config.titles
        chat = self._session().chat
        if name is None or turn.outcome is not Outcome.COMPLETE or len(chat.path) != 1:
            return
        pin = self._runtime.routing.resolve_name(name)
        if pin is None:
            self._say(f"titles in the config names {name}, which is no role, alias or model.")
        elif len(chat.path.siblings(turn.id)) == 1:
            self._start(self._entitle(chat, pin, asked=False))

    def title(self, words: str) -> None:
        """Name the chat; without words a cheap model does."""
        chat = self._session().chat
        if not chat.turns:
            self._say("There is nothing to name yet.")
        elif words:
            self._keep(chat, words)
        else:
            name = self._runtime.settings.config.titles
            pin = self._runtime.routing.resolve_name(name) if name else Pin(QUICK, role=QUICK)
            self._start(self._entitle(chat, pin or Pin(QUICK, role=QUICK), asked=True))

    def _keep(self, chat: Chat, words: str) -> None:
        before = chat.record.title
        try:
            chat.save_record(structs.replace(chat.record, title=" ".join(words.split())[:_LONGEST]))
        except StorageError as error:
            self._say(str(error))
        else:
            self._say(f"This chat is called {chat.record.title}; before, it was {before}.")
        self._refreshed()

    async def _entitle(self, chat: Chat, pin: Pin, *, asked: bool) -> None:
        """Ask for a title. Nobody waits for it, and without `asked` nobody is told when there is none."""
        from mixchat.chat.operations import make_title

        try:
            named = await make_title(chat, self._runtime.routing.router, pin)
        except StorageError as error:
            self._say(str(error))
            return
        if asked:
            self._say(
                f"This chat is called {chat.record.title}."
                if named
                else "No title came; /title WORDS sets one."
            )
        self._refreshed()

    def compact(self, name: str) -> None:
        """Have a model sum the chat up in a turn that stands for all before it."""
        talk = self._session().queue
        pin = self._runtime.routing.resolve_name(name.removeprefix("@")) if name else None
        if talk.busy:
            self._say("A reply is still coming; Esc stops it.")
        elif name and pin is None:
            self._say(self._runtime.routing.unknown_name_message(name))
        elif not talk.chat.turns:
            self._say("There is nothing to sum up yet.")
        else:
            talk.run_events(compact(talk.chat, pin))
