"""Paints sooner and writes less than Textual does by itself. All that leans on its private parts is in this file.

Textual paints with a timer of 60 Hz that sleeps between changes: what changes after a pause waits 17 to 33 ms for it.
Here a screen paints as soon as it is idle and something of it is dirty, if the last frame is long enough ago. And
Textual writes every row of a widget that changed; here only the cells that differ are written, in one piece with the
marks of synchronized output around them.

The private parts are those of one version, and they are looked for before anything is touched: with another Textual
than that, or with MIXCHAT_FRAMES=whole, everything is painted as Textual does it.
"""

# Textual's App and Screen are generic in what they return, which matters to nothing here.
# pyright: reportPrivateUsage=false, reportUnknownMemberType=false, reportUnknownVariableType=false

import asyncio
import os
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, cast

import textual
from rich.color import ColorSystem
from rich.console import RenderableType
from rich.control import Control
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._compositor import ChopsUpdate, Compositor, LayoutUpdate, ReflowResult
from textual.app import App
from textual.geometry import Region, Size
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from mixchat.tui.terminal.shown_frame import ShownFrame

if TYPE_CHECKING:
    from mixchat.tui.terminal.driver import TerminalDriver

VARIABLE: Final = "MIXCHAT_FRAMES"
_WHOLE: Final = "whole"
_VERSION: Final = "8.2.8"
_PARTS: Final[dict[type, tuple[str, ...]]] = {
    App: ("_display", "_begin_update", "_end_update", "_handle_exception"),
    Screen: ("_on_idle", "_on_timer_update", "_compositor_refresh", "_update_timer"),
    Compositor: ("_regions_to_spans", "cuts", "render_partial_update", "visible_widgets", "reflow"),
}
_TIMER: Final = "_Screen__update_timer"
_LEAST: Final = 0.004
"""Seconds between two frames at least."""


def is_supported() -> bool:
    """Whether Textual has the parts that are used here, and nobody wants its own way."""
    return (
        os.environ.get(VARIABLE) != _WHOLE
        and _is_known_version()
        and all(hasattr(owner, name) for owner, names in _PARTS.items() for name in names)
    )


def _is_known_version() -> bool:
    """Look for the folder that installers leave beside the package: asking `textual.__version__` takes 2 MiB and 10 ms."""
    beside = Path(textual.__file__).parents[1] / f"textual-{_VERSION}.dist-info"
    return beside.is_dir() or textual.__version__ == _VERSION


class Painting:
    """Has an app paint at once and write only what changed; does nothing where that is not supported.

    Args:
        app: the app.
    """

    def __init__(self, app: App[Any]) -> None:
        self.is_active = is_supported()
        self._app = app
        self._found = app.get_screen
        if self.is_active:
            vars(app).update(_display=FrameWriter(app).display, get_screen=self._get_screen)

    def _get_screen(
        self, screen: Screen[Any] | str, screen_class: type[Screen[Any]] | None = None
    ) -> Screen[Any]:
        """Return a screen that is to be shown, as `App.get_screen` does."""
        found: Screen[Any] = self._found(screen, screen_class)  # pyright: ignore[reportCallIssue, reportArgumentType]
        self.attach(found)
        return found

    def attach(self, screen: Screen[Any]) -> None:
        """Let a screen that was not shown yet paint when it is idle."""
        if self.is_active and getattr(screen, _TIMER, self) is None:
            vars(screen).update({_TIMER: IdlePainter(screen), "_compositor": DirtyCompositor()})

    def hurry(self) -> None:
        """Let what a key is about to change be painted without waiting for the time of a frame."""
        if self.is_active and self._app.screen_stack:
            painter = getattr(self._app.screen, _TIMER, None)
            if isinstance(painter, IdlePainter):
                painter.hurry()


class IdlePainter:
    """Stands in for the timer that a screen wakes when something of it is dirty."""

    def __init__(self, screen: Screen[Any]) -> None:
        self._screen = screen
        self._next = 0.0
        """When the next frame may be painted."""
        self._due: asyncio.TimerHandle | None = None

    def hurry(self) -> None:
        """Paint what is dirty next at once, however short ago the last frame was."""
        self._next = 0.0

    def resume(self) -> None:
        """Paint, now or once the last frame is long enough ago: what it took, so that half the time is for the rest."""
        wait = self._next - monotonic()
        if wait <= 0:
            self.pause()
            self._paint()
        elif self._due is None:
            self._due = asyncio.get_running_loop().call_later(wait, self._paint)

    def pause(self) -> None:
        """Drop a frame that was to come; the screen calls it when it paints anyway."""
        if self._due is not None:
            self._due.cancel()
            self._due = None

    stop = pause

    def _paint(self) -> None:
        self._due = None
        screen = self._screen
        app: App[Any] = screen.app
        if not screen.is_running or app._exit:
            return
        began = monotonic()
        try:
            screen._on_timer_update()
        except Exception as error:  # noqa: BLE001 - whatever a widget's own code raises, as Textual's timer does
            app._handle_exception(error)
        ended = monotonic()
        self._next = ended + max(_LEAST, ended - began)


