"""A chat in another history, such as one in memory that is forgotten with the program."""

from mixchat.storage.chats import ChatRecord
from mixchat.storage.database import Database

_TABLES = {
    "chats": "SELECT * FROM chats WHERE id = ?",
    "turns": "SELECT * FROM turns WHERE chat = ? AND deleted IS NULL AND outcome <> 'open' ORDER BY key",
    "files": "SELECT * FROM files WHERE digest IN (SELECT json_extract(file.value, '$.digest')"
    " FROM turns, json_each(CAST(turns.body AS TEXT), '$.files') AS file WHERE turns.chat = ?)",
}


def copy_chat(source: Database, target: Database, record: ChatRecord) -> None:
    """Put a chat with its turns and files into `target`; `source` is only read."""
    with target.writing() as connection:
        for table, query in _TABLES.items():
            rows = source.connection.execute(query, (record.id,)).fetchall()
            if rows:
                places = ", ".join("?" * len(rows[0]))
                connection.executemany(
                    f"INSERT OR IGNORE INTO {table} VALUES ({places})", [tuple(row) for row in rows]
                )
