"""What was spent: by every key, since any day, as a picture, and what routing saved."""

from mixchat.tui.screens.spend_screen import SpendScreen
from tests.tui.screens.scene import SceneRuntime, opened, tell
from tests.tui.stage import Stage, on_stage


async def spending(stage: Stage) -> SpendScreen:
    """Open the screen."""
    return await opened(stage, "spend", SpendScreen)


def told() -> SceneRuntime:
    """Return a runtime that has spent something."""
    runtime = SceneRuntime()
    tell(runtime)
    return runtime


async def test_the_sum_keeps_the_unknown_apart_and_says_what_routing_saved():
    async with on_stage(told()) as stage:
        await spending(stage)
        await stage.until(lambda: "4 calls, $0.0207 on average" in stage.text)
        assert " + ?" in stage.text
        assert "coding" in stage.text
        assert stage.text.count("Routing saved") == 1
        assert "An estimate" not in stage.text
        await stage.pilot.press("f1")
        await stage.until(lambda: "An estimate" in stage.text)


async def test_tab_sums_up_by_something_else():
    async with on_stage(told()) as stage:
        await spending(stage)
        await stage.until(lambda: "by role" in stage.text and "coding" in stage.text)
        await stage.pilot.press("tab", "tab")
        await stage.until(lambda: "by provider" in stage.text)
        await stage.pilot.press("tab")
        await stage.until(lambda: "by chat" in stage.text and "Trip to Lisbon" in stage.text)


async def test_the_sums_begin_with_any_day():
    async with on_stage(told()) as stage:
        await spending(stage)
        await stage.pilot.press("ctrl+t")
        await stage.type("all")
        await stage.pilot.press("enter")
        await stage.until(lambda: "5 calls" in stage.text and "since 2023-10-05" in stage.text)
        await stage.pilot.press("ctrl+t")
        await stage.type("another")
        await stage.pilot.press("enter", "ctrl+u", "x", "enter")
        await stage.until(lambda: "is not a time" in stage.text)
        await stage.pilot.press("ctrl+u", "2", "d", "enter")
        await stage.until(lambda: "since 2023-11-13" in stage.text)


async def test_the_days_are_drawn():
    async with on_stage(told()) as stage:
        await spending(stage)
        await stage.until(lambda: "$0.00" in stage.text and "█" in stage.text)
        await stage.pilot.press("ctrl+g")
        await stage.until(lambda: "$0.00  " not in stage.text)


async def test_enter_opens_a_chat():
    async with on_stage(told()) as stage:
        await spending(stage)
        await stage.pilot.press("shift+tab", "shift+tab")
        await stage.until(lambda: "by chat" in stage.text)
        await stage.type("Lisbon")
        await stage.pilot.press("enter")
        await stage.until(lambda: stage.talk.chat.id == "chat2")


async def test_nothing_spent_is_said():
    async with on_stage(SceneRuntime()) as stage:
        await spending(stage)
        await stage.until(lambda: "Nothing was spent in this time." in stage.text)
