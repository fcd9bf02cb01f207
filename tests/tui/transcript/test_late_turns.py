"""Saved turns are read when they are looked at, and let go of when they are out of sight."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from mixchat.chat.branch import Branch
from mixchat.domain.clock import SystemClock
from mixchat.domain.turn import Outcome, Turn
from mixchat.storage.chats import ChatStore
from mixchat.storage.database import Database
from mixchat.storage.turns import TurnStore
from tests.tui.transcript.scene import Stage

COUNT = 600


class CountingStore(TurnStore):
    """Counts the turns that are read."""

    read = 0

    def several(self, turn_ids: Sequence[str]) -> dict[str, Turn]:
        self.read += len(turn_ids)
        return super().several(turn_ids)


def _branch(folder: Path) -> tuple[CountingStore, Branch]:
    store = CountingStore(Database(folder / "history.db"))
    chats = ChatStore(store._database, SystemClock())
    record = chats.new(title="long")
    chats.post(record, record)
    parent = None
    for number in range(COUNT):
        turn = Turn(
            id=f"t{number}", chat=record.id, parent=parent, created=datetime(2026, 11, 23, tzinfo=UTC),
            prompt=f"prompt {number}", reply=f"the answer is {number}\n\nfind{number:04}", outcome=Outcome.COMPLETE,
        )  # fmt: skip
        store.post(turn)
        parent = turn.id
    store._database.settle()
    return store, Branch(store, record.id, parent, lambda: None)


async def test_opening_reads_what_is_seen_and_everything_is_there_when_it_is_looked_at(tmp_path: Path):
    store, branch = _branch(tmp_path)
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        store.read = 0
        app.transcript.load(branch)
        await pilot.pause()
        assert store.read < 30
        assert "answer is 599" in app.screen_text()
        app.transcript.jump("t300")
        await pilot.pause()
        assert "answer is 300" in app.screen_text()
        assert store.read < 60
        assert [match.turn_id for match in app.transcript.finder.find("find0007")] == ["t7"]
        seen = store.read
        assert len(app.transcript.finder.find("find000")) == 10
        assert store.read == seen, "what was read for the first letter serves the next"
        assert [turn.id for turn in app.transcript.turns] == list(branch.ids)


async def test_a_turn_that_is_gone_for_good_leaves_an_empty_place(tmp_path: Path):
    store, branch = _branch(tmp_path)
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        app.transcript.load(branch)
        with store._database.writing() as connection:
            assert connection.execute("DELETE FROM turns WHERE id = 't300'").rowcount
        app.transcript.jump("t300")
        await pilot.pause()
        assert "answer is 301" in app.screen_text()
        assert len(app.transcript.finder.find("find0007")) == 1
