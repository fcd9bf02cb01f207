"""Chats: found by title and text, opened, renamed, pinned, tagged, deleted and brought back."""

import time
from pathlib import Path

import pytest

from mixchat.tui.screens.chats.chats_screen import ChatsScreen
from tests.routing.scripted import reply
from tests.tui.screens.scene import SceneRuntime, opened, tell
from tests.tui.stage import Stage, on_stage


async def chats(stage: Stage) -> ChatsScreen:
    """Open the screen over a history."""
    return await opened(stage, "chats", ChatsScreen)


def told() -> SceneRuntime:
    """Return a runtime with five chats."""
    runtime = SceneRuntime()
    tell(runtime)
    return runtime


async def test_chats_stand_under_their_days_with_what_they_cost():
    async with on_stage(told()) as stage:
        await chats(stage)
        await stage.until(lambda: "$0.027" in stage.text)
        lines = [line.strip() for line in stage.text.splitlines()]
        assert lines.index("Today") < lines.index("Yesterday") < lines.index("October 2023")
        assert "5 chats" in stage.text


async def test_typing_finds_titles_and_what_was_said_and_enter_opens_it_there():
    async with on_stage(told()) as stage:
        await chats(stage)
        await stage.type("arena")
        await stage.until(lambda: "1 chat" in stage.text and "Keep the nodes in an arena." in stage.text)
        await stage.pilot.press("down", "enter")
        await stage.until(lambda: stage.app.screen is stage.screen)
        assert stage.talk.chat.id == "chat1"
        await stage.until(lambda: "Keep the nodes in an arena." in stage.text)


async def test_a_tag_is_searched_with_its_mark():
    async with on_stage(told()) as stage:
        await chats(stage)
        await stage.type("#wo")
        await stage.until(lambda: "1 chat" in stage.text)
        assert "Why does this loop stop early?" in stage.text
        assert "Lisbon" not in stage.text


async def test_what_nobody_said_is_said_to_be_nowhere():
    async with on_stage(told()) as stage:
        await chats(stage)
        await stage.type("zebra")
        await stage.until(lambda: "No chat holds these words." in stage.text)


async def test_a_deleted_chat_is_brought_back_with_one_key():
    async with on_stage(told()) as stage:
        await chats(stage)
        await stage.pilot.press("ctrl+d")
        await stage.until(lambda: "4 chats" in stage.text and "Deleted “Why" in stage.text)
        assert [record.id for record in stage.runtime.storage.chats.list(deleted=True)] == ["chat0"]
        await stage.pilot.press("ctrl+z")
        await stage.until(lambda: "5 chats" in stage.text)
        assert not stage.runtime.storage.chats.list(deleted=True)


async def test_renaming_pinning_and_tagging_are_on_disk_and_undone_one_by_one():
    async with on_stage(told()) as stage:
        await chats(stage)
        await stage.pilot.press("ctrl+f")
        await stage.until(lambda: "pinned" in stage.text)
        await stage.pilot.press("ctrl+r", "ctrl+u", "L", "o", "o", "p", "s", "enter")
        await stage.until(lambda: stage.runtime.storage.chats.find("chat0").title == "Loops")
        await stage.pilot.press("ctrl+t", "space", "p", "y", "enter")
        await stage.until(lambda: stage.runtime.storage.chats.find("chat0").tags == ("py", "work"))
        assert stage.runtime.storage.chats.find("chat0").pinned
        await stage.pilot.press("ctrl+z", "ctrl+z", "ctrl+z")
        await stage.until(lambda: not stage.runtime.storage.chats.find("chat0").pinned)
        before = stage.runtime.storage.chats.find("chat0")
        assert (before.title, before.tags) == ("Why does this loop stop early?", ("work",))


async def test_a_new_title_of_the_open_chat_is_kept_by_its_next_turn():
    runtime = told()
    async with on_stage(runtime) as stage:
        await chats(stage)
        await stage.pilot.press("enter")
        await stage.until(lambda: stage.talk.chat.id == "chat0")
        await chats(stage)
        await stage.pilot.press("ctrl+r", "ctrl+u", "N", "e", "w", "enter")
        await stage.until(lambda: runtime.storage.chats.find("chat0").title == "New")
        await stage.pilot.press("escape")
        runtime.settings.providers.script("a/plain", reply("And on."))
        await stage.send("Go on please")
        await stage.idle()
        assert runtime.storage.chats.find("chat0").title == "New"


async def test_deleting_the_open_chat_leaves_a_new_one():
    async with on_stage(told()) as stage:
        await chats(stage)
        await stage.pilot.press("enter")
        await stage.until(lambda: stage.talk.chat.id == "chat0")
        await chats(stage)
        await stage.pilot.press("ctrl+d", "escape")
        await stage.until(lambda: stage.talk.chat.id != "chat0")
        assert not stage.turns


async def test_the_chat_at_hand_is_searched_by_its_bar_and_esc_takes_it_away():
    async with on_stage(told()) as stage:
        await chats(stage)
        await stage.pilot.press("enter")
        await stage.until(lambda: "half-open" in stage.text)
        await stage.pilot.press("ctrl+f")
        await stage.type("half")
        await stage.until(lambda: "1 of 1" in stage.text)
        await stage.pilot.press("escape")
        await stage.until(lambda: "1 of 1" not in stage.text)
        assert stage.screen.focused is stage.composer.area


async def test_help_names_the_screens_own_keys():
    async with on_stage(told()) as stage:
        await chats(stage)
        await stage.pilot.press("f1")
        await stage.until(lambda: "star, to keep it at the top" in stage.text)
        await stage.pilot.press("escape")
        await stage.until(lambda: isinstance(stage.app.screen, ChatsScreen))


async def test_help_in_the_chat_begins_with_what_the_focused_widget_can_do():
    async with on_stage(told()) as stage:
        await chats(stage)
        await stage.pilot.press("enter")
        await stage.until(lambda: "half-open" in stage.text)
        stage.screen.context.widgets.transcript.focus()
        await stage.pilot.press("f1")
        await stage.until(lambda: "In the conversation" in stage.text)
        assert stage.text.index("In the conversation") < stage.text.index("Writing")


async def test_a_key_is_searched_at_once_and_waits_for_a_rest_where_searching_takes_its_time(
    monkeypatch: pytest.MonkeyPatch,
):
    runtime = SceneRuntime()
    tell(runtime)
    async with on_stage(runtime) as stage:
        screen = await opened(stage, "chats", ChatsScreen)
        find = screen._chats.find
        sought: list[str] = []

        def slow(words: str) -> object:
            sought.append(words)
            time.sleep(0.03)
            return find(words)

        screen.fill("the")
        assert not screen._search_soon.is_pending
        monkeypatch.setattr(screen._chats, "find", slow)
        await stage.type("eggs")
        assert sought[0] == "e"
        await stage.until(lambda: sought[-1] == "eggs" and "1 chat" in stage.text)
        done = len(sought)
        screen.fill("eggs")
        assert len(sought) == done
        await stage.until(lambda: len(sought) == done + 1)


async def test_a_chat_is_exported_from_the_list(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    async with on_stage(told()) as stage:
        await chats(stage)
        await stage.type("arena")
        await stage.until(lambda: "1 chat" in stage.text)
        await stage.pilot.press("down", "ctrl+e")
        await stage.until(lambda: "Export to" in stage.text)
        await stage.pilot.press("enter")
        await stage.until(lambda: "Saved the chat to" in stage.text)
    assert "Keep the nodes in an arena." in exported(tmp_path)


def exported(folder: Path) -> str:
    (path,) = folder.glob("*.md")
    return path.read_text()
