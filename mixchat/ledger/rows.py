"""The ledger's rows: one a call, written once."""

import sqlite3
from typing import Final

from msgspec import Struct, json

from mixchat.domain.errors import ErrorCode
from mixchat.domain.meter import MeteredCall
from mixchat.domain.model import ModelRef
from mixchat.domain.usage import Cost, Usage
from mixchat.ledger.money import from_pico, to_pico
from mixchat.ledger.rates import Rates

_COLUMNS: Final = (
    "key", "day", "started", "ended", "provider", "model", "purpose", "role", "chat", "turn", "input", "output",
    "cache_read", "cache_write", "cache_write_long", "reasoning", "searches", "tier", "rates", "cost", "exact",
    "complete", "error",
)  # fmt: skip
_INSERT: Final = (
    f"INSERT INTO calls ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))}) "
    "ON CONFLICT (key) DO NOTHING"
)


class CallRow(Struct, frozen=True, kw_only=True):
    """One call as the ledger keeps it. Times are seconds since the epoch, UTC."""

    key: int
    call: MeteredCall
    day: str
    """The local day on which it began; a later change of zone or clock does not move it."""
    started: float
    ended: float
    usage: Usage
    """As charged: counts that the provider did not give are estimates."""
    rates: Rates | None
    """The prices used; `None` when there were none or the provider itself said what it charged."""
    cost: Cost
    complete: bool
    error: ErrorCode | None = None


def insert(connection: sqlite3.Connection, row: CallRow) -> None:
    """Write one row; a call that has its row already is left as it is."""
    call, usage = row.call, row.usage
    cost = None if row.cost.usd is None else to_pico(row.cost.usd)
    connection.execute(
        _INSERT,
        (
            row.key, row.day, row.started, row.ended, call.ref.provider, call.ref.model, call.purpose, call.role,
            call.chat, call.turn, usage.input, usage.output, usage.cache_read, usage.cache_write,
            usage.cache_write_long, usage.reasoning, usage.searches, usage.tier,
            _rates_key(connection, row.rates), cost, row.cost.exact, row.complete, row.error,
        ),
    )  # fmt: skip


def cost_of(connection: sqlite3.Connection, key: int) -> Cost | None:
    """Return what the call `key` cost, or `None` when it has no row."""
    row = connection.execute("SELECT cost, exact FROM calls WHERE key = ?", (key,)).fetchone()
    return None if row is None else Cost(None if row[0] is None else from_pico(row[0]), bool(row[1]))


def rates_of(connection: sqlite3.Connection, turn: str) -> dict[ModelRef, Rates]:
    """Return the prices that a turn's calls were charged at, by model; models without a price are left out."""
    rows = connection.execute(
        "SELECT provider, model, body FROM calls JOIN rates ON rates.key = calls.rates WHERE turn = ? ORDER BY calls.key",
        (turn,),
    )
    return {ModelRef(row[0], row[1]): json.decode(row[2], type=Rates) for row in rows}


def _rates_key(connection: sqlite3.Connection, rates: Rates | None) -> int | None:
    if rates is None:
        return None
    body = json.encode(rates).decode()
    connection.execute("INSERT INTO rates (body) VALUES (?) ON CONFLICT (body) DO NOTHING", (body,))
    return connection.execute("SELECT key FROM rates WHERE body = ?", (body,)).fetchone()[0]
