"""The chat on the screen, and those whose reply goes on while another is looked at."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.widget import Widget

from mixchat.chat.chat import Chat
from mixchat.domain.errors import StorageError
from mixchat.domain.turn import Turn
from mixchat.secrets.scan import masked
from mixchat.storage.drafts import masked_draft
from mixchat.tui.chat.turn_listeners import TurnEnds, TurnObserver
from mixchat.tui.chat.turn_queue import TurnQueue
from mixchat.tui.composer.message import Draft, read_draft

if TYPE_CHECKING:
    from mixchat.classifier.learned import Lesson
    from mixchat.runtime.runtime import Runtime


class OpenChats:
    """Opens chats one after another. A reply under way is never stopped by looking at another chat."""

    def __init__(self, runtime: "Runtime", screen: Widget) -> None:
        """Take the runtime, which keeps the chats, and the screen, which runs the workers of their turns."""
        self._runtime = runtime
        self._screen = screen
        self._ends: TurnEnds | None = None
        self._observers: Sequence[TurnObserver] = ()
        self._queues: dict[str, TurnQueue] = {}
        self._queue: TurnQueue | None = None
        self._written: dict[str, Draft] = {}
        """By chat: what was being written in it last, in full; on disk it holds no credential."""
        self._left: list[TurnQueue] = []
        """Of chats that were left, and whose draft goes on to the next one without a turn, newest last."""
        self._clean: set[str] = set()
        """The folded texts of the draft that was saved last that hold no credential: they are read for one once."""

    def attach(self, observers: Sequence[TurnObserver], ends: TurnEnds) -> None:
        """Show the turns of the chat on the screen to `observers`; `ends` deals with those that are no reply."""
        self._observers, self._ends = observers, ends

    @property
    def is_open(self) -> bool:
        """Whether a chat is on the screen."""
        return self._queue is not None

    @property
    def queue(self) -> TurnQueue:
        """Runs the turns of the chat on the screen."""
        return self._queue or self.open(self._runtime.new_chat())

    @property
    def chat(self) -> Chat:
        """The chat on the screen."""
        return self.queue.chat

    def open(self, chat: Chat, *, carry: bool = False) -> TurnQueue:
        """Put `chat` on the screen; the one before goes on with its reply if one is under way.

        What is written there goes on to a chat without a turn if `carry`, and from one in which nothing was said
        in any case: such a chat is in no list, so nobody could come back to it.
        """
        if self._ends is None:
            raise RuntimeError("attach comes before the first chat")
        if self._queue is not None:
            unbegun = not self._queue.busy and not self._queue.chat.turns
            if (carry or unbegun) and self._written.get(self._queue.chat.id, Draft()).typed:
                self._left.append(self._queue)
            self._queue.leave()
        queue = self._queues.get(chat.id) or TurnQueue(chat, self, self._ends, self._observers, self._screen)
        self._queues = {id_: other for id_, other in self._queues.items() if other.busy}
        self._queues[chat.id] = self._queue = queue
        queue.enter(self._observers)
        return queue

    def answer_mark(self, turn_id: str) -> str:
        """Return `‹1/3›` for a turn whose prompt has several answers, else nothing."""
        path = self.chat.path
        siblings = path.siblings(turn_id) if path.has(turn_id) else []
        return f"‹{siblings.index(turn_id) + 1}/{len(siblings)}›" if len(siblings) > 1 else ""

    def compared_with(self, turn: Turn) -> list[Turn]:
        """Return the answers that were asked for at once with this one, itself included."""
        path = self.chat.path
        siblings = path.siblings(turn.id) if path.has(turn.id) else []
        return [answer for answer in map(path.turn, siblings) if answer.compared]

    def taught_by(self, turn: Turn) -> "Lesson | None":
        """Return what the router learned from this turn, if that still counts."""
        return self.chat.lessons.taught_by(turn.id)

    def draft(self) -> Draft:
        """Return what was written and not sent in the chat on the screen.

        This window's own drafts come from its memory: on disk the last keys may be missing.
        """
        chat, drafts = self.chat, self._runtime.storage.drafts
        if chat.id in self._written:
            return self._written[chat.id]
        if chat.turns:
            return read_draft(drafts.read(chat.id))
        return self._carry() or read_draft(drafts.read_new(chat.id))

    def _carry(self) -> Draft | None:
        """Move the newest draft that goes on to the chat on the screen there."""
        if not self._left:
            return None
        left = self._left.pop()
        draft = self._written[left.chat.id]
        self.save_draft(draft)  # before it goes from where it was: a kill in between must not lose it
        self._written[left.chat.id] = Draft()
        self.save_unsent(left)
        return draft

    def save_draft(self, draft: Draft) -> None:
        """Save what is written; a history that cannot be written is no reason to stop typing."""
        self._written[self.chat.id] = draft
        self.save_unsent(self.queue)

    def save_unsent(self, queue: TurnQueue) -> None:
        """Put on disk what was not sent: what is written, what waits, and what is on its way into the chat."""
        chat = queue.chat.id
        draft = self._written.get(chat, Draft())
        sent = [*([queue.pending] if queue.pending else []), *queue.waiting]
        pastes = {number: text for message in sent for number, text in message.pastes.items()}
        typed = [*(message.typed for message in sent), draft.typed]
        whole = Draft("\n\n".join(filter(None, typed)), {**pastes, **draft.pastes})
        self._clean = {text for text in whole.pastes.values() if text in self._clean or masked(text) == text}
        allowed = self._runtime.settings.allowed_secrets
        try:
            self._runtime.storage.drafts.write(chat, masked_draft(whole.encode(), allowed, self._clean))
        except StorageError:
            return

    async def close(self) -> None:
        """Stop every reply and wait until all are settled and saved."""
        for queue in list(self._queues.values()):
            await queue.close()
