"""What can be done about a message that mixchat itself stopped: a budget, a secret, a private chat."""

from collections.abc import Callable, Collection
from decimal import Decimal

from mixchat.domain.chat_request import GuardOverrides, Pin
from mixchat.domain.errors import Failure
from mixchat.domain.turn import Turn
from mixchat.tui import formatting
from mixchat.tui.chat.route_preview import AlternativeSeats
from mixchat.tui.choice_bar import Option
from mixchat.tui.handlers.budget import BudgetHandlers

Again = Callable[[Turn, Pin | None, GuardOverrides], None]
"""Asks a turn's prompt again, of that one if one is given, with what was allowed."""


class GuardOptions:
    """Makes the answers to the question that a guard leads to.

    Args:
        seats: who else could take the message.
        budgeting: knows the limits and raises them.
        again: asks the prompt again.
        open_up: lets a private chat go to any model; returns whether it was private.
        fetch: fetches the model that runs on this machine.
    """

    def __init__(
        self,
        seats: AlternativeSeats,
        budgeting: BudgetHandlers,
        again: Again,
        open_up: Callable[[], bool],
        fetch: Callable[[], None],
    ) -> None:
        self._seats = seats
        self._budgeting = budgeting
        self._again = again
        self._open_up = open_up
        self._fetch = fetch

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

    def _about_a_secret(self, turn: Turn, beside: Collection[str]) -> list[Option]:
        anyway = Option("a", "send anyway", lambda: self._again(turn, None, GuardOverrides(secret=True)))
        return [anyway, *self._local(turn, beside)]

    def _local(self, turn: Turn, beside: Collection[str]) -> list[Option]:
        local = self._seats.local()
        if local is None or local.name in beside:
            return []
        return [
            Option(
                "l",
                f"send to {local.name} on this machine",
                lambda: self._again(turn, local, GuardOverrides()),
            )
        ]

    def _about_a_budget(self, turn: Turn, failure: Failure, beside: Collection[str]) -> list[Option]:
        once = Option("o", "go on once", lambda: self._again(turn, None, GuardOverrides(over_budget=True)))
        answers = [once]
        overrun = failure.overrun
        limit = self._budgeting.next_limit(overrun, turn) if overrun else None
        if overrun is not None and limit is not None:
            words = f"raise it to {formatting.dollars(limit)} a {overrun.scope}"
            answers.append(Option("r", words, lambda: self._raise(turn, overrun.scope, limit)))
        cheaper = self._seats.cheaper(failure.ref or turn.ref)
        if cheaper is not None and cheaper.name not in beside:
            words = f"ask {cheaper.name}, which is cheaper"
            answers.append(Option("c", words, lambda: self._again(turn, cheaper, GuardOverrides())))
        return answers

    def _raise(self, turn: Turn, span: str, limit: Decimal) -> None:
        if self._budgeting.raise_to(span, limit):
            self._again(turn, None, GuardOverrides())

    def _about_privacy(self, turn: Turn, beside: Collection[str], *, is_private: bool) -> list[Option]:
        answers = self._local(turn, beside)
        if self._seats.local() is None:
            answers.append(Option("g", "get a model that runs here", self._fetch))
        if is_private:
            answers.append(Option("p", "let this chat leave the machine", lambda: self._opened(turn)))
        return answers

    def _opened(self, turn: Turn) -> None:
        if self._open_up():
            self._again(turn, None, GuardOverrides())
