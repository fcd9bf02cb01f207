"""What was typed: unsent drafts, and the prompts that the arrow keys bring back."""

import sqlite3
import uuid
from collections.abc import Callable, Container
from typing import TYPE_CHECKING, Final

import msgspec

from mixchat.domain.clock import Clock, SystemClock
from mixchat.storage.owner import Owner, this_process
from mixchat.storage.pending import Pending

if TYPE_CHECKING:
    from mixchat.storage.database import Database

KEPT_PROMPTS: Final = 1000
_LOOSE: Final = "(window <> ? AND (pid IS NULL OR NOT alive(pid, born)))"
"""Drafts of windows that are gone."""
_UNBEGUN: Final = "NOT EXISTS (SELECT 1 FROM chats WHERE chats.id = drafts.chat)"
"""Drafts of chats in which nothing was said yet."""


class Drafts:
    """Keeps one draft for each chat of each window, and the last prompts of all chats.

    Args:
        database: the history file.
        clock: the time.
        owner: the process that the window belongs to; `None` is this one.
    """

    def __init__(self, database: "Database", clock: Clock | None = None, owner: Owner | None = None) -> None:
        self._database = database
        self._clock = clock or SystemClock()
        self._owner = owner
        self._window = uuid.uuid4().hex[:12]
        self._waiting: Pending[str] = Pending(database, self._write)
        self._said: list[str] = []
        """Prompts to be remembered that are not on disk yet."""

    def read(self, chat: str) -> str:
        """Return this window's draft in a chat, or take over the newest that a window which is gone left in it."""
        return self._own(chat) or self._take_over("chat = ?", chat, chat)

    def read_new(self, chat: str) -> str:
        """Return this window's draft in a chat that has no turn yet, or take over one left in such a chat.

        Only a window which is gone leaves one: its chat is in no list, so nobody could come back to it.
        """
        return self._own(chat) or self._take_over(_UNBEGUN, None, chat)

    def newest_new(self) -> float:
        """Return when a window that is gone left the newest draft in a chat without a turn; 0: there is none."""
        found = self._database.connection.execute(
            f"SELECT max(written) FROM drafts WHERE {_LOOSE} AND {_UNBEGUN}", (self._window,)
        ).fetchone()
        return float(found[0] or 0.0)

    def write(self, chat: str, text: str) -> None:
        """Keep `text` for the next time; an empty one removes the draft. It must hold no credential."""
        self._waiting.post(chat, text)

    def _write(self, connection: sqlite3.Connection, chat: str, text: str) -> None:
        owner = self._owner or this_process()
        if text:
            connection.execute(
                "INSERT OR REPLACE INTO drafts (window, chat, pid, born, written, text) VALUES (?, ?, ?, ?, ?, ?)",
                (self._window, chat, owner.pid, owner.born, self._clock.now(), text),
            )
        else:
            connection.execute("DELETE FROM drafts WHERE window = ? AND chat = ?", (self._window, chat))

    def release(self) -> None:
        """Leave this window's drafts to whichever window opens their chats next."""
        self._database.post(self._release)

    def _release(self, connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE drafts SET pid = NULL, born = NULL WHERE window = ?", (self._window,))

    def _own(self, chat: str) -> str:
        waiting = self._waiting.get(chat)
        if waiting is not None:
            return waiting
        row = self._database.connection.execute(
            "SELECT text FROM drafts WHERE window = ? AND chat = ?", (self._window, chat)
        ).fetchone()
        return "" if row is None else str(row[0])

    def _take_over(self, where: str, value: str | None, chat: str) -> str:
        values = [self._window] if value is None else [self._window, value]
        found = self._database.connection.execute(
            f"SELECT window, chat, text FROM drafts WHERE {_LOOSE} AND {where} ORDER BY written DESC LIMIT 1",
            values,
        ).fetchone()
        if found is None:
            return ""
        owner = self._owner or this_process()
        names = (self._window, chat, owner.pid, owner.born, found["window"], found["chat"])
        taken: list[bool] = []
        """Whether it still was there; empty while that is not known."""
        self._database.post(lambda connection: taken.append(_take(connection, names)))
        return "" if taken == [False] else str(found["text"])

    def remember(self, prompt: str) -> None:
        """Add a sent prompt to the history of prompts, unless it is the one just sent."""
        self._said.append(prompt)
        self._database.post(
            lambda connection: _remember(connection, prompt), lambda: self._said.remove(prompt)
        )

    def prompts(self, limit: int = KEPT_PROMPTS) -> list[str]:
        """Return the prompts sent before, oldest first."""
        said = list(self._said)
        rows = self._database.connection.execute(
            "SELECT text FROM prompts ORDER BY key DESC LIMIT ?", (limit,)
        )
        written = [str(row[0]) for row in rows][::-1]
        if said and written and written[-1] == said[0]:  # it was written in between
            del said[0]
        return [*written, *said][-limit:]


def _take(connection: sqlite3.Connection, names: tuple[str | int | float, ...]) -> bool:
    taken = connection.execute(
        "UPDATE OR REPLACE drafts SET window = ?, chat = ?, pid = ?, born = ? WHERE window = ? AND chat = ?",
        names,
    )
    return taken.rowcount > 0


def _remember(connection: sqlite3.Connection, prompt: str) -> None:
    last = connection.execute("SELECT text FROM prompts ORDER BY key DESC LIMIT 1").fetchone()
    if last is not None and last[0] == prompt:
        return
    key = connection.execute("INSERT INTO prompts (text) VALUES (?)", (prompt,)).lastrowid
    connection.execute("DELETE FROM prompts WHERE key <= ?", ((key or 0) - KEPT_PROMPTS,))


def draft_text(stored: str) -> str:
    """Return what was typed of a stored draft."""
    return _changed(stored, lambda text: text)[0]


def masked_draft(
    stored: str, allows: Callable[[str], bool] | None = None, clean: Container[str] = frozenset()
) -> str:
    """Return a stored draft without the credentials in it.

    Args:
        stored: the draft.
        allows: whether the person lets a credential pass.
        clean: texts that are known to hold none.
    """
    from mixchat.secrets.scan import masked, nothing

    return _changed(stored, lambda text: text if text in clean else masked(text, allows or nothing))[1]


def _changed(stored: str, change: Callable[[str], str]) -> tuple[str, str]:
    try:
        draft = msgspec.json.decode(stored, type=dict[str, str | dict[str, str]])
    except msgspec.DecodeError:
        return stored, change(stored)
    typed = draft.get("typed", "")
    kept: dict[str, str | dict[str, str]] = {
        name: change(value) if isinstance(value, str) else {key: change(text) for key, text in value.items()}
        for name, value in draft.items()
    }
    return typed if isinstance(typed, str) else "", msgspec.json.encode(kept).decode()
