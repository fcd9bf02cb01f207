"""Budgets: what a chat, a day, a month or one message may cost, and how much of it is used."""

import sqlite3
from datetime import tzinfo
from decimal import Decimal
from typing import Final, Literal

from msgspec import Struct

from mixchat.config.config import Budget
from mixchat.domain.clock import Clock
from mixchat.domain.errors import BudgetOverrun, OverBudget
from mixchat.domain.meter import MeteredCall
from mixchat.ledger.dates import local_day, month_of
from mixchat.ledger.money import ZERO, dollars, from_pico
from mixchat.storage.database import Database

Scope = Literal["message", "chat", "day", "month"]

PRICE: Final = "price"
"""The scope of a question that no budget is passed by: nobody knows what the call costs."""
_ASKED_ABOUT: Final = frozenset({"answer", "plan", "execute", "compare", "merge"})
_WHOSE: Final[dict[Scope, str]] = {
    "message": "one message", "chat": "this chat", "day": "the day", "month": "the month",
}  # fmt: skip

WARN_AT: Final = Decimal("0.8")
"""The part of a budget at which a person is told."""

_SPENT: Final[dict[Scope, str]] = {
    "message": "SELECT sum(cost) FROM calls WHERE turn = :turn",
    "chat": "SELECT sum(cost) FROM tallies WHERE kind = 'chat' AND key = :chat",
    "day": "SELECT sum(cost) FROM tallies WHERE kind = 'day' AND key = :day",
    "month": "SELECT sum(cost) FROM tallies WHERE kind = 'day' AND key BETWEEN :month AND :day",
}
_RESERVED: Final[dict[Scope, str]] = {
    "message": "SELECT sum(amount) FROM reservations WHERE turn = :turn",
    "chat": "SELECT sum(amount) FROM reservations WHERE chat = :chat",
    "day": "SELECT sum(amount) FROM reservations WHERE day = :day",
    "month": "SELECT sum(amount) FROM reservations WHERE day BETWEEN :month AND :day",
}


class BudgetState(Struct, frozen=True, kw_only=True):
    """One budget and how much of it is used. Unknown prices are no part of it."""

    scope: Scope
    limit: Decimal
    """Dollars."""
    spent: Decimal
    """Dollars of the calls in the ledger."""
    reserved: Decimal
    """Dollars that the calls under way may cost, those of another mixchat included."""

    @property
    def used(self) -> Decimal:
        """Dollars spent and reserved."""
        return self.spent + self.reserved

    @property
    def fraction(self) -> Decimal:
        """The part that is used; 1 is all of it."""
        return self.used / self.limit if self.limit else Decimal(1)

    @property
    def warn(self) -> bool:
        """Whether four fifths or more are used."""
        return self.fraction >= WARN_AT

    @property
    def over(self) -> bool:
        """Whether nothing is left."""
        return self.used >= self.limit


class Budgets:
    """The limits in force. `limits` may be replaced at any time, as when a person raises one.

    Args:
        limits: dollars by scope; a scope without a limit is never looked at.
        database: the history file with the ledger in it.
        clock: says which day and month it is.
        zone: where the person is; `None` is the machine's own zone.
    """

    def __init__(
        self, limits: Budget, database: Database, clock: Clock, *, zone: tzinfo | None = None
    ) -> None:
        self.limits = limits
        self.go_on_unpriced = ""
        """What whoever is there does to go on with a call of unknown price: then a chat's first one is stopped for that.

        Empty: nobody can be asked, and none is stopped.
        """
        self._database = database
        self._clock = clock
        self._zone = zone

    @property
    def any(self) -> bool:
        """Whether there is a limit at all."""
        return self.limits != Budget()

    def states(
        self,
        chat: str | None = None,
        turn: str | None = None,
        connection: sqlite3.Connection | None = None,
    ) -> tuple[BudgetState, ...]:
        """Return every budget that applies to a call of `chat` and `turn`, the narrowest first.

        They are read by `connection`, where it is part of a transaction.
        """
        connection = connection or self._database.connection
        limits: dict[Scope, Decimal | None] = {
            "message": self.limits.message if turn else None,
            "chat": self.limits.chat if chat else None,
            "day": self.limits.day,
            "month": self.limits.month,
        }
        day = local_day(self._clock.now(), self._zone)
        about = {"turn": turn, "chat": chat, "day": day, "month": month_of(day)}
        return tuple(
            BudgetState(
                scope=scope,
                limit=limit,
                spent=_sum(connection, _SPENT[scope], about),
                reserved=_sum(connection, _RESERVED[scope], about),
            )
            for scope, limit in limits.items()
            if limit is not None
        )

    def fraction(self, chat: str | None = None) -> Decimal | None:
        """Return the used part of the budget that is nearest its end, or `None` without any budget."""
        return max((state.fraction for state in self.states(chat)), default=None)

    def check(self, connection: sqlite3.Connection, call: MeteredCall, amount: Decimal | None) -> None:
        """Let a call of about `amount` dollars through, or stop it before anything is sent.

        Part of the transaction in which the amount is set aside.

        A call that costs nothing is never stopped; one of unknown price when nothing is left, and once a chat where
        somebody can be asked.

        Raises:
            OverBudget: the call would pass a budget; the sentence says which, and what to do.
        """
        if amount == ZERO or call.allow_over_budget:
            return
        for state in self.states(call.chat, call.turn, connection):
            if state.used + (amount or ZERO) > state.limit or (amount is None and state.over):
                overrun = BudgetOverrun(state.scope, amount)
                raise OverBudget(_sentence(state, amount), ref=call.ref, overrun=overrun)
            if amount is None and self.go_on_unpriced and _is_first_unknown(connection, call):
                raise OverBudget(
                    _question(state, call, self.go_on_unpriced), ref=call.ref, overrun=BudgetOverrun(PRICE)
                )


def _is_first_unknown(connection: sqlite3.Connection, call: MeteredCall) -> bool:
    """Whether the chat has made no call of unknown price yet, and this one answers a person."""
    if call.chat is None or call.purpose not in _ASKED_ABOUT:
        return False
    query = "SELECT 1 FROM calls WHERE chat = ? AND cost IS NULL LIMIT 1"
    return connection.execute(query, (call.chat,)).fetchone() is None


def _sum(connection: sqlite3.Connection, query: str, about: dict[str, str | None]) -> Decimal:
    try:
        row = connection.execute(query, about).fetchone()
    except sqlite3.OperationalError as error:
        raise OverBudget(
            f"The budget cannot be checked because the ledger cannot be read ({error}); "
            "close what holds the history file and try again."
        ) from error
    return from_pico(row[0] or 0)


def _question(state: BudgetState, call: MeteredCall, go_on: str) -> str:
    whose = _WHOSE[state.scope]
    return (
        f"The price of {call.ref} is not known, so the budget of {dollars(state.limit)} for {whose} cannot count it; "
        f'{go_on}, or set its price under [prices."{call.ref}"] in the config.'
    )


def _sentence(state: BudgetState, amount: Decimal | None) -> str:
    whose = _WHOSE[state.scope]
    may = "has no known price" if amount is None else f"may cost {dollars(amount, exact=False)}"
    return (
        f"The budget of {dollars(state.limit)} for {whose} would be passed: {dollars(state.used)} is used and "
        f"this call {may}; raise `{state.scope}` under [budget], or use a cheaper model."
    )
