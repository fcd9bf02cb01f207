"""The chat on the screen, and those whose reply goes on while another is looked at."""

from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any

from textual.worker import Worker

from mixchat.chat.chat import Chat
from mixchat.domain.errors import StorageError
from mixchat.storage.drafts import masked_draft
from mixchat.tui.chat.guard_options import Again, GuardOptions
from mixchat.tui.chat.turn_queue import TurnEnds, TurnObserver, TurnQueue
from mixchat.tui.composer.message import Draft, read_draft

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime


class OpenChats:
    """Opens chats one after another. A reply under way is never stopped by looking at another chat."""

    def __init__(
        self,
        runtime: "Runtime",
        stage: TurnEnds,
        watchers: Sequence[TurnObserver],
        start: Callable[[Coroutine[Any, Any, None]], Worker[None]],
    ) -> None:
        self._runtime = runtime
        self._stage = stage
        self._watchers = watchers
        self._start = start
        self._talks: dict[str, TurnQueue] = {}
        self._talk: TurnQueue | None = None

    @property
    def is_open(self) -> bool:
        """Whether a chat is on the screen."""
        return self._talk is not None

    @property
    def queue(self) -> TurnQueue:
        """The talk with the chat on the screen."""
        if self._talk is None:
            self.open(self._runtime.new_chat())
        talk = self._talk
        if talk is None:
            raise RuntimeError("opening a chat begins a talk")
        return talk

    @property
    def chat(self) -> Chat:
        """The chat on the screen."""
        return self.queue.chat

    def open(self, chat: Chat) -> TurnQueue:
        """Put `chat` on the screen; the talk it had before goes on if it is still under way."""
        if self._talk is not None:
            self._talk.leave()
        talk = self._talks.get(chat.id) or TurnQueue(chat, self._stage, self._watchers, self._start)
        self._talks = {id_: other for id_, other in self._talks.items() if other.busy}
        self._talks[chat.id] = self._talk = talk
        talk.enter(self._watchers)
        return talk

    def guarded(self, again: Again) -> GuardOptions:
        """Return the answers to what a guard asks about, for somebody who asks again in another way."""
        return self._stage.guarded(again)

    def draft(self) -> Draft:
        """Return what was written and not sent in the chat on the screen."""
        chat, drafts = self.chat, self._runtime.storage.drafts
        return read_draft(drafts.read(chat.id) if chat.turns else drafts.read_new(chat.id))

    def keep_draft(self, draft: Draft) -> None:
        """Keep what is written; a history that cannot be written is no reason to stop typing."""
        waiting = [message.typed for message in self.queue.waiting]
        whole = Draft("\n\n".join(filter(None, [*waiting, draft.typed])), draft.pastes)
        try:
            self._runtime.storage.drafts.write(self.chat.id, masked_draft(whole.encode()))
        except StorageError:
            return

    async def close(self) -> None:
        """Stop every reply and wait until all are settled and saved."""
        for talk in list(self._talks.values()):
            await talk.close()
