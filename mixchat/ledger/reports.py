"""Sums over the ledger: by model, role, provider, chat or day, and the figures that the screen shows."""

import sqlite3
from collections.abc import Sequence
from datetime import tzinfo
from decimal import Decimal
from typing import Any, Final, Literal, get_args

from msgspec import Struct

from mixchat.domain.clock import Clock
from mixchat.domain.meter import MeteredCall
from mixchat.domain.usage import Cost, CostSum
from mixchat.ledger.budgets import Budgets, BudgetState
from mixchat.ledger.dates import EVER, FOREVER, local_day, month_of
from mixchat.ledger.money import from_pico
from mixchat.storage.database import Database

By = Literal["model", "role", "day", "provider", "chat"]

BY: Final[tuple[By, ...]] = get_args(By)
NOBODY: Final = "(none)"
"""The key of calls that have no role or no chat: pinned models, titles, the judge."""

OTHERS: Final = "(others)"
"""The key of the line that the cheapest chats share when there are very many."""

_SUMS: Final = (
    "sum(calls), sum(unknown), sum(estimated), sum(cost), sum(input), sum(output), sum(cache_read), "
    "sum(cache_write), sum(reasoning), sum(searches)"
)
_GROUPED: Final = f"SELECT key, {_SUMS} FROM tallies WHERE kind = ? AND day BETWEEN ? AND ? GROUP BY key"
_DEAREST: Final = f"""
    WITH dearest AS (
        SELECT key AS chosen FROM tallies WHERE kind = ? AND day BETWEEN ? AND ? GROUP BY key ORDER BY sum(cost) DESC, key LIMIT ?
    )
    SELECT key, {_SUMS} FROM dearest CROSS JOIN tallies ON kind = ? AND key = chosen AND day BETWEEN ? AND ? GROUP BY key
"""
_BY_DAY: Final = (
    f"SELECT key, {_SUMS} FROM tallies WHERE kind = 'day' AND key BETWEEN ? AND ? GROUP BY key ORDER BY key"
)
_ROLES_BY_DAY: Final = (
    "SELECT day, key, sum(cost) FROM tallies WHERE kind = 'role' AND day BETWEEN ? AND ? GROUP BY day, key"
)
_TOTAL: Final = f"SELECT '', {_SUMS} FROM tallies WHERE kind = 'day' AND key BETWEEN ? AND ?"
_CALLS: Final = "count(*), sum(cost IS NULL), sum(NOT exact), sum(cost)"
_OF_TURN: Final = f"SELECT {_CALLS} FROM calls WHERE turn = ?"
_OF_CHAT: Final = (
    "SELECT sum(calls), sum(unknown), sum(estimated), sum(cost) FROM tallies WHERE kind = 'chat' AND key = ?"
)


class ReportLine(Struct, frozen=True):
    """One line of a report: what all calls with the same `key` used and cost."""

    key: str
    calls: int = 0
    unknown: int = 0
    """Calls whose price is unknown; they are no part of the cost."""
    estimated: int = 0
    pico: int = 0
    """The cost in picodollars."""
    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    reasoning: int = 0
    searches: int = 0

    @property
    def usd(self) -> Decimal:
        """The cost in dollars."""
        return from_pico(self.pico)

    @property
    def tally(self) -> CostSum:
        """The money alone."""
        return CostSum(self.usd, self.calls, self.unknown, self.estimated)


class Figures(Struct, frozen=True, kw_only=True):
    """What the tracker shows. Calls under way are in it with what they have cost so far."""

    turn: CostSum
    chat: CostSum
    today: CostSum
    month: CostSum
    budgets: tuple[BudgetState, ...]


