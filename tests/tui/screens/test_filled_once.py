"""A list that opens is read and laid out once, and once more on the way back from a screen that changes it."""

import pytest

from mixchat.tui.screens.chats.chats_screen import ChatsScreen
from mixchat.tui.screens.list_screen import FilterListScreen
from mixchat.tui.screens.settings.settings_screen import SettingsScreen
from mixchat.tui.screens.spend_screen import SpendScreen
from mixchat.tui.screens.stack.stack_screen import StackScreen
from tests.tui.screens.scene import SceneRuntime, opened, tell
from tests.tui.stage import on_stage


@pytest.mark.parametrize(
    ("act", "kind"),
    [("chats", ChatsScreen), ("stack", StackScreen), ("spend", SpendScreen), ("settings", SettingsScreen)],
)
async def test_a_list_is_filled_once(
    act: str, kind: type[FilterListScreen[object]], monkeypatch: pytest.MonkeyPatch
):
    filled: list[str] = []
    fill = kind.fill

    def fill_and_note(self: FilterListScreen[object], words: str) -> None:
        filled.append(words)
        fill(self, words)

    monkeypatch.setattr(kind, "fill", fill_and_note)
    runtime = SceneRuntime()
    tell(runtime)
    async with on_stage(runtime) as stage:
        screen = await opened(stage, act, kind)
        assert filled == [""]
        if kind.REFILLS:
            await stage.pilot.press("f1")
            await stage.until(lambda: stage.app.screen is not screen)
            await stage.pilot.press("escape")
            await stage.until(lambda: filled == ["", ""])
