"""What was typed: unsent drafts, and the prompts that the arrow keys bring back."""

from mixchat.storage.database import Database

KEPT_PROMPTS = 1000


class Drafts:
    """Keeps one draft a place (a chat's id, or `new`) and the last prompts of all chats."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, place: str) -> str:
        """Return the draft left there, or nothing."""
        row = self._database.connection.execute(
            "SELECT text FROM drafts WHERE place = ?", (place,)
        ).fetchone()
        return "" if row is None else str(row[0])

    def write(self, place: str, text: str) -> None:
        """Keep `text` for the next time; an empty one removes the draft."""
        with self._database.writing() as connection:
            if text:
                connection.execute("INSERT OR REPLACE INTO drafts VALUES (?, ?)", (place, text))
            else:
                connection.execute("DELETE FROM drafts WHERE place = ?", (place,))

    def remember(self, prompt: str) -> None:
        """Add a sent prompt to the history of prompts, unless it is the one just sent."""
        with self._database.writing() as connection:
            last = connection.execute("SELECT text FROM prompts ORDER BY key DESC LIMIT 1").fetchone()
            if last is not None and last[0] == prompt:
                return
            key = connection.execute("INSERT INTO prompts (text) VALUES (?)", (prompt,)).lastrowid
            connection.execute("DELETE FROM prompts WHERE key <= ?", ((key or 0) - KEPT_PROMPTS,))

    def prompts(self, limit: int = KEPT_PROMPTS) -> list[str]:
        """Return the prompts sent before, oldest first."""
        rows = self._database.connection.execute(
            "SELECT text FROM prompts ORDER BY key DESC LIMIT ?", (limit,)
        )
        return [str(row[0]) for row in rows][::-1]
