"""A branch of turns as the neutral messages that any model can be sent."""

from collections.abc import Sequence

from mixchat.domain.request import Attachment, Message
from mixchat.domain.turn import FileRef, Outcome, Turn
from mixchat.storage.turns import TurnStore

CONTINUE = "Continue exactly where your reply stopped. Do not repeat anything and do not comment on the cut."
TO_CONTINUE = 3
"""The messages at the end of `to_continue` that make no sense apart."""
_MOST_CHARACTERS = 6_000_000
"""Text further back than this is not even read: no model's window is as large."""


class Messages:
    """Builds messages from turns; attachments come from the history, as they were when they were sent."""

    def __init__(self, store: TurnStore) -> None:
        self._store = store
        self._built: dict[tuple[str, int], tuple[Message, Message]] = {}

    def of(self, turns: Sequence[Turn], prompt: str, files: Sequence[FileRef]) -> tuple[Message, ...]:
        """Return the messages for `prompt` after `turns`; turns without any reply are left out."""
        return (*self._replayed(turns), self._asked(prompt, files))

    def to_continue(self, turns: Sequence[Turn], cut: Turn) -> tuple[Message, ...]:
        """Return the messages that ask for the rest of `cut`, which follows `turns`.

        The person speaks last, because many models reject a reply that is begun for them.
        """
        asked = self.of(turns, cut.prompt, cut.files)
        return (*asked, Message("assistant", cut.reply), Message("user", CONTINUE))

    def _replayed(self, turns: Sequence[Turn]) -> tuple[Message, ...]:
        messages: list[Message] = []
        characters = 0
        for turn in reversed(turns):
            if not turn.reply:
                continue
            characters += len(turn.prompt) + len(turn.reply)
            if characters > _MOST_CHARACTERS:
                break
            messages += self._pair(turn)
            if turn.compacts and turn.outcome is Outcome.COMPLETE:
                break
        return tuple(reversed(messages))

    def _pair(self, turn: Turn) -> tuple[Message, Message]:
        """Return reply and prompt, built once: a long chat is sent again with every turn."""
        key = (turn.id, len(turn.reply))
        pair = self._built.get(key)
        if pair is None:
            private = turn.decision is not None and turn.decision.private
            asked = self._asked(turn.prompt, turn.files, private=private)
            pair = self._built[key] = (Message("assistant", turn.reply, private=private), asked)
        return pair

    def _asked(self, prompt: str, files: Sequence[FileRef], *, private: bool = False) -> Message:
        attachments = tuple(
            Attachment(_shown_name(file.path), file.media_type, data)
            for file in files
            if (data := self._store.file(file.digest)) is not None
        )
        return Message("user", prompt, attachments, private)


def _shown_name(path: str) -> str:
    """Return what a model is told of where a file was: its name, or the whole web address."""
    return path if path.startswith(("http://", "https://")) else path.replace("\\", "/").rpartition("/")[2]
