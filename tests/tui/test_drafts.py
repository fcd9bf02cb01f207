"""What is being written goes where it belongs, whatever is on disk at that moment."""

import sqlite3
from contextlib import closing

from mixchat.domain.clock import SystemClock
from mixchat.storage.drafts import Drafts
from mixchat.storage.owner import Owner
from tests.tui.stage import on_stage
from tests.tui.test_other_windows import drafts_on_disk

GONE = Owner(pid=1, born=1.0)


async def test_words_that_were_deleted_do_not_come_back_from_a_slow_disk():
    async with on_stage() as stage:
        database = stage.runtime.storage.database
        stage.composer.area.insert("half a thought")
        await stage.until(lambda: drafts_on_disk(stage.runtime) != [])
        with closing(sqlite3.connect(database.path, isolation_level=None)) as busy:
            busy.execute("BEGIN IMMEDIATE")
            stage.composer.clear()
            await stage.pilot.press("ctrl+n")
            assert stage.composer.typed == ""
            assert drafts_on_disk(stage.runtime) == ["half a thought"], "the disk was not slow"


async def test_a_new_chat_takes_along_what_is_written_and_nothing_older():
    async with on_stage() as stage:
        storage = stage.runtime.storage
        Drafts(storage.database, SystemClock(), GONE).write(
            "a-chat-without-a-turn", "left by a window that is gone"
        )
        stage.composer.area.insert("half a thought")
        await stage.pilot.press("ctrl+n")
        assert stage.composer.typed == "half a thought"
        await stage.until(
            lambda: (
                sorted(drafts_on_disk(stage.runtime)) == ["half a thought", "left by a window that is gone"]
            )
        )
        stage.composer.clear()
        await stage.pilot.press("ctrl+n")
        assert stage.composer.typed == "left by a window that is gone"
