"""Prompts as vectors, so that chats can be found by what they mean."""

from array import array
from collections.abc import Mapping, Sequence
from math import sqrt
from operator import mul

from mixchat.storage.database import Database
from mixchat.storage.search import Hit

LONGEST = 1000
"""Characters of a prompt that stand for its turn."""
_LOOKED_AT = 5000
"""The newest turns that are compared."""
_VISIBLE = (
    " FROM turns JOIN chats ON chats.id = turns.chat WHERE turns.deleted IS NULL AND chats.deleted IS NULL"
    " AND turns.outcome = 'complete' AND (? OR (chats.private = 0"
    " AND coalesce(json_extract(turns.body, '$.decision.private'), 0) = 0))"
)
"""With 1 also private turns, which only a model on this machine may see."""


class Vectors:
    """Keeps a vector of length one for each turn and embedding model."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def missing(self, model: str, limit: int, *, private: bool) -> Mapping[str, str]:
        """Return prompts by turn id, the newest first, that have no vector of `model` yet."""
        rows = self._database.connection.execute(
            f"SELECT turns.id, substr(turns.prompt, 1, {LONGEST}) {_VISIBLE}"
            " AND NOT EXISTS (SELECT 1 FROM vectors WHERE turn = turns.id AND model = ?)"
            " ORDER BY turns.key DESC LIMIT ?",
            (private, model, limit),
        )
        return dict(rows.fetchall())

    def add(self, model: str, vectors: Mapping[str, Sequence[float]]) -> None:
        """Keep the vectors, by turn id."""
        rows = [(turn, model, _unit(vector).tobytes()) for turn, vector in vectors.items()]
        with self._database.writing() as connection:
            connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)

    def nearest(self, model: str, vector: Sequence[float], limit: int, *, private: bool) -> list[Hit]:
        """Return the turns whose prompts are nearest to `vector`, by the cosine, the nearest first."""
        asked = _unit(vector)
        rows = self._database.connection.execute(
            "SELECT turns.chat, chats.title, turns.id, substr(turns.prompt, 1, 120), chats.updated,"
            f" (SELECT vector FROM vectors WHERE turn = turns.id AND model = ?) AS vector {_VISIBLE}"
            " AND vector IS NOT NULL ORDER BY turns.key DESC LIMIT ?",
            (model, private, _LOOKED_AT),
        ).fetchall()
        near = sorted(rows, key=lambda row: -sum(map(mul, asked, array("f", row[5]))))
        return [Hit(*tuple(row)[:5]) for row in near[:limit]]


def _unit(vector: Sequence[float]) -> "array[float]":
    length = sqrt(sum(map(mul, vector, vector))) or 1.0
    return array("f", [part / length for part in vector])
