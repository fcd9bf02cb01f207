"""Titles: what a chat is called."""

import asyncio
from decimal import Decimal
from functools import partial
from typing import Final

from msgspec import structs

from mixchat.chat.chat import Chat
from mixchat.chat.first_words import first_words, has_own_title
from mixchat.chat.titles import CHEAP, Price, make_title, title_request
from mixchat.classifier.heuristics import is_small_talk
from mixchat.domain.chat_request import ChatRequest, Pin, RoutingInput
from mixchat.domain.decision import RoutingDecision
from mixchat.domain.errors import ProviderError, StorageError
from mixchat.domain.events import ChatEvent
from mixchat.domain.live_turn import LiveTurn
from mixchat.domain.role import QUICK
from mixchat.domain.stack import Slot
from mixchat.domain.turn import Outcome, Turn
from mixchat.domain.usage import Cost
from mixchat.ledger import money
from mixchat.tui.actions.dispatch import handles
from mixchat.tui.chat.context import ChatContext
from mixchat.tui.chat.spending_view import SpendingView
from mixchat.tui.handlers.handler import ChatHandler
from mixchat.tui.widgets.choice_bar import Option, Question

_SOON: Final = 3
"""Turns after which a chat that has no title yet is left with its first words."""


class TitleHandler(ChatHandler):
    """Names chats, by hand or by a cheap model beside the conversation."""

    def __init__(self, context: ChatContext, spending: SpendingView) -> None:
        super().__init__(context)
        self._spending = spending
        self._tried: set[str] = set()
        """The chats for which a title was asked; nobody asks twice."""

    def begin(self, turn: Turn, live: LiveTurn) -> None:
        """Nothing yet: a title is made from a reply."""

    def show(self, event: ChatEvent) -> None:
        """Nothing yet."""

    def settle(self, turn: Turn) -> None:
        """Have the chat named after its first replies, unless that would not be cheap or the config says no."""
        chat, titles = self.context.chat, self.context.runtime.settings.config.titles
        if titles is False or turn.outcome is not Outcome.COMPLETE or not 0 < len(chat.path) <= _SOON:
            return
        if (
            chat.id in self._tried
            or has_own_title(chat.record.title, chat.turns)
            or all(is_small_talk(t.prompt) for t in chat.turns)
        ):
            return
        pin = self._pin()
        if pin is None and isinstance(titles, str):
            self.context.notify(f"titles in the config names {titles}, which is not a role, alias or model.")
        elif pin is not None:
            self._tried.add(chat.id)
            self.context.run_worker(self._make_title(chat, pin, self._limit, asked=False))

    def _pin(self) -> Pin | None:
        """Return who makes titles; `None`: nobody does unasked."""
        routing, titles = self.context.runtime.routing, self.context.runtime.settings.config.titles
        if isinstance(titles, str):
            return routing.resolve_name(titles)
        return Pin(QUICK, role=QUICK) if QUICK in routing.stack.roles else None

    @property
    def _limit(self) -> Price | None:
        """What tells the price where only a cheap model of the role may be asked: the config names none."""
        named = isinstance(self.context.runtime.settings.config.titles, str)
        return None if named else self._price_in_role

    def _price_in_role(
        self, chat_request: ChatRequest, decision: RoutingDecision, slot: Slot
    ) -> Decimal | None:
        role = self.context.runtime.routing.stack.roles.get(QUICK)
        own = role is not None and slot.ref in [each.ref for each in role.slots]
        return self._spending.price(chat_request, decision, slot) if own else None

    @handles("title")
    def title(self, text: str) -> None:
        """Name the chat; without words a cheap model does."""
        chat = self.context.chat
        if not chat.turns:
            self.context.notify("There is nothing to name yet.")
        elif text:
            self._save(chat, text)
        else:
            self._offer_title(chat, self._pin() or Pin(QUICK, role=QUICK))

    def _offer_title(self, chat: Chat, pin: Pin) -> None:
        """Ask for a title at once where it is cheap; else say first what it would cost."""
        chat_request = title_request(chat)
        question = RoutingInput(prompt="", pin=pin, private=chat.record.private, chat=chat.id)
        try:
            decision = self.context.runtime.routing.router.decide_locally(question)
        except ProviderError as error:
            self.context.notify(str(error))
            return
        if not decision.fallback_order:
            self.context.notify("No model can be asked for a title; /title WORDS sets one.")
            return
        slot = decision.fallback_order[0]
        usd = self._spending.price(chat_request, decision, slot)
        named = partial(self._make_title, chat, pin, None, asked=True)
        if usd is not None and usd < CHEAP:
            self.context.run_worker(named())
            return
        cost = "at a price that is not known" if usd is None else f"for about {money.dollars(usd)}"
        self.context.widgets.choices.ask(
            Question(
                title="Name this chat?",
                words=f"{slot.ref.model} would do it {cost}.",
                options=[
                    Option(
                        "enter",
                        "Name it",
                        lambda: self.context.run_worker(named()),
                        Cost(usd, exact=False) if usd is not None else None,
                    ),
                    Option(
                        self.context.key("stop"),
                        "leaves it",
                        self.context.composer.area.focus,
                        short="leave it",
                    ),
                ],
                about="title",
            )
        )

    def _save(self, chat: Chat, text: str) -> None:
        before = chat.record.title
        try:
            chat.save_record(structs.replace(chat.record, title=first_words(text)))
        except StorageError as error:
            self.context.notify(str(error))
        else:
            self.context.notify(f"This chat is called {chat.record.title}; before, it was {before}.")
        self.context.view.refresh()

    async def _make_title(self, chat: Chat, pin: Pin, limit: Price | None, *, asked: bool) -> None:
        """Ask for a title. Nobody waits for it, and without `asked` nobody is told when there is none."""
        if limit is not None and not self.context.runtime.storage.prices.ready:
            await asyncio.to_thread(self.context.runtime.storage.prices.load)
        try:
            named = await make_title(chat, self.context.runtime.routing.router, pin, limit)
        except StorageError as error:
            self.context.notify(str(error))
            return
        if self.context.chat is chat and chat.path:
            self.context.widgets.transcript.replace(chat.path[0])
        if asked:
            self.context.notify(
                f"This chat is called {chat.record.title}."
                if named
                else "No title came; /title WORDS sets one."
            )
        self.context.view.refresh()
