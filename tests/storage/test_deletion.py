"""What was deleted is gone from the disk, and files are nobody else's."""

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

from mixchat.domain.clock import SystemClock
from mixchat.domain.turn import FileRef, Outcome, Turn
from mixchat.storage.chats import ChatStore
from mixchat.storage.database import Database
from mixchat.storage.deletion import purge, purge_at_once
from mixchat.storage.drafts import Drafts
from mixchat.storage.migrations import MIGRATIONS, backups
from mixchat.storage.turns import TurnStore

WORD = "Zanzibarquux"


def filled(path: Path) -> tuple[Database, str]:
    database = Database(path)
    chats, turns = ChatStore(database, SystemClock()), TurnStore(database)
    record = chats.new(title=f"title {WORD}")
    chats.post(record, record)
    turns.keep_file("digest", f"attached {WORD}".encode())
    for number in range(30):
        turns.post(
            Turn(
                id=f"t{number}",
                chat=record.id,
                created=datetime(2026, 11, 23, tzinfo=UTC),
                prompt=f"prompt {WORD} {number}",
                reply=f"reply {WORD} " * 200,
                outcome=Outcome.COMPLETE,
                files=(FileRef("a.txt", "text/plain", 20, "digest"),),
            )
        )
    Drafts(database).write(record.id, f"draft {WORD}")
    Drafts(database).remember(f"prompt {WORD} 3")
    return database, record.id


def left(directory: Path) -> list[str]:
    """Return the files that still hold the word, in any case."""
    return [path.name for path in directory.iterdir() if WORD.lower().encode() in path.read_bytes().lower()]


def test_a_deleted_chat_is_on_no_page_of_any_file(tmp_path: Path):
    database, chat = filled(tmp_path / "history.db")
    assert left(tmp_path)
    ChatStore(database, SystemClock()).delete(chat)
    assert purge(database, SystemClock().now() - 3600) == 0
    assert purge_at_once(database) == 1
    assert left(tmp_path) == []
    database.close()
    assert left(tmp_path) == []


def test_a_file_that_another_chat_needs_stays(tmp_path: Path):
    database, chat = filled(tmp_path / "history.db")
    other = ChatStore(database, SystemClock()).new(title="other")
    ChatStore(database, SystemClock()).post(other, other)
    created = datetime(2026, 11, 23, tzinfo=UTC)
    file = FileRef("a.txt", "text/plain", 20, "digest")
    TurnStore(database).post(
        Turn(id="o", chat=other.id, created=created, prompt="p", outcome=Outcome.COMPLETE, files=(file,))
    )
    ChatStore(database, SystemClock()).delete(chat)
    purge_at_once(database)
    assert TurnStore(database).file("digest") is not None
    database.close()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_history_is_nobody_elses_from_the_first_byte_and_an_old_one_is_closed(tmp_path: Path):
    before = os.umask(0)
    try:
        place = tmp_path / "data"
        database = Database(place / "history.db")
        chats = ChatStore(database, SystemClock())
        record = chats.new(title="x")
        chats.post(record, record)
        modes = {path.name: mode(path) for path in place.iterdir()}
        assert mode(place) == 0o700
        assert set(modes.values()) == {0o600}
        assert "history.db-wal" in modes
        database.close()
        (place / "history.db").chmod(0o644)
        place.chmod(0o755)
        Database(place / "history.db").close()
        assert (mode(place), mode(place / "history.db")) == (0o700, 0o600)
    finally:
        os.umask(before)


def test_old_drafts_that_were_sent_or_hold_a_credential_are_cleaned(tmp_path: Path):
    path = tmp_path / "history.db"
    old = Database(path, MIGRATIONS[:3])
    key = "sk-ant-api03-" + "aB3dE5fG7h" * 9
    run = old.connection.execute
    run("INSERT INTO prompts (text) VALUES ('already sent')")
    run("INSERT INTO drafts VALUES ('new', ?)", ('{"typed":"already sent","pastes":{}}',))
    run("INSERT INTO drafts VALUES ('c1', ?)", (f'{{"typed":"use {key}","pastes":{{"1":"{key}"}}}}',))
    old.close()
    database = Database(path)
    drafts = [row[0] for row in database.connection.execute("SELECT text FROM drafts")]
    assert drafts == ['{"typed":"use [an Anthropic key]","pastes":{"1":"[an Anthropic key]"}}']
    assert mode(backups(database.path)[0]) == 0o600
    database.close()
