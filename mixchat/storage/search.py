"""Finding words in titles, prompts and replies (SQLite FTS5)."""

from msgspec import Struct

from mixchat.storage.database import Database

_MARKS = ("\x02", "\x03")
"""Around a found word in a snippet; control characters, so no text can hold them by chance."""


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
        """Return the best hits for `words`, all of which must occur; the last may be unfinished.

        Nothing typed is query syntax: every word is looked for as it stands.
        """
        terms = _terms(words)
        if not terms:
            return []
        return [*self._titles(words.split(), chat, limit), *self._turns(terms, chat, limit)][:limit]

    def _turns(self, terms: str, chat: str | None, limit: int) -> list[Hit]:
        rows = self._database.connection.execute(
            "SELECT turns.chat, chats.title, turns.id, snippet(words, -1, ?, ?, '…', 16), chats.updated FROM words"
            " CROSS JOIN turns ON turns.key = words.rowid CROSS JOIN chats ON chats.id = turns.chat"
            " WHERE words MATCH ? AND turns.deleted IS NULL AND chats.deleted IS NULL"
            " AND (? IS NULL OR turns.chat = ?) ORDER BY words.rowid DESC LIMIT ?",
            (*_MARKS, terms, chat, chat, limit),
        )
        return [Hit(*row) for row in rows]

    def _titles(self, words: list[str], chat: str | None, limit: int) -> list[Hit]:
        if chat is not None:
            return []
        like = " AND ".join("title LIKE ? ESCAPE '\\'" for _ in words)
        rows = self._database.connection.execute(
            f"SELECT id, title, '', title, updated FROM chats WHERE deleted IS NULL AND {like}"
            " ORDER BY updated DESC LIMIT ?",
            (*(f"%{_escape(word)}%" for word in words), limit),
        )
        return [Hit(*row) for row in rows]


def _terms(words: str) -> str:
    """Return an FTS5 query of quoted strings, so that no character of `words` is an operator."""
    quoted = ['"' + word.replace('"', '""') + '"' for word in words.replace("\0", " ").split()]
    return " ".join([*quoted[:-1], quoted[-1] + "*"]) if quoted else ""


def _escape(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
