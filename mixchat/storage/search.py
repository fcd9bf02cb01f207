"""Finding words in titles, prompts, replies and attached texts (SQLite FTS5, by the signs of a text)."""

import re
import sqlite3
from itertools import groupby
from operator import itemgetter
from typing import Final

from msgspec import Struct

from mixchat.storage.database import Database
from mixchat.storage.fold import folded, folded_places

_MARKS: Final = ("\x02", "\x03")
"""Around a found word in a snippet; control characters, so no text can hold them by chance."""
_BEFORE: Final = 50
_AFTER: Final = 110
"""Characters of a snippet on both sides of the first found word."""
_PIECE: Final = 4000
"""Characters that are looked through at once for a snippet."""
_WILD: Final = re.compile(r"[*?\[\]]")
_TRIGRAM: Final = 3
"""Characters from which on the index narrows down where a term can be; a shorter one is looked for everywhere."""


class Hit(Struct, frozen=True):
    """A turn, or with `turn` empty a chat's title, in which the words were found."""

    chat: str
    title: str
    turn: str
    snippet: str
    """The text around the words, each of them between \\x02 and \\x03."""
    updated: float


class Search:
    """Looks through everything that was not deleted."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, words: str, *, chat: str | None = None, limit: int = 50) -> list[Hit]:
        """Return the newest hits for `words`, all of which must occur, in any script and as parts of words, too.

        Nothing typed is query syntax: every word is looked for as it stands.
        """
        terms = _terms(words)
        if not terms:
            return []
        titles = [] if chat else self._titles(terms, limit)
        return [*titles, *self._turns(terms, chat, limit - len(titles))]

    def count(self, words: str, *, chat: str | None = None) -> int:
        """Return how many hits there are, however many `find` may return."""
        terms = _terms(words)
        if not terms:
            return 0
        found = self._run("SELECT count(*)" + _TURNS, terms, "texts.text", (chat, chat)).fetchone()[0]
        titles = 0
        if chat is None:
            titles = self._run("SELECT count(*)" + _TITLES, terms, "folded(title)", ()).fetchone()[0]
        return int(found) + int(titles)

    def _turns(self, terms: list[str], chat: str | None, limit: int) -> list[Hit]:
        rows = self._run(
            "SELECT turns.chat, chats.title, turns.id, turns.prompt, turns.reply, chats.updated, turns.key"
            + _TURNS,
            terms,
            "texts.text",
            (chat, chat),
            f" ORDER BY texts.rowid DESC LIMIT {max(0, limit)}",
        ).fetchall()
        return [Hit(row[0], row[1], row[2], self._snippet(row, terms), row["updated"]) for row in rows]

    def _snippet(self, row: sqlite3.Row, terms: list[str]) -> str:
        for text in (row["prompt"], row["reply"]):
            if (found := snippet(text, terms)) is not None:
                return found
        whole = self._database.connection.execute(
            "SELECT text FROM texts WHERE rowid = ?", (row["key"],)
        ).fetchone()[0]
        return snippet(whole.rpartition("\x1f")[2], terms) or row["prompt"][: _BEFORE + _AFTER]

    def _titles(self, terms: list[str], limit: int) -> list[Hit]:
        rows = self._run(
            "SELECT id, title, '', title, updated" + _TITLES,
            terms,
            "folded(title)",
            (),
            f" ORDER BY updated DESC LIMIT {max(0, limit)}",
        )
        return [Hit(*row) for row in rows]

    def _run(
        self, query: str, terms: list[str], column: str, values: tuple[str | None, ...], end: str = ""
    ) -> sqlite3.Cursor:
        runs = [max(_WILD.split(term), key=len) for term in terms]
        narrowing = [f"*{run}*" for run in runs if len(run) >= _TRIGRAM]
        where = f" AND {column} GLOB ?" * len(narrowing) + f" AND instr({column}, ?) > 0" * len(terms)
        return self._database.connection.execute(query + where + end, (*values, *narrowing, *terms))


_TURNS: Final = (
    " FROM texts CROSS JOIN turns ON turns.key = texts.rowid CROSS JOIN chats ON chats.id = turns.chat"
    " WHERE turns.deleted IS NULL AND chats.deleted IS NULL AND (? IS NULL OR turns.chat = ?)"
)
_TITLES: Final = " FROM chats WHERE deleted IS NULL"


def snippet(text: str, terms: list[str]) -> str | None:
    """Return what stands around the first of the terms in `text`, with all of them marked; `None`: it holds none."""
    longest = max(len(term) for term in terms)
    for start in range(0, max(1, len(text)), _PIECE):
        piece = text[start : start + _PIECE + longest]
        small = folded(piece)
        at = min((found for term in terms if (found := small.find(term)) >= 0), default=-1)
        if at >= 0:
            return _around(text, start, piece, terms)
    return None


def _around(text: str, start: int, piece: str, terms: list[str]) -> str:
    small, places = folded_places(piece)
    at = min((found for term in terms if (found := small.find(term)) >= 0), default=0)
    begin = max(0, start + places[at] - _BEFORE)
    shown = text[begin : begin + _BEFORE + _AFTER]
    small, places = folded_places(shown)
    marked = [False] * len(shown)
    for term in terms:
        place = small.find(term)
        while place >= 0:
            last = place + len(term)
            for index in range(places[place], places[last - 1] + 1):
                marked[index] = True
            place = small.find(term, last)
    parts = ["…" if begin else ""]
    for found, signs in groupby(zip(marked, shown, strict=True), key=itemgetter(0)):
        words = "".join(sign for _, sign in signs)
        parts.append(f"{_MARKS[0]}{words}{_MARKS[1]}" if found else words)
    parts.append("…" if begin + len(shown) < len(text) else "")
    return "".join(parts)


def _terms(words: str) -> list[str]:
    """Return what is looked for, folded; a word that another one holds says nothing more."""
    terms = sorted(set(folded(words.replace("\0", " ")).split()), key=len, reverse=True)
    return [term for number, term in enumerate(terms) if not any(term in longer for longer in terms[:number])]
