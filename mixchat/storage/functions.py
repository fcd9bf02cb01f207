"""What SQLite is taught: the functions that triggers, migrations and queries of the history use."""

import sqlite3

from mixchat.storage.fold import attached_text, folded
from mixchat.storage.owner import Owner


def register(connection: sqlite3.Connection) -> None:
    """Make the functions known to a connection; each that writes to the history needs them."""
    connection.create_function("folded", 1, _folded, deterministic=True)
    connection.create_function("attached_text", 1, attached_text, deterministic=True)
    connection.create_function("alive", 2, _alive)
    connection.create_function("draft_text", 1, _draft_text)
    connection.create_function("masked_draft", 1, _masked_draft)


def _folded(text: str | None) -> str:
    return folded(text or "")


def _alive(pid: int | None, born: float | None) -> bool:
    return pid is not None and born is not None and Owner(pid, born).alive


def _draft_text(stored: str) -> str:
    from mixchat.storage.drafts import draft_text

    return draft_text(stored)


def _masked_draft(stored: str) -> str:
    from mixchat.storage.drafts import masked_draft

    return masked_draft(stored)
