"""Summing a long chat up: what it would cost is said before a model is asked."""

from functools import partial

from mixchat.chat.operations import compact
from mixchat.chat.titles import CHEAP
from mixchat.domain.chat_request import Pin
from mixchat.domain.usage import Cost
from mixchat.ledger import money
from mixchat.tui.actions.dispatch import handles
from mixchat.tui.chat.context import ChatContext
from mixchat.tui.chat.spending_view import SpendingView
from mixchat.tui.handlers.handler import ChatHandler
from mixchat.tui.widgets.choice_bar import Option, Question


class CompactionHandler(ChatHandler):
    """Sums a chat up in a turn that stands for all before it."""

    def __init__(self, context: ChatContext, spending: SpendingView) -> None:
        super().__init__(context)
        self._spending = spending

    @handles("compact")
    def compact(self, name: str) -> None:
        """Sum the chat up: at once where the price stands under the prompt or is small, else after it was seen."""
        queue = self.context.queue
        if queue.busy:
            self.say_busy()
        elif not queue.chat.turns:
            self.context.notify("There is nothing to sum up yet.")
        elif (pin := self.context.pin(name) if name else None) is not None or not name:
            self._offer(pin)

    def _offer(self, pin: Pin | None) -> None:
        offer = self._spending.compaction(self.context.chat, pin)
        if offer is None:
            self.context.notify("No model can be asked to sum this chat up.")
            return
        preview = self.context.composer.preview
        seen = pin is None and bool(preview.compaction)
        if seen or (offer.usd is not None and offer.usd < CHEAP):
            self._begin(pin)
            return
        cost = (
            "at a price that is not known" if offer.usd is None else f"for about {money.dollars(offer.usd)}"
        )
        self.context.widgets.choices.ask(
            Question(
                title="Sum this chat up?",
                words=f"{offer.ref.model} would do it {cost}. What is above stays, and is no longer sent.",
                options=[
                    Option(
                        "enter",
                        "Sum it up",
                        partial(self._begin, pin),
                        Cost(offer.usd, exact=False) if offer.usd is not None else None,
                    ),
                    Option(
                        self.context.key("stop"),
                        "leaves it",
                        self.context.composer.area.focus,
                        short="leave it",
                    ),
                ],
                about="summary",
            )
        )

    def _begin(self, pin: Pin | None) -> None:
        self.context.composer.area.focus()
        queue = self.context.queue
        if not queue.busy:
            queue.run_events(compact(queue.chat, pin))
