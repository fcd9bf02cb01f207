"""What a search finds: parts of words, signs, and words of every script."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mixchat.domain.clock import SystemClock
from mixchat.domain.turn import FileRef, Outcome, Turn
from mixchat.storage.chats import ChatStore
from mixchat.storage.database import Database
from mixchat.storage.search import Search
from mixchat.storage.turns import TurnStore

TEXTS = {
    "cpp": "Why is C++ faster than C here?",
    "csharp": "A C# question about generics",
    "chinese": "我忘记了密码，怎么办？",
    "japanese": "東京都の天気はどうですか。パスワードを忘れました",
    "thai": "ฉันลืมรหัสผ่านของฉัน",
    "korean": "비밀번호를 잊어버렸어요",
    "arabic": "كَتَبَ الطَّالِبُ رسالة",
    "emoji": "Ship it 🚀 today 👩‍💻",
    "german": "Die Straße ist 3 m breit, die GRÖSSE stimmt",
    "polish": "Łódź leży w Polsce",
    "camel": "call getUserName() on the session_manager",
    "path": "see src/mixchat/storage/search.py:42",
    "percent": "100% [sic] *really* a?b",
}
FINDS = {
    "C++": "cpp", "c#": "csharp", "密码": "chinese", "忘记了": "chinese", "天気": "japanese", "パスワード": "japanese",
    "ﾊﾟｽﾜｰﾄﾞ": "japanese", "รหัสผ่าน": "thai", "비밀": "korean", "كتب": "arabic", "🚀": "emoji", "strasse": "german", "STRASSE": "german",
    "größe": "german", "lodz": "polish", "Łódź": "polish", "UserName": "camel", "username session": "camel", "manager": "camel",
    "search.py": "path", "py:42": "path", "100%": "percent", "[sic]": "percent", "*really*": "percent", "a?b": "percent",
}  # fmt: skip


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "history.db")
    chats, turns = ChatStore(database, SystemClock()), TurnStore(database)
    for name, text in TEXTS.items():
        record = chats.new(title=name)
        chats.post(record, record)
        turns.post(turn(record.id, f"t-{name}", text))
    yield database
    database.close()


def turn(chat: str, turn_id: str, prompt: str, files: tuple[FileRef, ...] = ()) -> Turn:
    created = datetime(2026, 11, 23, tzinfo=UTC)
    return Turn(
        id=turn_id,
        chat=chat,
        created=created,
        prompt=prompt,
        reply="ok",
        outcome=Outcome.COMPLETE,
        files=files,
    )


@pytest.mark.parametrize(("words", "name"), FINDS.items())
def test_words_of_every_script_and_parts_of_them_are_found(database: Database, words: str, name: str):
    hits = Search(database).find(words)
    assert [hit.turn for hit in hits if hit.turn] == [f"t-{name}"]
    assert "\x02" in hits[-1].snippet
    assert Search(database).count(words) == len(hits)


def test_what_is_found_is_marked_in_the_words_that_stand_there(database: Database):
    assert "\x02Straße\x03" in Search(database).find("strasse")[0].snippet
    assert "get\x02UserName\x03" in Search(database).find("username")[0].snippet


def test_a_sign_that_is_not_there_finds_nothing(database: Database):
    for words in ("C--", "%%", "密碼", "[a-z]", "?", "**"):
        found = [hit.turn for hit in Search(database).find(words)]
        assert (
            found in ([], ["t-cpp"], ["t-percent"], ["t-cpp", "t-percent"], ["t-percent", "t-cpp"])
            or words == "?"
        )
    assert Search(database).find("[a-z]") == []


def test_every_hit_is_counted_however_few_are_returned(database: Database):
    chats, turns = ChatStore(database, SystemClock()), TurnStore(database)
    record = chats.new(title="many narwhals")
    chats.post(record, record)
    for number in range(120):
        turns.post(turn(record.id, f"n{number}", f"narwhal {number}"))
    search = Search(database)
    assert len(search.find("narwhal")) == 50
    assert search.count("narwhal") == 121
    assert len(search.find("narwhal", limit=500)) == 121


def test_attached_text_is_found(database: Database):
    chats, turns = ChatStore(database, SystemClock()), TurnStore(database)
    record = chats.new(title="with a file")
    chats.post(record, record)
    turns.keep_file("d1", "the Łukasiewicz operator".encode())
    turns.post(turn(record.id, "f", "look", (FileRef("a.txt", "text/plain", 24, "d1"),)))
    (hit,) = Search(database).find("lukasiewicz")
    assert hit.turn == "f"
    assert "\x02" in hit.snippet


def test_a_history_of_before_is_searched_as_well(tmp_path: Path):
    from mixchat.storage.migrations import MIGRATIONS, backups

    path = tmp_path / "old.db"
    old = Database(path, MIGRATIONS[:3])
    old.connection.execute("INSERT INTO chats (id, title, created, updated) VALUES ('c', 'Old', 1, 1)")
    old.connection.execute(
        "INSERT INTO turns (id, chat, created, outcome, prompt, reply, body) VALUES ('t', 'c', 1, 'complete', '密码', 'x', CAST('{}' AS BLOB))"
    )
    old.close()
    database = Database(path)
    assert [hit.turn for hit in Search(database).find("密码")] == ["t"]
    assert [backup.name for backup in backups(database.path)] == ["old.db.before-version-4"]
    database.connection.execute("DELETE FROM turns")
    assert Search(database).find("密码") == []
    database.close()
