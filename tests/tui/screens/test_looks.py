"""How every screen looks: three sizes, a dark and a light theme."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from mixchat.domain.errors import Overloaded
from mixchat.tui.app import MixApp
from mixchat.tui.launch_options import LaunchOptions
from mixchat.tui.screens.chat_settings_screen import ChatSettingsScreen
from mixchat.tui.screens.chats.chats_screen import ChatsScreen
from mixchat.tui.screens.models.models_screen import ModelsScreen
from mixchat.tui.screens.settings.settings_screen import SettingsScreen
from mixchat.tui.screens.settings.table_screen import TableScreen
from mixchat.tui.screens.spend_screen import SpendScreen
from mixchat.tui.screens.stack.stack_screen import StackScreen
from tests.tui.screens.scene import LARGE, SceneRuntime, opened, tell
from tests.tui.stage import Stage

SnapCompare = Callable[..., bool]
Doing = Callable[[Stage], Awaitable[None]]


async def chats(stage: Stage) -> None:
    await opened(stage, "chats", ChatsScreen)
    await stage.until(lambda: "$0.027" in stage.text)


async def hits(stage: Stage) -> None:
    await chats(stage)
    await stage.type("the")
    await stage.until(lambda: "in the fridge" in stage.text)


async def renaming(stage: Stage) -> None:
    await chats(stage)
    await stage.pilot.press("ctrl+r")
    await stage.until(lambda: "enter save" in stage.text)


async def help_here(stage: Stage) -> None:
    await chats(stage)
    await stage.pilot.press("f1")
    await stage.until(lambda: "keep it at the top" in stage.text)


async def models(stage: Stage) -> None:
    stage.runtime.routing.health.failed(LARGE, Overloaded("b is overloaded.").failure)
    await opened(stage, "models", ModelsScreen)
    await stage.until(lambda: "available of" in stage.text)


async def stack(stage: Stage) -> None:
    await opened(stage, "stack", StackScreen)
    await stage.until(lambda: "$3.00 / $15.00" in stage.text)
    await stage.pilot.press("down", "down")


async def settings(stage: Stage) -> None:
    await opened(stage, "settings", SettingsScreen)


async def a_table(stage: Stage) -> None:
    await settings(stage)
    await stage.type("servers")
    await stage.pilot.press("enter")
    await stage.until(lambda: isinstance(stage.app.screen, TableScreen))
    await stage.pilot.press("down")


async def one_named_thing(stage: Stage) -> None:
    await a_table(stage)
    await stage.pilot.press("enter")
    await stage.until(lambda: "providers.b" in stage.text)


async def spending(stage: Stage) -> None:
    await opened(stage, "spend", SpendScreen)
    await stage.until(lambda: "by role" in stage.text and "coding" in stage.text)


async def setting_up(stage: Stage) -> None:
    await stage.send("/pin b/large")
    await stage.send("/temperature 0.5")
    await stage.until(lambda: stage.talk.chat.state.settings.temperature == 0.5)
    stage.app.clear_notifications()
    await opened(stage, "setup", ChatSettingsScreen)
    await stage.pilot.press("down", "down")
    await stage.until(lambda: "takes no temperature" in stage.text)


async def finding(stage: Stage) -> None:
    await stage.send("where is the milk?")
    await stage.until(lambda: not stage.talk.busy)
    await stage.send("/find milk")
    await stage.until(lambda: "1 of 1" in stage.text)


async def dressing(stage: Stage) -> None:
    if stage.app.size == (200, 60):  # room for a panel that tells of other chats, which are read meanwhile
        await stage.until(lambda: "Recent chats" in stage.text)
    await stage.send("/theme")
    await stage.until(lambda: "Type to search" in stage.text)


async def help_in_the_chat(stage: Stage) -> None:
    await stage.pilot.press("f1")
    await stage.until(lambda: type(stage.app.screen).__name__ == "HelpScreen")


SCREENS = pytest.mark.parametrize(
    "doing", [chats, hits, renaming, help_here, models, stack, settings, a_table, one_named_thing, spending,
     setting_up, finding, dressing, help_in_the_chat],
    ids=lambda doing: doing.__name__,
)  # fmt: skip
LOOKS = pytest.mark.parametrize(
    ("size", "theme"),
    [((80, 24), "mixchat-light"), ((120, 40), "mixchat-dark"), ((200, 60), "mixchat-dark")],
    ids=["80x24-light", "120x40-dark", "200x60-dark"],
)  # fmt: skip


@SCREENS
@LOOKS
def test_looks(snap_compare: SnapCompare, doing: Doing, size: tuple[int, int], theme: str):
    runtime = SceneRuntime()
    tell(runtime)

    async def before(pilot: Pilot[Any]) -> None:
        app = pilot.app
        assert isinstance(app, MixApp)
        stage = Stage(app, pilot, runtime)
        await stage.until(lambda: stage.screen.ready.is_set())
        await doing(stage)
        await pilot.pause()

    app = MixApp(runtime, LaunchOptions(theme=theme))
    assert snap_compare(app, terminal_size=size, run_before=before)
