"""Chats and turns on disk: found, listed, searched, recovered."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from msgspec import structs

from mixchat.domain.chat_request import Pin
from mixchat.domain.clock import SystemClock
from mixchat.domain.decision import RoutingDecision
from mixchat.domain.errors import ConfigError
from mixchat.domain.turn import Outcome, Turn
from mixchat.storage.chats import ChatRecord, ChatStore
from mixchat.storage.database import VERSION, Database
from mixchat.storage.drafts import Drafts
from mixchat.storage.migrations import MIGRATIONS
from mixchat.storage.search import Search
from mixchat.storage.turns import TurnStore


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "history.db")
    yield database
    database.close()


def turn(
    chat: str, turn_id: str, prompt: str = "hi", reply: str = "hello", outcome: Outcome = Outcome.COMPLETE
) -> Turn:
    created = datetime(2026, 11, 23, tzinfo=UTC)
    return Turn(id=turn_id, chat=chat, created=created, prompt=prompt, reply=reply, outcome=outcome)


def save(database: Database, title: str, *turns: tuple[str, str]) -> str:
    chats = ChatStore(database, SystemClock())
    record = chats.new(title=title)
    chats.post(record, record)
    for number, (prompt, reply) in enumerate(turns):
        TurnStore(database).post(turn(record.id, f"{record.id}-{number}", prompt, reply))
    return record.id


def test_a_chat_is_found_by_the_start_of_its_id_if_it_is_the_only_one(database: Database):
    chats = ChatStore(database, SystemClock())
    record = save(database, "first")
    assert chats.find(record[:6]).title == "first"
    with pytest.raises(KeyError, match="no chat 'zzz'"):
        chats.find("zzz")
    with pytest.raises(KeyError, match="no chat"):
        chats.find("")


def test_pinned_chats_come_first_and_deleted_ones_can_be_brought_back(database: Database):
    chats = ChatStore(database, SystemClock())
    old, new = save(database, "old"), save(database, "new")
    chats.post(chats.find(old), structs.replace(chats.find(old), pinned=True))
    chats.tag(old, "work", "b", "work")
    assert [(chat.title, chat.tags) for chat in chats.list()] == [("old", ("b", "work")), ("new", ())]
    chats.delete(new)
    assert [chat.title for chat in chats.list()] == ["old"]
    assert [chat.title for chat in chats.list(deleted=True)] == ["new"]
    chats.restore(new)
    assert len(chats.list()) == 2


def test_words_are_found_in_titles_prompts_and_replies_and_never_read_as_a_query(database: Database):
    search = Search(database)
    bees = save(database, "About bees", ("how do bees dance?", 'They waggle: “NOT” AND (OR) "quoted"'))
    save(database, "Other", ("percent 100%", "nothing"))
    assert {hit.chat for hit in search.find("bees")} == {bees}
    assert [hit.turn for hit in search.find("wagg")] == [f"{bees}-0"]
    assert "\x02wagg\x03le" in search.find("wagg")[0].snippet
    for hostile in ('"', "NOT", "a AND", "(", "prompt:x", "*", "\0", "%", "'; DROP TABLE turns"):
        search.find(hostile)
    assert [hit.title for hit in search.find("NOT waggle")] == ["About bees"]


def test_what_was_deleted_or_is_still_open_is_not_found(database: Database):
    search, turns = Search(database), TurnStore(database)
    chat = save(database, "c", ("unicorn", "x"))
    turns.post(turn(chat, "open", "narwhal", "", Outcome.OPEN))
    assert search.find("narwhal") == []
    turns.post(turn(chat, "open", "narwhal", "done", Outcome.COMPLETE))
    assert [hit.turn for hit in search.find("narwhal")] == ["open"]
    turns.delete(f"{chat}-0", 1.0)
    assert search.find("unicorn") == []


def test_an_open_turn_of_a_dead_process_is_settled_with_what_had_arrived(database: Database):
    chat = save(database, "c")
    program = (
        "import sys, datetime, os\n"
        "from pathlib import Path\n"
        "from mixchat.storage.database import Database\n"
        "from mixchat.storage.turns import TurnStore\n"
        "from mixchat.domain.turn import Turn\n"
        "store = TurnStore(Database(Path(sys.argv[1])))\n"
        "now = datetime.datetime.now(datetime.UTC)\n"
        "store.post(Turn(id='t', chat=sys.argv[2], created=now, prompt='p', reply='half a'))\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(database.path), chat], check=False, timeout=30)
    store = TurnStore(database)
    assert store.get("t").outcome is Outcome.OPEN
    assert [settled.id for settled in store.recover()] == ["t"]
    assert (store.get("t").reply, store.get("t").outcome) == ("half a", Outcome.FAILED)
    assert store.recover() == []


def test_an_open_turn_of_a_living_process_is_left_alone(database: Database):
    chat = save(database, "c")
    TurnStore(database).post(turn(chat, "mine", outcome=Outcome.OPEN))
    assert TurnStore(database).recover() == []


def test_drafts_and_prompts_are_kept(database: Database):
    drafts = Drafts(database)
    drafts.write("new", "half a thought")
    assert drafts.read("new") == "half a thought"
    drafts.write("new", "")
    assert drafts.read("new") == ""
    for prompt in ("one", "two", "two", "three"):
        drafts.remember(prompt)
    assert drafts.prompts() == ["one", "two", "three"]
    assert drafts.prompts(2) == ["two", "three"]


def test_a_file_of_a_newer_mixchat_is_left_alone_with_a_sentence(tmp_path: Path):
    path = tmp_path / "history.db"
    Database(path, [*MIGRATIONS, "CREATE TABLE later (x)"]).close()
    with pytest.raises(ConfigError, match="newer mixchat"):
        Database(path)


def test_a_file_that_had_every_migration_is_known_without_them():
    assert len(MIGRATIONS) == VERSION


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path):
    path = tmp_path / "history.db"
    Database(path, MIGRATIONS).close()
    with pytest.raises(ConfigError, match="cannot be opened"):
        Database(path, [*MIGRATIONS, "CREATE TABLE half (x);\nCREATE NONSENSE;"])
    database = Database(path, MIGRATIONS)
    assert (
        database.connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'half'").fetchone()[0]
        == 0
    )
    database.close()


def test_a_directory_that_cannot_be_made_is_one_sentence(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="MIXCHAT_DATA_DIR"):
        Database(tmp_path / "file" / "history.db")


EARLIER = b"""{"role":"coding","lineup":[{"ref":{"provider":"a","model":"x"},"effort":"high"}],"confidence":0.9,
"classifier":"local","why":"","alternative":{"seat":{"ref":{"provider":"b","model":"y"}},"usd":"0.01"}}"""


def test_a_decision_is_read_and_written_as_earlier_chats_have_it():
    decision = msgspec.json.decode(EARLIER, type=RoutingDecision)
    assert str(decision.fallback_order[0].ref) == "a/x"
    assert decision.alternative is not None
    assert str(decision.alternative.slot.ref) == "b/y"
    written = msgspec.json.decode(msgspec.json.encode(decision))
    assert {"lineup", "role"} <= written.keys()
    assert "seat" in written["alternative"]
    pin = msgspec.json.decode(b'{"name":"x","seat":{"ref":{"provider":"a","model":"x"}}}', type=Pin)
    assert pin.target == "a/x"


def test_a_turn_of_megabytes_is_written_beside_what_else_goes_on_and_before_the_end(tmp_path: Path):
    database = Database(tmp_path / "history.db", background=True)
    chat = ChatRecord(id="c", title="t", created=0.0, updated=0.0)
    ChatStore(database, SystemClock()).post(chat, chat)
    store = TurnStore(database)
    grown = [turn("c", "t", reply="word " * count, outcome=Outcome.OPEN) for count in (100_000, 200_000)]
    for each in (*grown, turn("c", "t", reply="word " * 400_000)):
        store.post(each)
        assert store.get(each.id).reply == each.reply
    database.close()
    again = Database(tmp_path / "history.db")
    saved = TurnStore(again).get(grown[0].id)
    assert (saved.reply, saved.outcome) == ("word " * 400_000, Outcome.COMPLETE)
    again.close()
