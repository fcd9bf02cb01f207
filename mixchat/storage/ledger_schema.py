"""The ledger's tables in the history file: every call, what is reserved for those under way, and the sums.

Money is in picodollars (10^-12 $), so that SQL adds it up exactly; `NULL` is an unknown price. `tallies` is
kept by a trigger, in the transaction of the call itself, so that a report reads a few thousand rows however
many calls there were. Kinds of tally: `day`, `model`, `role`, `provider` and `chat`; `band`, the routed answers
by the size of their prompts, and `routed`, what routing cost; both for the question what routing saved.
"""

from typing import Final

_COUNTS = ("input", "output", "cache_read", "cache_write", "cache_write_long", "reasoning", "searches")
_SUMS = ("calls", "unknown", "estimated", "cost", *_COUNTS)

BANDS: Final = (32_000, 100_000, 128_000, 200_000, 256_000, 272_000, 512_000)
"""Tokens of a prompt above which one model or another costs more."""

LEDGER: Final = f"""
CREATE TABLE rates (
    key INTEGER PRIMARY KEY,
    body TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE calls (
    key INTEGER PRIMARY KEY,
    day TEXT NOT NULL,
    started REAL NOT NULL,
    ended REAL NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    purpose TEXT NOT NULL,
    role TEXT,
    chat TEXT,
    turn TEXT,
    input INTEGER,
    output INTEGER,
    cache_read INTEGER,
    cache_write INTEGER,
    cache_write_long INTEGER,
    reasoning INTEGER,
    searches INTEGER,
    tier TEXT,
    rates INTEGER REFERENCES rates (key),
    cost INTEGER,
    exact INTEGER NOT NULL,
    complete INTEGER NOT NULL,
    error TEXT
) STRICT;
CREATE INDEX calls_by_chat ON calls (chat) WHERE chat IS NOT NULL;
CREATE INDEX calls_by_turn ON calls (turn) WHERE turn IS NOT NULL;
CREATE TABLE reservations (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    pid INTEGER NOT NULL,
    born REAL NOT NULL,
    day TEXT NOT NULL,
    started REAL NOT NULL,
    beat REAL NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    purpose TEXT NOT NULL,
    role TEXT,
    chat TEXT,
    turn TEXT,
    input INTEGER NOT NULL,
    output INTEGER NOT NULL,
    amount INTEGER,
    usage TEXT NOT NULL DEFAULT '{{}}'
) STRICT;
CREATE TABLE habits (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    mean REAL NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE tallies (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    day TEXT NOT NULL,
    {", ".join(f"{name} INTEGER NOT NULL" for name in _SUMS)},
    PRIMARY KEY (kind, key, day)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER calls_tallied AFTER INSERT ON calls BEGIN
    INSERT INTO tallies
        SELECT kind, key, new.day, 1, new.cost IS NULL, NOT new.exact, coalesce(new.cost, 0),
            {", ".join(f"coalesce(new.{name}, 0)" for name in _COUNTS)}
        FROM (
            SELECT 'day' AS kind, new.day AS key
            UNION ALL SELECT 'model', new.provider || '/' || new.model
            UNION ALL SELECT 'role', coalesce(new.role, '')
            UNION ALL SELECT 'provider', new.provider
            UNION ALL SELECT 'chat', coalesce(new.chat, '')
            UNION ALL SELECT 'band', CAST({" + ".join(f"(new.input > {size})" for size in BANDS)} AS TEXT)
                WHERE new.purpose IN ('answer', 'execute') AND new.role IS NOT NULL
                    AND new.error IS NULL AND new.cost IS NOT NULL AND new.input IS NOT NULL
            UNION ALL SELECT 'routed', ''
                WHERE new.cost IS NOT NULL AND (new.purpose = 'judge'
                    OR (new.purpose IN ('answer', 'plan', 'execute') AND new.role IS NOT NULL))
        )
        WHERE true
        ON CONFLICT (kind, key, day) DO UPDATE SET
            {", ".join(f"{name} = {name} + excluded.{name}" for name in _SUMS)};
END;
CREATE TRIGGER calls_unchanged BEFORE UPDATE ON calls BEGIN
    SELECT raise(ABORT, 'the ledger is append-only');
END;
CREATE TRIGGER calls_kept BEFORE DELETE ON calls BEGIN
    SELECT raise(ABORT, 'the ledger is append-only');
END;
"""

CACHES: Final = """
CREATE TABLE caches (
    chat TEXT NOT NULL,
    variant TEXT NOT NULL,
    started REAL NOT NULL,
    tokens INTEGER NOT NULL,
    life REAL NOT NULL,
    PRIMARY KEY (chat, variant)
) STRICT, WITHOUT ROWID;
"""
"""What each model was sent last in a chat, with its effort, tools and system prompt: what its provider may have kept."""
