"""The ledger: every call is reserved before it is sent and written down exactly once when it ends."""

import sqlite3
from contextlib import suppress
from datetime import tzinfo
from decimal import Decimal
from typing import Final

from mixchat.config.config import Budget
from mixchat.domain.clock import Clock, SystemClock
from mixchat.domain.errors import Failure, StorageError
from mixchat.domain.growing_text import GrowingText
from mixchat.domain.meter import MeteredCall
from mixchat.domain.model import ModelRef
from mixchat.domain.request import ModelRequest
from mixchat.domain.usage import Cost, Usage
from mixchat.ledger import rows
from mixchat.ledger.budgets import Budgets
from mixchat.ledger.cache_book import CacheBook, note, variant_of
from mixchat.ledger.charges import Charges
from mixchat.ledger.dates import local_day
from mixchat.ledger.estimate import Estimator, speaks_foreign
from mixchat.ledger.forecast import Forecast, forecast
from mixchat.ledger.open_call import OpenCall
from mixchat.ledger.prices import Prices
from mixchat.ledger.rates import Rates
from mixchat.ledger.reports import Figures, Reports
from mixchat.ledger.reservations import Reservations
from mixchat.ledger.rows import CallRow
from mixchat.storage.database import Database
from mixchat.storage.owner import Owner

BEAT: Final = 1.0
"""Seconds between two notes of how far a call is, for whoever finds it should this program be killed."""


