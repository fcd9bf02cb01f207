"""What the providers are likely to have in their caches, and how long people take between turns; kept on disk.

A provider's cache holds an exact beginning: another model, effort, system prompt or set of tools is another one. So each
of them is a variant, with what it was sent last in a chat and when that began.
"""

from typing import TYPE_CHECKING, Final
from zlib import crc32

from msgspec import Struct

from mixchat.domain.meter import MeteredCall
from mixchat.domain.model import Effort, ModelRef
from mixchat.domain.usage import Usage
from mixchat.ledger.cache_rules import cache_rule

if TYPE_CHECKING:
    import sqlite3

    from mixchat.ledger.estimate import Estimator
    from mixchat.storage.database import Database

GAPS: Final = (60.0, 300.0, 600.0, 1800.0, 3600.0)
"""Seconds between the buckets of the time from one turn to the next."""
_FORGOTTEN: Final = 2 * 86_400.0
"""Seconds after which nobody has anything in a cache any more."""
_SLOWEST: Final = 16
_TALK: Final = frozenset({"answer", "execute", "compare"})
"""Purposes whose request is the conversation, and will be its beginning next time."""


class Kept(Struct, frozen=True):
    """What one variant was sent last in a chat."""

    variant: str
    started: float
    """When its last request began; seconds since the epoch."""
    tokens: int
    """What it read then, by its own count."""
    life: float
    """Seconds that it is kept from then on."""

    def warm_tokens(self, now: float) -> int:
        """Return how much of it is likely to be in the cache still: its life counts from when the request began."""
        alive = 0 <= now - self.started <= self.life
        return self.tokens if alive and self.tokens >= cache_rule(self.variant).minimum else 0


def variant_of(ref: ModelRef, effort: Effort | None, system: str | None, *, search: bool) -> str:
    """Return what a cache is kept for: another value never finds what this one wrote."""
    return f"{ref} {effort or '-'} {'search' if search else '-'} {crc32((system or '').encode()):08x}"


def gap_bucket(seconds: float) -> int:
    """Return the bucket of `GAPS` that a time between two turns falls into."""
    return sum(seconds > edge for edge in GAPS)


class CacheBook:
    """Remembers per chat what each variant has read, per model how much was found again, and the gaps between turns."""

    def __init__(self, database: "Database", estimator: "Estimator") -> None:
        self._database = database
        self._estimator = estimator

    def kept(self, chat: str) -> tuple[Kept, ...]:
        """Return what each variant was sent last in a chat, the latest first."""
        return _kept(self._database.connection, chat)

    def size(self, chat: str) -> float | None:
        """Return the tokens of a chat so far, by the rule of thumb; `None` when nothing of it was counted."""
        row = self._database.connection.execute(
            "SELECT provider, model, input, output FROM calls WHERE chat = ? AND purpose IN ('answer', 'execute') "
            "AND error IS NULL AND input IS NOT NULL ORDER BY key DESC LIMIT 1",
            (chat,),
        ).fetchone()
        if row is None:
            return None
        return (row[2] + (row[3] or 0)) / max(self._estimator.ratio(ModelRef(row[0], row[1])), 0.1)

    def hit(self, ref: ModelRef) -> float:
        """Return the share of what should be warm at a model that was found so: promised first, then measured."""
        promised = cache_rule(str(ref)).hit
        row = self._database.connection.execute(
            "SELECT mean FROM habits WHERE kind = 'cache_hit' AND key = ?", (str(ref),)
        ).fetchone()
        return promised if row is None else float(row[0])

    def gaps(self) -> tuple[float, ...]:
        """Return how often a turn came in each bucket of time after the one before."""
        rows = self._database.connection.execute(
            "SELECT key, count FROM habits WHERE kind = 'gap'"
        ).fetchall()
        counts = {str(row[0]): float(row[1]) for row in rows}
        return tuple(counts.get(str(bucket), 0.0) for bucket in range(len(GAPS) + 1))


def note(
    connection: "sqlite3.Connection",
    call: MeteredCall,
    variant: str,
    started: float,
    usage: Usage,
) -> None:
    """Take in a complete call, as a part of a transaction."""
    chat, ref = call.chat, call.ref
    if chat is None or call.purpose not in _TALK or usage.input is None:
        return
    before = _kept(connection, chat)
    rule = cache_rule(str(ref))
    if before:
        _count_gap(connection, started - before[0].started)
    same = next((one for one in before if one.variant == variant), None)
    alive = same is not None and same.tokens >= rule.minimum and 0 <= started - same.started <= same.life
    if same is not None and alive and usage.cache_read is not None:
        _learn_hit(connection, ref, min(usage.cache_read / same.tokens, 1.0), rule.hit)
    life = rule.long_life if usage.cache_write_long and rule.long_life else rule.life
    if same is not None and not usage.cache_write and rule.long_life:
        life = max(life, same.life)
    connection.execute(
        "INSERT OR REPLACE INTO caches VALUES (?, ?, ?, ?, ?)",
        (chat, variant, started, usage.input, life),
    )
    connection.execute("DELETE FROM caches WHERE started < ?", (started - _FORGOTTEN,))


def _kept(connection: "sqlite3.Connection", chat: str) -> tuple[Kept, ...]:
    rows = connection.execute(
        "SELECT variant, started, tokens, life FROM caches WHERE chat = ? ORDER BY started DESC", (chat,)
    )
    return tuple(Kept(*row) for row in rows)


def _count_gap(connection: "sqlite3.Connection", seconds: float) -> None:
    if seconds >= 0:
        connection.execute(
            "INSERT INTO habits VALUES ('gap', ?, 0, 1) ON CONFLICT (kind, key) DO UPDATE SET count = count + 1",
            (str(gap_bucket(seconds)),),
        )


def _learn_hit(connection: "sqlite3.Connection", ref: ModelRef, share: float, promised: float) -> None:
    connection.execute(
        "INSERT INTO habits VALUES ('cache_hit', :key, (:share + :promised) / 2, 1) ON CONFLICT (kind, key) DO UPDATE "
        "SET mean = mean + (:share - mean) / min(count + 2, :most), count = count + 1",
        {"key": str(ref), "share": share, "promised": promised, "most": _SLOWEST},
    )
