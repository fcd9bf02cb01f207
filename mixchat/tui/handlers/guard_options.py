"""What can be done about a message that mixchat itself stopped: a budget, a secret, a private chat."""

from collections.abc import Collection
from decimal import Decimal
from functools import partial
from typing import Protocol

from msgspec import structs

from mixchat.domain.chat_request import GuardOverrides, Pin
from mixchat.domain.errors import Failure
from mixchat.domain.turn import Turn
from mixchat.tui import formatting
from mixchat.tui.chat.context import ChatContext
from mixchat.tui.chat.route_preview import AlternativeSlots
from mixchat.tui.choice_bar import Option
from mixchat.tui.handlers.budget import BudgetHandler
from mixchat.tui.handlers.model_download import ModelDownloadHandler


class Asker(Protocol):
    """Whoever sent a message that was stopped."""

    def ask_again(self, turn: Turn, pin: Pin | None, allow: GuardOverrides) -> None:
        """Ask a turn's prompt again, of `pin` if one is given, with what was allowed."""
        ...


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
        self._budget = budget
        self._download = download
        self._asker = asker

    def answers(
        self, turn: Turn, failure: Failure, *, is_private: bool, beside: Collection[str] = ()
    ) -> list[Option]:
        """Return what can be done, the mildest first; whoever asks adds what Esc does.

        Models that answer `beside` the turn, by their references, are not offered in its place.
        """
        match failure.code:
            case "secret":
                return self._about_a_secret(turn, beside)
            case "budget":
                return self._about_a_budget(turn, failure, beside)
            case _:
                return self._about_privacy(turn, beside, is_private=is_private)

    def _option(
        self,
        key: str,
        label: str,
        turn: Turn,
        pin: Pin | None = None,
        allow: GuardOverrides = GuardOverrides(),
    ) -> Option:
        return Option(key, label, partial(self._asker.ask_again, turn, pin, allow))

    def _about_a_secret(self, turn: Turn, beside: Collection[str]) -> list[Option]:
        anyway = self._option("a", "send anyway", turn, allow=GuardOverrides(secret=True))
        for_good = self._option(
            "n",
            "send, and never ask about it again",
            turn,
            allow=GuardOverrides(secret=True, secret_for_good=True),
        )
        return [anyway, for_good, *self._local(turn, beside)]

    def _local(self, turn: Turn, beside: Collection[str]) -> list[Option]:
        local = self._slots.local()
        if local is None or local.name in beside:
            return []
        return [self._option("l", f"send to {local.name} on this machine", turn, local)]

    def _about_a_budget(self, turn: Turn, failure: Failure, beside: Collection[str]) -> list[Option]:
        overrun = failure.overrun
        how = (
            "go on in this chat" if overrun is not None and overrun.scope == "price" else "send anyway, once"
        )
        answers = [self._option("o", how, turn, allow=GuardOverrides(over_budget=True))]
        limit = self._budget.next_limit(overrun, turn) if overrun else None
        if overrun is not None and limit is not None:
            label = f"raise it to {formatting.dollars(limit)} a {overrun.scope}"
            answers.append(Option("r", label, partial(self._raise, turn, overrun.scope, limit)))
        cheaper = self._slots.cheaper(failure.ref or turn.ref)
        if cheaper is not None and cheaper.name not in beside:
            answers.append(self._option("c", f"ask {cheaper.name}, which is cheaper", turn, cheaper))
        return answers

    def _raise(self, turn: Turn, span: str, limit: Decimal) -> None:
        if self._budget.raise_to(span, limit):
            self._asker.ask_again(turn, None, GuardOverrides())

    def _about_privacy(self, turn: Turn, beside: Collection[str], *, is_private: bool) -> list[Option]:
        answers = self._local(turn, beside)
        if self._slots.local() is None:
            answers.append(Option("g", "get a model that runs here", self._download.fetch))
        if is_private:
            answers.append(Option("p", "let this chat leave the machine", partial(self._open_up, turn)))
        return answers

    def _open_up(self, turn: Turn) -> None:
        """Let a private chat go to any model, because it was said so, and ask again."""
        chat = self.context.chat
        if chat.record.private:
            chat.save_record(structs.replace(chat.record, private=False))
            self._asker.ask_again(turn, None, GuardOverrides())
