"""Exports of other programs: what is taken, once, and what is not."""

import json
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

import pytest

from mixchat.domain.clock import SystemClock
from mixchat.domain.errors import ConfigError
from mixchat.domain.turn import Turn
from mixchat.storage.chats import ChatStore
from mixchat.storage.database import Database
from mixchat.storage.imports import ImportStore
from mixchat.storage.turns import TurnStore
from mixchat.transfer.importer import Import, Importer
from mixchat.transfer.source import open_export
from tests.transfer.samples import claude_conversation, gpt_conversation, gpt_message, gpt_tree


class History:
    """A history of its own, into which exports are taken."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path)
        self.chats = ChatStore(self.database, SystemClock())
        self.store = TurnStore(self.database)

    def take(self, path: Path) -> Import:
        importer = Importer(ImportStore(self.database))
        for taken in open_export(path).chats:
            importer.take(taken)
        return importer.result

    def turns(self, chat: str) -> list[Turn]:
        return [self.store.get(stub.id) for stub in self.store.stubs(chat)]


@pytest.fixture
def history(tmp_path: Path):
    history = History(tmp_path / "data" / "history.db")
    yield history
    history.database.close()


def written(path: Path, value: object) -> Path:
    path.write_text(json.dumps(value))
    return path


def test_chatgpt_keeps_branches_thoughts_and_sources_and_says_what_it_leaves(
    history: History, tmp_path: Path
):
    result = history.take(written(tmp_path / "conversations.json", [gpt_conversation()]))
    (chat,) = history.chats.list()
    assert chat.title == "Bees and \x1b[31mbirds"
    first, second, third = history.turns(chat.id)
    assert (first.prompt, first.reply, str(first.ref)) == (
        "How do bees dance?",
        "In circles.",
        "openai/gpt-4o",
    )
    assert (second.parent, second.thinking, second.reply) == (None, "Let me think.", "In eights .")
    assert [source.url for source in second.citations] == ["https://bees.example"]
    assert (third.parent, third.prompt, third.reply) == (second.id, "And birds?", "They fly ?.")
    assert chat.leaf == third.id
    assert {turn.imported for turn in (first, second, third)} == {"ChatGPT"}
    assert all(turn.cost.usd is None for turn in (first, second, third))
    assert result.left == {"pictures, sounds and files": 1, "calls of tools": 1, "messages of tools": 1}


def test_a_second_import_changes_nothing_and_a_grown_chat_gains_its_new_turns(
    history: History, tmp_path: Path
):
    conversation = gpt_conversation()
    path = written(tmp_path / "conversations.json", [conversation])
    assert history.take(path).turns == 3
    again = history.take(path)
    assert (again.chats, again.turns, again.known) == (0, 0, 1)
    nodes = conversation["mapping"]
    nodes["a3"]["children"] = ["u4"]
    nodes["u4"] = {"id": "u4", "message": gpt_message("user", "Bats?"), "parent": "a3", "children": ["a4"]}
    nodes["a4"] = {"id": "a4", "message": gpt_message("assistant", "Too."), "parent": "u4", "children": []}
    conversation["current_node"] = "a4"
    grown = history.take(written(path, [conversation]))
    assert (grown.chats, grown.grown, grown.turns) == (0, 1, 1)
    (chat,) = history.chats.list()
    assert [turn.reply for turn in history.turns(chat.id)] == [
        "In circles.",
        "In eights .",
        "They fly ?.",
        "Too.",
    ]
    assert chat.leaf == history.turns(chat.id)[-1].id


def test_a_zip_is_read_and_nothing_in_it_but_the_conversations(history: History, tmp_path: Path):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("conversations-000.json", json.dumps([gpt_conversation()]))
        archive.writestr("../../evil.json", "[]")
        archive.writestr("chat.html", "<script>")
    assert history.take(path).chats == 1


def test_claude_keeps_text_of_attachments_and_thinking(history: History, tmp_path: Path):
    result = history.take(written(tmp_path / "conversations.json", [claude_conversation()]))
    (chat,) = history.chats.list()
    first, second = history.turns(chat.id)
    assert (first.prompt, first.reply, first.thinking) == ("What can I cook?", "An omelette.", "Eggs.")
    assert history.store.file(first.files[0].digest) == b"eggs"
    assert (second.parent, second.reply, first.imported) == (first.id, "Salad.", "Claude")
    assert result.left == {"files": 1, "calls of tools and their results": 1}
    assert history.take(tmp_path / "conversations.json").known == 1


def test_answers_to_the_same_message_of_claude_stand_beside_each_other(history: History, tmp_path: Path):
    conversation = claude_conversation()
    first, answer, *_ = conversation["chat_messages"]
    first["parent_message_uuid"] = "00000000-0000-4000-8000-000000000000"
    answer["parent_message_uuid"] = "m1"
    other = answer | {"uuid": "m2b", "content": [{"type": "text", "text": "Soup."}]}
    conversation["chat_messages"] = [first, answer, other]
    history.take(written(tmp_path / "conversations.json", [conversation]))
    (chat,) = history.chats.list()
    assert [(turn.parent, turn.reply) for turn in history.turns(chat.id)] == [
        (None, "An omelette."),
        (None, "Soup."),
    ]


def legacy_log(path: Path) -> Path:
    with sqlite3.connect(path) as log:
        log.executescript("""
            CREATE TABLE conversations (id TEXT PRIMARY KEY, name TEXT, model TEXT);
            CREATE TABLE responses (id TEXT PRIMARY KEY, model TEXT, prompt TEXT, system TEXT, response TEXT,
              conversation_id TEXT, duration_ms INTEGER, datetime_utc TEXT, input_tokens INTEGER, output_tokens INTEGER);
            CREATE TABLE attachments (id TEXT, type TEXT, path TEXT, url TEXT, content BLOB);
            CREATE TABLE prompt_attachments (response_id TEXT, attachment_id TEXT, "order" INTEGER);
            INSERT INTO conversations VALUES ('c1', 'Poems', 'gpt-4o-mini');
            INSERT INTO responses VALUES ('r1', 'gpt-4o-mini', 'A poem', NULL, 'Roses', 'c1', 1500,
              '2024-05-01T10:00:00.123', 7, 2), ('r2', 'gpt-4o-mini', 'Another', NULL, 'Violets', 'c1', 900,
              '2024-05-01T10:01:00', 9, 2), ('r3', 'claude-3.5-sonnet', 'Alone', NULL, 'Yes', NULL, 1, NULL, NULL, NULL);
            INSERT INTO attachments VALUES ('a1', 'image/png', NULL, NULL, x'89504e47'), ('a2', 'image/png', '/etc/passwd', NULL, NULL);
            INSERT INTO prompt_attachments VALUES ('r1', 'a1', 0), ('r1', 'a2', 1);
        """)
    return path


def test_an_old_log_of_llm_is_read_with_tokens_and_attachments_and_no_path_in_it_is_opened(
    history: History, tmp_path: Path
):
    result = history.take(legacy_log(tmp_path / "logs.db"))
    assert (result.chats, result.turns, result.left) == (2, 3, {"files": 1})
    chats = {chat.title: chat for chat in history.chats.list()}
    first, second = history.turns(chats["Poems"].id)
    assert (first.usage.input, first.usage.output, first.seconds) == (7, 2, pytest.approx(1.5))
    assert history.store.file(first.files[0].digest) == b"\x89PNG"
    assert second.parent == first.id
    assert str(history.turns(chats["Alone"].id)[0].ref) == "anthropic/claude-3.5-sonnet"
    assert history.take(tmp_path / "logs.db").known == 2


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.json", b"[]"),
        ("a.json", b'{"a": 1}'),
        ("a.json", b"[" * 100_000),
        ("a.json", b"\xff\xfe"),
        ("a.json", b'{"format":"mixchat-chats","version":99,"chats":[]}'),
        ("a.json", b'{"format":"mixchat-chats","version":1,"chats":[{"id":1}]}'),
        ("a.zip", b"PK\x03\x04broken"),
        ("a.db", b"SQLite format 3\0" + b"\1" * 200),
        ("a.txt", b"hello"),
    ],
)
def test_what_is_no_export_is_said_in_one_sentence(history: History, tmp_path: Path, name: str, data: bytes):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(ConfigError) as said:
        history.take(path)
    assert "\n" not in str(said.value)
    assert history.chats.list() == []


@pytest.mark.parametrize(
    "conversation",
    [
        {"mapping": {"a": {"parent": "b", "children": ["b"]}, "b": {"parent": "a", "children": ["a"]}}},
        {"mapping": {"a": 7, "b": {"message": [], "children": "x"}}, "create_time": "never", "title": 3},
        {"mapping": gpt_tree(("u", None, gpt_message("user", "x", at=1e300)), ("a", "u", gpt_message("assistant", "y", at=-1)))},
        {"mapping": gpt_tree(("u", None, gpt_message("user")), ("a", "u", gpt_message("assistant", "y")))},
        {"chat_messages": [7, {"sender": "assistant"}, {"sender": "human", "content": {"a": 1}, "text": 3}]},
    ],
)  # fmt: skip
def test_nonsense_is_left_out_and_nothing_breaks(
    history: History, tmp_path: Path, conversation: dict[str, Any]
):
    path = written(
        tmp_path / "conversations.json",
        [conversation, gpt_conversation() if "mapping" in conversation else claude_conversation()],
    )
    assert history.take(path).turns >= 2


def test_a_tree_as_deep_as_a_year_of_talk_is_walked(history: History, tmp_path: Path):
    nodes: list[tuple[str, str | None, dict[str, Any] | None]] = []
    before: str | None = None
    for number in range(3000):
        nodes.append((f"u{number}", before, gpt_message("user", f"question {number}")))
        nodes.append((f"a{number}", f"u{number}", gpt_message("assistant", "answer")))
        before = f"a{number}"
    conversation = gpt_conversation() | {"mapping": gpt_tree(*nodes), "current_node": before}
    assert history.take(written(tmp_path / "conversations.json", [conversation])).turns == 3000


@pytest.mark.parametrize("name", [["a3"], {"a3": 1}, 3, None, 1.5])
def test_nodes_of_chatgpt_whose_names_are_no_text_hang_on_nothing(
    history: History, tmp_path: Path, name: object
):
    conversation = gpt_conversation()
    conversation["mapping"]["a1"]["parent"] = name
    conversation["mapping"]["u1"]["children"].append(name)
    conversation["current_node"] = name
    history.take(written(tmp_path / "conversations.json", [conversation]))
    assert [turn.prompt for turn in history.turns(history.chats.list()[0].id)]