class Reports:
    """Reads sums. Each question reads the tallies, never a million calls.

    Args:
        database: the history file.
        budgets: the limits to show beside the sums.
        clock: says which day it is.
        zone: where the person is; `None` is the machine's own zone.
    """

    def __init__(
        self, database: Database, budgets: Budgets, clock: Clock, *, zone: tzinfo | None = None
    ) -> None:
        self._connection = database.connection
        self._budgets = budgets
        self._clock = clock
        self._zone = zone

    @property
    def today(self) -> str:
        """The local day, as an ISO date."""
        return local_day(self._clock.now(), self._zone)

    def lines(
        self, by: By, since: str = EVER, until: str = FOREVER, *, most: int | None = None
    ) -> tuple[ReportLine, ...]:
        """Return a line for each key from the local day `since` to `until`: the dearest first, days in order.

        With more than `most` chats, the cheapest of them share the last line.
        """
        if by == "day":
            return tuple(ReportLine(*row) for row in self._rows(_BY_DAY, (since, until)))
        if by == "chat" and most is not None:
            rows = self._rows(_DEAREST, (by, since, until, most, by, since, until))
        else:
            rows = self._rows(_GROUPED, (by, since, until))
        lines = [ReportLine(*row) if row[0] else ReportLine(NOBODY, *row[1:]) for row in rows]
        lines.sort(key=lambda line: (-line.pico, line.key))
        if most is not None and len(lines) == most:
            lines += _others(self.total(since, until), lines)
        return tuple(lines)

    def total(self, since: str = EVER, until: str = FOREVER) -> ReportLine:
        """Return the sum of every call from `since` to `until`, both included."""
        (row,) = self._rows(_TOTAL, (since, until))
        return ReportLine("", *(value or 0 for value in row[1:]))

    def roles_by_day(self, since: str = EVER, until: str = FOREVER) -> dict[str, dict[str, Decimal]]:
        """Return dollars by local day from `since` to `until` and by role; what has no role is under `NOBODY`."""
        days: dict[str, dict[str, Decimal]] = {}
        for day, role, pico in self._rows(_ROLES_BY_DAY, (since, until)):
            days.setdefault(day, {})[role or NOBODY] = from_pico(int(pico or 0))
        return days

    def first(self) -> str | None:
        """Return the local day of the earliest call, or `None` when there is none."""
        row = self._connection.execute("SELECT min(key) FROM tallies WHERE kind = 'day'").fetchone()
        return row[0]

    def of_chat(self, chat: str, under_way: Sequence[tuple[MeteredCall, Cost]] = ()) -> CostSum:
        """Return what a chat has cost, its calls under way included."""
        return _with(self._one(_OF_CHAT, chat), [cost for call, cost in under_way if call.chat == chat])

    def figures(
        self,
        chat: str | None = None,
        turn: str | None = None,
        under_way: Sequence[tuple[MeteredCall, Cost]] = (),
    ) -> Figures:
        """Return what the tracker shows for this chat and turn, calls under way included."""
        today = self.today
        mine = [(call, cost) for call, cost in under_way if call.chat == chat]
        return Figures(
            turn=_with(
                self._one(_OF_TURN, turn), [cost for call, cost in mine if turn and call.turn == turn]
            ),
            chat=self.of_chat(chat, mine) if chat else CostSum(),
            today=_with(self.total(today, today).tally, [cost for _, cost in under_way]),
            month=_with(self.total(month_of(today), today).tally, [cost for _, cost in under_way]),
            budgets=self._budgets.states(chat, turn),
        )

    def _rows(self, query: str, about: Sequence[str | int]) -> list[tuple[Any, ...]]:
        """Return plain tuples, which are made in half the time of rows with names."""
        cursor = self._connection.cursor()
        cursor.row_factory = None
        return cursor.execute(query, about).fetchall()

    def _one(self, query: str, key: str | None) -> CostSum:
        return CostSum() if key is None else _tally(self._connection.execute(query, (key,)).fetchone())


def _with(tally: CostSum, costs: Sequence[Cost]) -> CostSum:
    for cost in costs:
        tally = tally.add(cost)
    return tally


def _tally(row: sqlite3.Row | tuple[int | None, ...]) -> CostSum:
    calls, unknown, estimated, cost = (int(value or 0) for value in row)
    return CostSum(from_pico(cost), calls, unknown, estimated)


def _others(total: ReportLine, shown: Sequence[ReportLine]) -> list[ReportLine]:
    """Return what `total` holds beside the lines that are shown, as one line or none."""
    numbers = ReportLine.__struct_fields__[1:]
    rest = [getattr(total, name) - sum(getattr(line, name) for line in shown) for name in numbers]
    return [ReportLine(OTHERS, *rest)] if rest[0] else []
