"""What can be done about a message that mixchat itself stopped: a budget, a secret, a private chat."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from functools import partial
from typing import Final, Protocol

from msgspec import structs

from mixchat.domain.chat_request import GuardOverrides, Pin
from mixchat.domain.errors import Failure
from mixchat.domain.turn import Turn
from mixchat.domain.usage import Cost
from mixchat.ledger import money
from mixchat.tui.chat.context import ChatContext
from mixchat.tui.chat.route_preview import AlternativeSlots
from mixchat.tui.chat.spending_view import SpendingView
from mixchat.tui.handlers.budget import BudgetHandler
from mixchat.tui.handlers.model_download import ModelDownloadHandler
from mixchat.tui.widgets.choice_bar import Option


class Asker(Protocol):
    """Whoever sent a message that was stopped."""

    def ask_again(self, turn: Turn, pin: Pin | None, allow: GuardOverrides) -> None:
        """Ask a turn's prompt again, of `pin` if one is given, with what was allowed."""
        ...


TITLES: Final[Mapping[str, tuple[str, str]]] = {
    "secret": ("Send it anyway?", "secret"),
    "budget": ("Send it anyway?", "budget"),
    "private": ("Which model may answer?", "private"),
}
"""What is asked about a guard, and what the tracker calls it."""
_WHOSE: Final[Mapping[str, str]] = {
    "message": "the budget of a message",
    "chat": "this chat's budget",
    "day": "today's budget",
    "month": "this month's budget",
}


class GuardOptions:
    """Makes the answers to the question that a guard leads to.

    Args:
        context: knows the chat, and who else could take the message.
        budget: knows the limits and raises them.
        download: fetches the model that runs on this machine.
        asker: asks the prompt again.
    """

    def __init__(
        self, context: ChatContext, budget: BudgetHandler, download: ModelDownloadHandler, asker: Asker
    ) -> None:
        self.context = context
        self._slots = AlternativeSlots(context.runtime)
        self._spending = SpendingView(context.runtime)
        self._budget = budget
        self._download = download
        self._asker = asker

    def answers(
        self, turn: Turn, failure: Failure, *, is_private: bool, beside: Collection[str] = ()
    ) -> list[Option]:
        """Return what can be done, the cheapest first; whoever asks adds what Esc does.

        Models that answer `beside` the turn, by their references, are not offered in its place.
        """
        match failure.code:
            case "secret":
                return self._about_a_secret(turn, beside)
            case "budget":
                return self._about_a_budget(turn, failure, beside)
            case _:
                return self._about_privacy(turn, beside, is_private=is_private)

    def sentence(self, turn: Turn, failure: Failure) -> str:
        """Return why a message was stopped, in dollars and models."""
        overrun = failure.overrun
        state = self._budget.state(overrun, turn) if overrun is not None else None
        if overrun is None or state is None or overrun.amount is None:
            return failure.message
        over = state.used + overrun.amount - state.limit
        price, beyond = (money.cost(Cost(usd, exact=False)) for usd in (overrun.amount, over))
        whose = _WHOSE[overrun.scope]
        return f"{price} would pass {whose} of {money.dollars(state.limit)} by {beyond}."

    def _option(
        self,
        key: str,
        label: str,
        turn: Turn,
        pin: Pin | None = None,
        allow: GuardOverrides = GuardOverrides(),
        *,
        short: str = "",
        usd: Decimal | None = None,
    ) -> Option:
        known = Cost(usd, exact=False) if usd is not None else None
        cost = known or self._spending.estimate(self.context.chat, turn, pin)
        return Option(key, label, partial(self._asker.ask_again, turn, pin, allow), cost, short)

    def _about_a_secret(self, turn: Turn, beside: Collection[str]) -> list[Option]:
        anyway = self._option("alt+a", "Send anyway", turn, allow=GuardOverrides(secret=True))
        for_good = self._option(
            "alt+n",
            "Send, and never ask about it again",
            turn,
            allow=GuardOverrides(secret=True, secret_for_good=True),
            short="never ask again",
        )
        return [*self._local(turn, beside), anyway, for_good]

    def _local(self, turn: Turn, beside: Collection[str]) -> list[Option]:
        local = self._slots.local()
        if local is None or local.name in beside:
            return []
        model = local.slot.ref.model if local.slot else local.name
        return [self._option("enter", f"Use {model} on this machine", turn, local, short="local model")]

    def _about_a_budget(self, turn: Turn, failure: Failure, beside: Collection[str]) -> list[Option]:
        answers: list[Option] = []
        cheaper = self._slots.cheaper(failure.ref or turn.ref)
        if cheaper is not None and cheaper.name not in beside:
            model = cheaper.slot.ref.model if cheaper.slot else cheaper.name
            answers.append(
                self._option("enter", f"Use {model} instead", turn, cheaper, short="cheaper model")
            )
        overrun = failure.overrun
        priced = overrun is None or overrun.scope != "price"
        how = "Send anyway, once" if priced else "Send, and do not ask again in this chat"
        allow = GuardOverrides(over_budget=True)
        usd = overrun.amount if overrun is not None else None
        answers.append(self._option("alt+a", how, turn, allow=allow, short="send anyway", usd=usd))
        limit = self._budget.next_limit(overrun, turn) if overrun else None
        if overrun is not None and limit is not None:
            label = f"Raise the budget to {money.dollars(limit)} a {overrun.scope}"
            raised = partial(self._raise, turn, overrun.scope, limit)
            answers.append(Option("alt+b", label, raised, short="raise the budget"))
        return answers

    def _raise(self, turn: Turn, span: str, limit: Decimal) -> None:
        if self._budget.raise_to(span, limit):
            self._asker.ask_again(turn, None, GuardOverrides())

    def _about_privacy(self, turn: Turn, beside: Collection[str], *, is_private: bool) -> list[Option]:
        answers = self._local(turn, beside)
        if self._slots.local() is None:
            answers.append(
                Option(
                    "enter", "Download a small model that runs here", self._download.fetch, short="download"
                )
            )
        if is_private:
            open_up = partial(self._open_up, turn)
            answers.append(
                Option("alt+u", "Let this chat leave the machine", open_up, short="leave the machine")
            )
        return answers

    def _open_up(self, turn: Turn) -> None:
        """Let a private chat go to any model, because it was said so, and ask again."""
        chat = self.context.chat
        if chat.record.private:
            chat.save_record(structs.replace(chat.record, private=False))
            self._asker.ask_again(turn, None, GuardOverrides())