class DirtyCompositor(Compositor):
    """Renders only the rows that are dirty, not all widgets in the rectangle around everything that is."""

    def __init__(self) -> None:
        super().__init__()
        self._laid_out = self._full_map

    def reflow(self, parent: Widget, size: Size) -> ReflowResult:
        """Lay out, and return what is new since the layout before.

        Textual compares with its map, which a look at it (a paint, a mouse that moves) may have brought up to date
        already: a widget that was mounted meanwhile then never hears of its size and is not painted.
        """
        self._full_map = self._laid_out
        found = super().reflow(parent, size)
        self._laid_out = self._full_map
        return found

    def render_partial_update(self) -> ChopsUpdate | None:
        """Render what is dirty, cut where widgets begin and end; the rows that are clean stay empty.

        A part that fills its place is taken as it is. Textual divides it, and a strip that is divided into itself
        keeps that in its own cache: a ring that only the collector of garbage takes apart, for every row painted.
        """
        dirty = list(self._dirty_regions)
        self._dirty_regions.clear()
        if not dirty:
            return None
        spans = list(self._regions_to_spans(dirty))
        rendered = {y for y, _, _ in spans}
        chops: list[dict[int, Strip | None]] = [
            dict.fromkeys(cuts[:-1]) if y in rendered else {} for y, cuts in enumerate(self.cuts)
        ]
        for shown, strips in self._renders(dirty):
            first, end = shown.column_span
            for y, strip in zip(shown.line_range, strips, strict=False):
                if y not in rendered:
                    continue
                row, last = chops[y], min(first + strip.cell_length, end)
                cuts = [cut for cut in self.cuts[y] if first <= cut <= last]
                whole = cuts == [first, first + strip.cell_length]
                parts = (strip,) if whole else strip.divide([cut - first for cut in cuts[1:]])
                for cut, part in zip(cuts, parts, strict=False):
                    if row.get(cut) is None:  # what is in front comes first
                        row[cut] = part
        return ChopsUpdate(
            cast("Sequence[Mapping[int, Strip]]", chops), spans, [cuts[1:] for cuts in self.cuts]
        )

    def _renders(self, dirty: list[Region]) -> Generator[tuple[Region, list[Strip]]]:
        """Yield the rows that are dirty of each widget, from the front; none of what stands behind another widget."""
        before: list[Region] = []
        for widget, (region, clip) in self.visible_widgets.items():
            seen = region.intersection(clip)
            # A widget that is clean but lies over a dirty one is among them: it overlaps what is dirty.
            parts = [
                part
                for part in map(seen.intersection, dirty)
                if part and not any(front.contains_region(part) for front in before)
            ]
            if parts:
                rows = Region.from_union(parts)
                shown = Region(seen.x, rows.y, seen.width, rows.height)
                yield shown, widget.render_lines(shown.translate(-region.offset))
                before.append(seen)


class FrameWriter:
    """Writes frames of an app to its terminal, by what is shown there."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._stock = app._display
        self._shown = ShownFrame()
        self._of: tuple[Screen[Any], int] | None = None
        """Whose frame is shown, and by which count of the terminal's resets."""

    def display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Write a frame, as `App._display` does."""
        driver = self._driver
        if driver is None or not isinstance(renderable, LayoutUpdate | ChopsUpdate):
            if renderable is not None:
                self._shown.forget()
            self._stock(screen, renderable)
            return
        try:
            if self._of != (screen, driver.resets):
                self._of = screen, driver.resets
                self._shown.forget()
            self._write(driver, renderable)
        except Exception as error:  # noqa: BLE001 - as Textual does with what cannot be rendered
            self._shown.forget()
            self._app._handle_exception(error)
        finally:
            self._app.post_display_hook()

    @property
    def _driver(self) -> "TerminalDriver | None":
        """Who writes to the terminal, while frames are written to one that is known."""
        if os.name != "posix":
            return None
        from mixchat.tui.terminal.driver import TerminalDriver

        app, driver = self._app, self._app._driver
        writes = app._running and not app._closed and not app._batch_count and not app.is_headless
        return driver if writes and isinstance(driver, TerminalDriver) and not driver.is_inline else None

    def _write(self, driver: "TerminalDriver", update: LayoutUpdate | ChopsUpdate) -> None:
        app = self._app
        colors = app.console._color_system or ColorSystem.TRUECOLOR
        if isinstance(update, LayoutUpdate):
            text = self._shown.whole(update.strips, colors)
        else:
            text = self._shown.changes(update.chops, update.chop_ends, update.spans, colors)
        cursor = app.screen.outer_size.clamp_offset(app.cursor_position)
        if not text and cursor == app._previous_cursor_position:
            return
        app._previous_cursor_position = cursor
        text += Control.move_to(*cursor).segment.text
        # In one piece: three would be three writes, and as many chances for the reader of keys to run in between.
        driver.write(f"{SYNC_START}{text}{SYNC_END}" if app._sync_available else text)
        driver.flush()
