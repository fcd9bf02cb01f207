"""How comparing and stepping between answers look, in several sizes and themes."""

import pytest

from mixchat.domain.errors import Overloaded
from mixchat.tui.app import MixApp
from mixchat.tui.launch_options import LaunchOptions
from tests.routing.scripted import reply
from tests.tui.stage import Stage, StagedRuntime, StillClock
from tests.tui.test_appearance import CODE, SnapCompare, shown

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=["80x24", "120x40", "200x60"])
THEMES = pytest.mark.parametrize("theme", ["mixchat-dark", "mixchat-light"])


async def comparing(stage: Stage) -> None:
    """Let three models answer, one of which cannot."""
    stage.runtime.settings.providers.script("a/plain", reply(CODE))
    stage.runtime.settings.providers.script(
        "b/large", reply("Because `range` ends before its end.\n\nAdd one to it.")
    )
    stage.runtime.settings.providers.script("c/tiny", [Overloaded("c has too many requests.")])
    await stage.send("/compare a/plain b/large c/tiny why does this code stop one early?")
    await stage.until(lambda: stage.screen.first.choices.is_open)
    await stage.until(lambda: "half-open" in stage.text)


async def stepping(stage: Stage) -> None:
    """Ask again, step back to the first answer, and begin to edit the prompt."""
    stage.runtime.settings.providers.script("b/large", reply(CODE), reply("Because it does."))
    await stage.send("why does this code stop one early?")
    await stage.idle()
    await stage.pilot.press("f5")
    await stage.idle()
    await stage.pilot.press("alt+left")
    await stage.until(lambda: "half-open" in stage.text)
    await stage.pilot.press("alt+e")
    await stage.until(lambda: "editing turn 1" in stage.text and "large" in stage.text)


@SIZES
@THEMES
def test_a_comparison(snap_compare: SnapCompare, size: tuple[int, int], theme: str):
    runtime = StagedRuntime(clock=StillClock())
    app = MixApp(runtime, LaunchOptions(theme=theme))
    assert snap_compare(app, terminal_size=size, run_before=shown(runtime, comparing))


@SIZES
@THEMES
def test_answers_to_step_between_and_an_edit(snap_compare: SnapCompare, size: tuple[int, int], theme: str):
    runtime = StagedRuntime(clock=StillClock())
    app = MixApp(runtime, LaunchOptions(theme=theme))
    assert snap_compare(app, terminal_size=size, run_before=shown(runtime, stepping))


def test_the_list_of_models_to_compare(snap_compare: SnapCompare):
    async def choosing(stage: Stage) -> None:
        stage.composer.area.insert("why does this code stop one early?")
        await stage.pilot.press("f7")
        await stage.until(lambda: "Compare 3" in stage.text)

    runtime = StagedRuntime(clock=StillClock())
    assert snap_compare(
        MixApp(runtime, LaunchOptions()), terminal_size=(100, 24), run_before=shown(runtime, choosing)
    )
