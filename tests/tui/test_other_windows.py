"""Two windows on one history: drafts stay where they were written, and what happens elsewhere is shown."""

import sqlite3

from msgspec import structs

from mixchat.storage.drafts import Drafts, draft_text
from mixchat.tui.composer.message import read_draft
from tests.routing.scripted import Hang, reply
from tests.tui.screens.scene import said
from tests.tui.stage import StagedRuntime, on_stage


def drafts_on_disk(runtime: StagedRuntime) -> list[str]:
    rows = runtime.storage.database.connection.execute("SELECT text FROM drafts ORDER BY written").fetchall()
    return [read_draft(row[0]).typed for row in rows]


async def test_a_sent_prompt_is_no_draft_from_the_moment_it_is_on_disk():
    async with on_stage() as stage:
        stage.runtime.settings.providers.script("a/plain", [Hang()])
        await stage.send("Tell me about tea please")
        await stage.until(lambda: len(stage.talk.chat.turns) == 1)
        assert drafts_on_disk(stage.runtime) == []


async def test_what_is_written_is_on_disk_at_once_without_the_credential_in_it():
    key = "sk-ant-api03-" + "aB3dE5fG7h" * 9
    async with on_stage() as stage:
        stage.composer.area.insert(f"why is {key} refused?")
        await stage.until(lambda: drafts_on_disk(stage.runtime) != [])
        assert drafts_on_disk(stage.runtime) == ["why is [an Anthropic key] refused?"]
        assert key in stage.composer.typed


async def test_a_second_window_does_not_open_with_the_first_ones_words():
    async with on_stage() as stage:
        stage.composer.area.insert("half a thought")
        await stage.until(lambda: drafts_on_disk(stage.runtime) != [])
        other = Drafts(stage.runtime.storage.database)
        assert other.read_new("another-new-chat") == ""
        assert other.read(stage.talk.chat.id) == ""
        stage.runtime.storage.database.connection.execute("UPDATE drafts SET born = 1.0")  # it was killed
        assert draft_text(other.read_new("another-new-chat")) == "half a thought"
        assert Drafts(stage.runtime.storage.database).read_new("a-third") == ""


async def test_turns_and_titles_from_elsewhere_appear():
    async with on_stage() as stage:
        stage.runtime.settings.providers.script("a/plain", reply("first reply"))
        await stage.send("Tell me about tea please")
        await stage.until(lambda: "first reply" in stage.text and not stage.talk.busy)
        chat = stage.talk.chat
        path = stage.runtime.storage.database.path
        other = sqlite3.connect(path, isolation_level=None)
        other.create_function("folded", 1, str)
        other.execute("UPDATE chats SET title = 'Renamed elsewhere' WHERE id = ?", (chat.id,))
        other.close()
        await stage.until(lambda: chat.record.title == "Renamed elsewhere")
        assert structs.asdict(chat.record)["title"] == "Renamed elsewhere"


async def test_a_locked_history_is_said_at_once_and_leaving_asks():
    async with on_stage() as stage:
        stage.runtime.settings.providers.script("a/plain", reply("first reply"))
        await stage.send("Tell me about tea please")
        await stage.until(lambda: "first reply" in stage.text and not stage.talk.busy)
        database = stage.runtime.storage.database
        database.patience = 0
        other = sqlite3.connect(database.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        chat = stage.talk.chat
        chat.save_record(structs.replace(chat.record, title="New"))
        await stage.until(lambda: "kept in memory" in stage.text)
        await stage.pilot.press("ctrl+q")
        await stage.until(lambda: "quit once more" in said(stage))
        other.execute("ROLLBACK")
        other.close()
        await stage.until(lambda: not database.unwritten)
        assert stage.runtime.storage.chats.find(chat.id).title == "New"
