"""How the app looks, in several sizes and themes."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from mixchat.domain.errors import Overloaded
from mixchat.tui.app import MixApp
from mixchat.tui.launch_options import LaunchOptions
from tests.routing.scripted import reply
from tests.tui.stage import Stage, StagedRuntime, StillClock
from tests.tui.test_guard_options import SECRET
from tests.tui.test_start import NOBODY

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
SnapCompare = Callable[..., bool]
CODE = """The loop stops one early. Count up to `n + 1`:

```python
def total(n: int) -> int:
    return sum(range(1, n + 1))
```

- `range` is half-open, so the end is never in it.
"""


def shown(
    runtime: StagedRuntime, doing: Callable[[Stage], Awaitable[None]]
) -> Callable[[Pilot[Any]], Awaitable[None]]:
    """Return what a snapshot runs before it is taken."""

    async def before(pilot: Pilot[Any]) -> None:
        app = pilot.app
        assert isinstance(app, MixApp)
        stage = Stage(app, pilot, runtime)
        await stage.until(lambda: stage.screen.ready.is_set())
        await stage.until(lambda: "plain" in stage.text or "No model is set up yet" in stage.text)
        await doing(stage)
        await pilot.pause()

    return before


async def nothing(stage: Stage) -> None:
    """Show the app as it opens."""


async def coding(stage: Stage) -> None:
    """Let a question about code be answered."""
    stage.runtime.settings.providers.script("b/large", reply(CODE))
    await stage.send("why does this code stop one early?")
    await stage.idle()
    await stage.until(lambda: "half-open" in stage.text)


@SIZES
def test_an_empty_chat(snap_compare: SnapCompare, size: tuple[int, int]):
    runtime = StagedRuntime(clock=StillClock())
    assert snap_compare(
        MixApp(runtime, LaunchOptions()), terminal_size=size, run_before=shown(runtime, nothing)
    )


@SIZES
def test_a_coding_turn(snap_compare: SnapCompare, size: tuple[int, int]):
    runtime = StagedRuntime(clock=StillClock())
    assert snap_compare(
        MixApp(runtime, LaunchOptions()), terminal_size=size, run_before=shown(runtime, coding)
    )


def test_a_coding_turn_by_daylight(snap_compare: SnapCompare):
    runtime = StagedRuntime(clock=StillClock())
    app = MixApp(runtime, LaunchOptions(theme="mixchat-light"))
    assert snap_compare(app, terminal_size=(120, 40), run_before=shown(runtime, coding))


def test_a_wide_terminal(snap_compare: SnapCompare):
    runtime = StagedRuntime(clock=StillClock())
    assert snap_compare(
        MixApp(runtime, LaunchOptions()), terminal_size=(200, 60), run_before=shown(runtime, coding)
    )


def test_a_fail_over(snap_compare: SnapCompare):
    async def failing(stage: Stage) -> None:
        stage.runtime.settings.providers.script("b/large", [Overloaded("b has too many requests.")])
        stage.runtime.settings.providers.script("a/plain", reply("Here I am instead."))
        await stage.send("why does this code stop one early?")
        await stage.until(lambda: "Here I am instead." in stage.text)
        await stage.idle()

    runtime = StagedRuntime(clock=StillClock())
    assert snap_compare(
        MixApp(runtime, LaunchOptions()), terminal_size=(120, 40), run_before=shown(runtime, failing)
    )


def test_the_first_run(snap_compare: SnapCompare):
    runtime = StagedRuntime(stack=NOBODY, clock=StillClock())
    runtime.settings.providers.reachable = lambda provider: False  # type: ignore[method-assign]
    assert snap_compare(
        MixApp(runtime, LaunchOptions()), terminal_size=(120, 40), run_before=shown(runtime, nothing)
    )


def test_a_question_about_a_secret(snap_compare: SnapCompare):
    async def asked(stage: Stage) -> None:
        await stage.send(SECRET)
        await stage.until(lambda: stage.screen.first.choices.is_open)

    runtime = StagedRuntime(clock=StillClock())
    assert snap_compare(
        MixApp(runtime, LaunchOptions()), terminal_size=(100, 24), run_before=shown(runtime, asked)
    )


def test_the_completions(snap_compare: SnapCompare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)

    async def typing(stage: Stage) -> None:
        await stage.type("@b")
        await stage.until(lambda: stage.composer.completions.is_open)

    runtime = StagedRuntime(clock=StillClock())
    assert snap_compare(
        MixApp(runtime, LaunchOptions()), terminal_size=(100, 24), run_before=shown(runtime, typing)
    )


def test_a_terminal_of_forty_by_ten(snap_compare: SnapCompare):
    runtime = StagedRuntime(clock=StillClock())

    async def before(pilot: Pilot[Any]) -> None:
        app = pilot.app
        assert isinstance(app, MixApp)
        stage = Stage(app, pilot, runtime)
        await stage.until(lambda: stage.screen.ready.is_set() and "40×10" in stage.text)
        await pilot.pause()

    assert snap_compare(MixApp(runtime, LaunchOptions()), terminal_size=(40, 10), run_before=before)
