"""Every main screen of the app in a state worth a look, and the cells that it paints."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager

from msgspec import Struct
from rich.cells import cell_len
from rich.style import Style
from textual.screen import ModalScreen

from mixchat.domain.errors import Overloaded
from mixchat.tui import themes
from mixchat.tui.app import MixApp
from mixchat.tui.launch_options import LaunchOptions
from tests.routing.scripted import reply
from tests.tui.screens import test_looks as looks
from tests.tui.screens.scene import SceneRuntime, tell
from tests.tui.stage import Stage, StagedRuntime, StillClock
from tests.tui.test_guard_options import SECRET
from tests.tui.test_start import NOBODY

EVERYTHING = """# Heading

A **bold** and *leaning* word, `code`, [a link](https://a.example/b), a formula $x^2$ and a note.[^1]

> Quoted, with ~~struck~~ words.

- [x] done
- [ ] open

```python
def total(n: int) -> int:
    '''Doc.'''
    return sum(range(1, n + 1))  # the end is never in it
```

```diff
-old
+new
```

| name | size |
|---|--:|
| a | 12 |

[^1]: Small print."""


class PaintedCell(Struct, frozen=True):
    """One cell with its colours."""

    character: str
    style: Style
    covered: bool
    """Whether it lies behind a float."""


class Exhibit(Struct, frozen=True):
    """A screen in a state."""

    name: str
    runtime: Callable[[], StagedRuntime]
    show: Callable[[Stage], Awaitable[None]]


def _told() -> StagedRuntime:
    runtime = SceneRuntime()
    tell(runtime)
    return runtime


def _plain() -> StagedRuntime:
    return StagedRuntime(clock=StillClock())


def _nobody() -> StagedRuntime:
    runtime = StagedRuntime(stack=NOBODY, clock=StillClock())
    runtime.settings.providers.reachable = lambda provider: False  # type: ignore[method-assign]
    return runtime


async def _opened(stage: Stage) -> None:
    await stage.until(lambda: "plain" in stage.text or "No model is set up yet" in stage.text)


async def _chat(stage: Stage) -> None:
    providers = stage.runtime.settings.providers
    providers.script("b/large", reply("Use one list."), [Overloaded("b has too many requests.")])
    providers.script("a/plain", reply(EVERYTHING))
    await stage.send("which code is shorter?")
    await stage.idle()
    await stage.send("show me all of your code")
    await stage.until(lambda: "Small print" in stage.text)
    await stage.idle()


async def _question(stage: Stage) -> None:
    await stage.send(f"deploy with {SECRET}")
    await stage.until(lambda: stage.screen.first.choices.is_open)


EXHIBITS = (
    Exhibit("first run", _nobody, _opened),
    Exhibit("empty", _plain, _opened),
    Exhibit("chat", _plain, _chat),
    Exhibit("question", _plain, _question),
    *(
        Exhibit(show.__name__.replace("_", " "), _told, show)
        for show in (
            looks.chats, looks.models, looks.stack, looks.settings, looks.spending, looks.setting_up, looks.finding,
            looks.dressing, looks.help_in_the_chat,
        )
    ),
)  # fmt: skip
NAMES = sorted(path.stem for path in themes.themes_directory().glob("*.toml"))


@asynccontextmanager
async def showing(
    exhibit: Exhibit, size: tuple[int, int], theme: str = "mixchat-dark"
) -> AsyncIterator[Stage]:
    """Open the app and bring it into the state."""
    runtime = exhibit.runtime()
    app = MixApp(runtime, LaunchOptions(theme=theme))
    async with app.run_test(size=size, notifications=True) as pilot:
        stage = Stage(app, pilot, runtime)
        await stage.until(lambda: stage.screen.ready.is_set(), "the app never was ready")
        await exhibit.show(stage)
        await pilot.pause()
        yield stage
        await app.action_quit()


async def wear(stage: Stage, theme: str) -> None:
    """Show the same in another theme."""
    stage.app.register_theme(themes.find_theme(theme, stage.runtime.settings.paths.themes))
    stage.app.theme = theme
    await stage.pilot.pause()
    await stage.pilot.pause()


def cells(stage: Stage) -> Iterator[list[PaintedCell]]:
    """Yield the rows that are painted, character by character; a wide one is followed by an empty one."""
    screen = stage.app.screen
    floats = [child.region for child in screen.children] if isinstance(screen, ModalScreen) else None
    for y, strip in enumerate(screen._compositor.render_strips()):
        row: list[PaintedCell] = []
        for text, style, _ in strip:
            for character in text:
                covered = floats is not None and not any(region.contains(len(row), y) for region in floats)
                row.append(PaintedCell(character, style or Style.null(), covered))
                row.extend([PaintedCell("", style or Style.null(), covered)] * (cell_len(character) - 1))
        yield row
