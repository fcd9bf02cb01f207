"""Taking what was deleted off the disk: texts, files, vectors, prompts, and the copies that SQLite keeps."""

import time
from contextlib import suppress
from typing import Final

from mixchat.storage.database import Database

UNDO_TIME: Final = 3600.0
"""Seconds in which a deleted chat or turn can be brought back."""
_KEEP_BACKUPS: Final = 7 * 86400.0
"""Seconds for which a copy made before an upgrade is kept although something was deleted since."""

_DOOMED: Final = """
CREATE TEMP TABLE doomed AS WITH RECURSIVE gone (id) AS (
    SELECT id FROM turns WHERE deleted < :before
    UNION SELECT turns.id FROM turns JOIN gone ON turns.parent = gone.id
)
SELECT key, id, prompt, body FROM turns WHERE id IN (SELECT id FROM gone)
    OR chat IN (SELECT id FROM chats WHERE deleted < :before)
"""
_FILES: Final = """
DELETE FROM files WHERE digest IN (
    SELECT json_extract(file.value, '$.digest') FROM doomed, json_each(CAST(doomed.body AS TEXT), '$.files') AS file
) AND digest NOT IN (
    SELECT json_extract(file.value, '$.digest') FROM turns, json_each(CAST(turns.body AS TEXT), '$.files') AS file
)
"""


def purge(database: Database, before: float) -> int:
    """Remove for good what was deleted before then (seconds since the epoch); return how many chats and turns.

    Raises:
        StorageError: the history cannot be written; everything is as it was.
    """
    run = database.connection.execute
    chats = run("SELECT count(*) FROM chats WHERE deleted < ?", (before,)).fetchone()[0]
    turns = run("SELECT count(*) FROM turns WHERE deleted < ?", (before,)).fetchone()[0]
    if not chats and not turns:
        return 0
    with database.writing() as connection:
        connection.execute("DROP TABLE IF EXISTS temp.doomed")
        connection.execute(_DOOMED, {"before": before})
        connection.execute("DELETE FROM prompts WHERE text IN (SELECT prompt FROM doomed)")
        connection.execute(
            "DELETE FROM drafts WHERE chat IN (SELECT id FROM chats WHERE deleted < ?)", (before,)
        )
        connection.execute("DELETE FROM turns WHERE key IN (SELECT key FROM doomed)")
        connection.execute("DELETE FROM chats WHERE deleted < ?", (before,))
        connection.execute(_FILES)
        connection.execute("DROP TABLE temp.doomed")
    database.forget_free_pages()
    _drop_backups(database, _KEEP_BACKUPS)
    return int(chats) + int(turns)


def purge_at_once(database: Database) -> int:
    """Remove for good everything that was ever deleted, and the copies made before upgrades, which still hold it."""
    _drop_backups(database, 0.0)
    return purge(database, float("inf"))


def _drop_backups(database: Database, older: float) -> None:
    from mixchat.storage.migrations import backups

    for backup in backups(database.path):
        with suppress(OSError):
            if time.time() - backup.stat().st_mtime >= older:
                backup.unlink()