class Ledger:
    """Counts the money of every call; implements `mixchat.domain.meter.Meter`.

    Args:
        database: the history file.
        prices: what tokens cost.
        limits: the budgets in dollars.
        estimator: counts tokens before anybody reports them; by default one that learns.
        clock: the time.
        zone: where the person is; `None` is the machine's own zone.
        owner: the process that reserves; `None` is this one.
    """

    def __init__(
        self,
        database: Database,
        prices: Prices,
        limits: Budget | None = None,
        estimator: Estimator | None = None,
        clock: Clock | None = None,
        *,
        zone: tzinfo | None = None,
        owner: Owner | None = None,
    ) -> None:
        self.database = database
        self.prices = prices
        self.clock = clock or SystemClock()
        self.zone = zone
        self.budgets = Budgets(limits or Budget(), database, self.clock, zone=zone)
        self.reports = Reports(database, self.budgets, self.clock, zone=zone)
        self.estimator = estimator or Estimator(database)
        self.caches = CacheBook(database, self.estimator)
        self._charges = Charges(prices)
        self._reservations = Reservations(owner)
        self._live: dict[int, OpenCall] = {}
        self._unwritten: dict[int, CallRow] = {}
        """Rows that are not on disk yet."""

    async def open(self, call: MeteredCall, request: ModelRequest) -> str:
        """Reserve the call's estimated cost on disk and return its id.

        Raises:
            OverBudget: the call would pass a budget; nothing is reserved.
            StorageError: the history file cannot be written; nothing is reserved.
        """
        now = self.clock.now()
        with_text_alone = not request.search and not any(message.attachments for message in request.messages)
        foreign = speaks_foreign(request)
        live = OpenCall(
            call,
            started=now,
            day=local_day(now, self.zone),
            input_tokens=self.estimator.request(request),
            uncorrected=self.estimator.uncorrected(request) if with_text_alone else None,
            ratio=self.estimator.ratio(call.ref, foreign=foreign),
            foreign=foreign,
            variant=variant_of(call.ref, request.effort, request.system, search=request.search),
        )
        amount, length = self._amount(call, request), self.estimator.length(call, request)

        def reserve(connection: sqlite3.Connection) -> int:
            self.settle_orphans(connection)
            self.budgets.check(connection, call, amount)
            return self._reservations.add(connection, live, length, amount)

        key = await self.database.write(reserve)
        self._live[key] = live
        return str(key)

    def running(
        self, call_id: str, text: GrowingText, usage: Usage, *, counted: int = 0
    ) -> tuple[Usage, Cost]:
        """Return what the call has used and cost so far, by the usage reported and the text received.

        `text` is all that came, not the last piece. A listed price is unknown until the price list is in memory.
        Once a second the figure is noted on disk as well, for whoever finds it should this program be killed.
        """
        key = int(call_id)
        live = self._live.get(key)
        if live is None:
            return usage, rows.cost_of(self.database.connection, key) or Cost(None, exact=False)
        live.usage = live.so_far(text, usage, counted)
        cost = self._charges.so_far(live)
        self._beat(key, live, cost.usd)
        return live.usage, cost

    def close(
        self,
        call_id: str,
        *,
        text: str,
        usage: Usage,
        complete: bool,
        failure: Failure | None,
        counted: int = 0,
    ) -> tuple[Usage, Cost]:
        """Write the ledger's row, free the reservation, and return the usage as reported and the cost as written.

        Should the history file be unwritable at this moment, the row is kept and written as soon as it can be;
        the reservation stays on disk until then.
        """
        key = int(call_id)
        live = self._live.pop(key, None)
        if live is None:
            known = self._unwritten.get(key)
            cost = known.cost if known else rows.cost_of(self.database.connection, key)
            return usage, cost or Cost(None, exact=False)
        row = self._charges.ended(
            key, live, text, usage, counted, complete=complete, failure=failure, ended=self.clock.now()
        )
        self._unwritten[key] = row

        def write(connection: sqlite3.Connection) -> None:
            self._reservations.remove(connection, key)
            rows.insert(connection, row)
            if complete and failure is None:
                self._learn(connection, live, usage)

        def done() -> None:
            self._unwritten.pop(key, None)

        with suppress(StorageError):  # of a file that is damaged; the row stays in memory
            self.database.post(write, done)
        return usage, rows.cost_of(self.database.connection, key) or row.cost

    def recover(self) -> int:
        """Settle the calls of mixchats that died, as estimates, and return how many there were.

        Raises:
            StorageError: the history file cannot be written; they stay reserved.
        """
        with self.database.writing() as connection:
            return self.settle_orphans(connection)

    def settle_orphans(self, connection: sqlite3.Connection) -> int:
        """Settle the calls of mixchats that died, as a part of a transaction, and return how many there were."""
        orphans = list(self._reservations.orphans(connection))
        for orphan in orphans:
            self._reservations.remove(connection, orphan.key)
            rows.insert(connection, self._charges.orphaned(orphan))
        return len(orphans)

    def forecast(self, call: MeteredCall, request: ModelRequest) -> Forecast:
        """Return what sending `request` is expected to cost; nothing is sent, reserved or written."""
        kept = self.caches.kept(call.chat) if call.chat else ()
        return forecast(
            call,
            request,
            kept,
            now=self.clock.now(),
            hit=self.caches.hit,
            estimator=self.estimator,
            prices=self.prices,
        )

    def rates_of(self, turn: str) -> dict[ModelRef, Rates]:
        """Return the prices that a turn's calls were charged at, by model; models without a price are left out."""
        return rows.rates_of(self.database.connection, turn)

    def figures(self, chat: str | None = None, turn: str | None = None) -> Figures:
        """Return what the tracker shows for this chat and turn, calls under way included."""
        with self.database.reading():
            return self.reports.figures(chat, turn, self.under_way())

    def under_way(self) -> tuple[tuple[MeteredCall, Cost], ...]:
        """Return this program's calls that have no row on disk yet, with what each has cost so far."""
        known = self.database.connection
        ended = [
            (row.call, row.cost) for key, row in dict(self._unwritten).items() if not rows.cost_of(known, key)
        ]
        return (*((live.call, self._charges.so_far(live)) for live in self._live.values()), *ended)

    def _amount(self, call: MeteredCall, request: ModelRequest) -> Decimal | None:
        """Return what to set aside. Without a budget nobody asks, so nobody waits for the price list."""
        if not self.budgets.any and not self.prices.tells(call.ref):
            return None
        return self.forecast(call, request).cost.usd

    def _beat(self, key: int, live: OpenCall, usd: Decimal | None) -> None:
        """Note how far a call is; should another program be writing, the next look does it."""
        now = self.clock.monotonic()
        if now - live.beat < BEAT:
            return
        live.beat = now
        usage, noted = live.usage, self.clock.now()
        self.database.offer(lambda connection: self._reservations.follow(connection, key, usage, usd, noted))

    def _learn(self, connection: sqlite3.Connection, live: OpenCall, usage: Usage) -> None:
        ref, call = live.call.ref, live.call
        note(connection, call, live.variant, live.started, usage)
        if usage.output is not None:
            self.estimator.learn_length(connection, call, usage.output)
        if usage.input is None:
            return
        if live.uncorrected is not None and not usage.searches:
            self.estimator.learn_ratio(connection, ref, live.uncorrected, usage.input, foreign=live.foreign)
        self.estimator.learn_written(
            connection, ref, usage.input - (usage.cache_read or 0), usage.cache_write or 0
        )
