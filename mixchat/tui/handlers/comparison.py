"""A comparison under way: events to columns, and what is left when it ends."""

from collections.abc import Sequence
from contextlib import aclosing
from typing import Final

from msgspec import Struct, structs

from mixchat.chat.attach_all import attach_all
from mixchat.chat.chat import Chat
from mixchat.chat.compare import compare
from mixchat.domain.chat_request import TurnRequest
from mixchat.domain.turn import Turn
from mixchat.domain.usage import FREE, Cost
from mixchat.tui.chat.answer_column import AnswerColumn
from mixchat.tui.chat.context import ChatContext
from mixchat.tui.formatting import why_unsent
from mixchat.tui.handlers.compare_request import ComparisonRequest

ALL_REPLIES: Final = "all replies"
"""What the large figure is of while several answer."""


class Comparison(Struct, frozen=True):
    """A chat, what is compared in it, and a column for each who answers."""

    chat: Chat
    request: ComparisonRequest
    columns: Sequence[AnswerColumn]

    async def run(self, columns: Sequence[AnswerColumn]) -> None:
        """Answer in these columns. Cancelled, each keeps what came; one to which nothing came is empty.

        Raises:
            BadRequest: a file cannot go along; nothing was sent.
            StorageError: the prompt cannot be saved.
        """
        request = self.request
        files = await attach_all(self.chat, request.files, request.addresses, known=request.prompt.files)
        prompt = structs.replace(request.prompt, files=tuple(dict.fromkeys((*request.prompt.files, *files))))
        pins = [column.pin for column in columns]
        try:
            async with aclosing(compare(self.chat, prompt, pins, request.parent)) as events:
                async for number, event in events:
                    columns[number].show(event)
        finally:
            for column in columns:
                turn = column.turn
                kept = turn is not None and self.chat.path.has(turn.id)
                column.settle(self.chat.path.turn(turn.id) if turn is not None and kept else None)

    @property
    def turns(self) -> list[Turn]:
        """The answers that there are, complete or not."""
        return [column.turn for column in self.columns if column.turn is not None]

    @property
    def cost(self) -> Cost:
        """What the answers have cost so far, together."""
        return sum((column.spent for column in self.columns), FREE)

    @property
    def progress(self) -> str:
        """How many of the answers are there, in words."""
        written = sum(column.turn is not None and not column.writes for column in self.columns)
        return f"{written} of {len(self.columns)} done"

    @property
    def answered(self) -> list[Turn]:
        """The answers that say something."""
        return [turn for turn in self.turns if turn.reply]

    @property
    def stopped(self) -> list[AnswerColumn]:
        """The columns that mixchat itself stopped before anything was sent, all for the same reason."""
        found = [column for column in self.columns if _guard(column.turn)]
        return [column for column in found if _guard(column.turn) == _guard(found[0].turn)]

    def forget(self, columns: Sequence[AnswerColumn]) -> None:
        """Take back the turns of these columns to which nothing came, so that they can be asked again."""
        path = self.chat.path
        for turn in (column.turn for column in columns):
            if turn is None or turn.reply:
                continue
            if path.has(turn.id) and path.is_last(turn.id):
                path.withdraw(turn.id)

    def turn(self, number: int) -> Turn | None:
        """Return the answer with that number, counted from 1."""
        return self.columns[number - 1].turn if 0 < number <= len(self.columns) else None


class ShownComparison:
    """The comparison that stands in the conversation's place, if one does."""

    def __init__(self, context: ChatContext) -> None:
        self._context = context
        self._last: Comparison | None = None

    @property
    def now(self) -> Comparison | None:
        """The comparison on the screen; looking at another chat leaves it."""
        last = self._last
        return last if last is not None and self._context.widgets.compared.holds(last.columns) else None

    def put(self, comparison: Comparison) -> None:
        """Show the columns of a comparison, with the role that its prompt would have had."""
        self._last = comparison
        context, words = self._context, comparison.request.prompt.text
        routed = context.chat.routing_input(TurnRequest(text=words))
        role = context.runtime.routing.router.decide_locally(routed).role
        context.widgets.compared.put(words, comparison.columns, role)
        context.view.body.show_comparison()

    def step(self, by: int) -> bool:
        """Open the next answer (1) or the one before (-1); return whether a comparison is shown."""
        is_shown = self.now is not None
        if is_shown:
            self._context.widgets.compared.step(by)
        return is_shown

    def update(self, comparison: Comparison) -> None:
        """Let the same columns be those of another comparison: some of them are asked anew."""
        self._last = comparison


def _guard(turn: Turn | None) -> str:
    """Return which guard stopped a turn to which nothing came, or nothing."""
    return turn.failure.code if turn is not None and turn.failure is not None and why_unsent(turn) else ""
