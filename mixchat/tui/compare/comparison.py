"""A comparison under way: events to columns, and what is left when it ends."""

from collections.abc import Sequence
from contextlib import aclosing

from msgspec import Struct, structs

from mixchat.chat.chat import Chat
from mixchat.chat.compare import compare
from mixchat.tui.compare.answer_column import AnswerColumn
from mixchat.tui.compare.asked import Asked
from mixchat.words.error import Failure
from mixchat.words.turn import Turn


class Comparison(Struct, frozen=True):
    """A chat, what is compared in it, and a column for each who answers."""

    chat: Chat
    asked: Asked
    columns: Sequence[AnswerColumn]

    async def run(self) -> None:
        """Answer in every column. Cancelled, each keeps what came; one to which nothing came is empty.

        Raises:
            BadRequest: a file cannot go along; nothing was sent.
            StorageError: the prompt cannot be saved.
        """
        asked = self.asked
        files = tuple(self.chat.attach(path) for path in asked.files)
        prompt = structs.replace(asked.prompt, files=(*asked.prompt.files, *files))
        try:
            async with aclosing(compare(self.chat, prompt, asked.pins, asked.parent)) as events:
                async for number, event in events:
                    self.columns[number].show(event)
        finally:
            for column in self.columns:
                turn = column.turn
                kept = turn is not None and self.chat.path.has(turn.id)
                column.settle(self.chat.path.turn(turn.id) if turn is not None and kept else None)

    @property
    def turns(self) -> list[Turn]:
        """The answers that there are, complete or not."""
        return [column.turn for column in self.columns if column.turn is not None]

    @property
    def answered(self) -> list[Turn]:
        """The answers that say something."""
        return [turn for turn in self.turns if turn.reply]

    @property
    def guard(self) -> Failure | None:
        """What mixchat itself stopped all of them for, if nobody answered."""
        if self.answered:
            return None
        failures = [turn.failure for turn in self.turns if turn.failure is not None]
        return next((failure for failure in failures if failure.code in {"secret", "budget"}), None)

    def forget_unanswered(self) -> None:
        """Take back the turns that were stopped before anything was sent, so that they can be asked again."""
        for turn in self.turns:
            if (
                not turn.attempts
                and not turn.reply
                and self.chat.path.has(turn.id)
                and self.chat.path.is_last(turn.id)
            ):
                self.chat.path.withdraw(turn.id)

    def turn(self, number: int) -> Turn | None:
        """Return the answer with that number, counted from 1."""
        return self.columns[number - 1].turn if 0 < number <= len(self.columns) else None
