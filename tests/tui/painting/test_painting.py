"""When a screen paints, and that Textual's own way is left where its parts are not those that are known."""

import asyncio
import gc
from time import monotonic

import pytest
from rich.segment import Segment
from textual import events
from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Static

from mixchat.tui.terminal import painting
from mixchat.tui.terminal.painting import DirtyCompositor, IdlePainter, Painting, is_supported
from tests.tui.painting.stage import Above


class Words(App[None]):
    """One widget, and when each frame was displayed."""

    def __init__(self) -> None:
        super().__init__()
        self.painting = Painting(self)
        self.shown: list[float] = []

    def get_default_screen(self) -> Screen[None]:
        screen = super().get_default_screen()
        self.painting.attach(screen)
        return screen

    def compose(self) -> ComposeResult:
        yield Static("words")

    def post_display_hook(self) -> None:
        self.shown.append(monotonic())


async def _delays(app: Words, changes: int) -> list[float]:
    """Return the seconds from each change, after a pause, to its frame."""
    delays: list[float] = []
    for number in range(changes):
        await asyncio.sleep(0.05)
        app.shown.clear()
        began = monotonic()
        app.query_one(Static).update(f"word {number}")
        while not app.shown:  # noqa: ASYNC110 - no task may sleep between
            await asyncio.sleep(0)
        delays.append(app.shown[0] - began)
    return sorted(delays)


async def test_what_changes_after_a_pause_is_painted_before_a_timer_of_60_hz_would():
    app = Words()
    async with app.run_test() as pilot:
        await pilot.pause()
        assert (await _delays(app, 15))[7] < 0.014


async def test_frames_leave_time_for_everything_else():
    app = Words()
    async with app.run_test() as pilot:
        await pilot.pause()
        app.shown.clear()
        began = monotonic()
        while monotonic() - began < 0.3:
            app.query_one(Static).update(f"{monotonic()}")
            await asyncio.sleep(0)
        assert 5 < len(app.shown) <= 2 + (monotonic() - began) / 0.004


async def _painted(app: Words) -> None:
    """Wait for the next frame."""
    app.shown.clear()
    app.query_one(Static).refresh()
    while not app.shown:  # noqa: ASYNC110 - frames come of themselves
        await asyncio.sleep(0)


async def test_what_a_key_changes_does_not_wait_for_the_time_of_a_frame(monkeypatch: pytest.MonkeyPatch):
    app = Words()
    async with app.run_test() as pilot:
        await pilot.pause()
        monkeypatch.setattr(painting, "_LEAST", 60.0)
        await _painted(app)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await _painted(app)
        app.painting.hurry()
        await _painted(app)


async def test_every_screen_paints_so():
    app = Words()
    async with app.run_test() as pilot:
        await app.push_screen(Above())
        await pilot.pause()
        for screen in app.screen_stack:
            assert isinstance(screen._update_timer, IdlePainter)
            assert isinstance(screen._compositor, DirtyCompositor)


async def _is_stock(app: Words) -> None:
    async with app.run_test() as pilot:
        await app.push_screen(Above())
        await pilot.pause()
        for screen in app.screen_stack:
            assert not isinstance(screen._update_timer, IdlePainter)
            assert not isinstance(screen._compositor, DirtyCompositor)
        assert "_display" not in vars(app)
        assert len(await _delays(app, 2)) == 2


async def test_with_another_textual_everything_is_painted_its_way(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(painting, "_VERSION", "8.3.0")
    assert not is_supported()
    await _is_stock(Words())


async def test_where_a_part_is_missing_everything_is_painted_textuals_way(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(painting._PARTS, Screen, ("_on_timer_update", "_gone"))
    assert not is_supported()
    await _is_stock(Words())


async def test_whole_frames_can_be_had(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(painting.VARIABLE, "whole")
    assert not is_supported()
    await _is_stock(Words())


def test_this_textual_has_all_parts():
    assert is_supported()


class Told(Static):
    """Notes the sizes that it is told."""

    told: list[int]

    def on_mount(self) -> None:
        self.told = []

    def on_resize(self, event: events.Resize) -> None:
        self.told.append(event.size.width)


async def test_a_widget_hears_of_its_size_also_when_somebody_looked_before_the_layout():
    app = Words()
    async with app.run_test(size=(60, 20)):
        compositor = app.screen._compositor
        widget = Told("here")
        app.screen.mount(widget)
        for _ in range(
            20
        ):  # until it is in the tree, and before the layout that comes once the screen is idle
            compositor._full_map_invalidated = True
            assert compositor.full_map is not None
            await asyncio.sleep(0)
        for _ in range(200):  # a screen is idle later where others need the processor
            if widget.told:
                break
            await asyncio.sleep(0.02)
        assert widget.told == [60]


class Rows(ScrollView):
    """Rows that are other ones in every frame, beside a scroll bar."""

    frame = 0

    def render_line(self, y: int) -> Strip:
        return Strip([Segment(f"row {y} of frame {self.frame}".ljust(self.scrollable_content_region.width))])


class ManyRows(Words):
    def compose(self) -> ComposeResult:
        yield Static("a frame of everything is rare, and Textual's own")
        yield Rows()


async def test_a_frame_leaves_nothing_that_only_a_collector_frees():
    app = ManyRows()
    async with app.run_test() as pilot:
        await pilot.pause()
        rows = app.query_one(Rows)
        rows.refresh()  # the first frame is a whole one
        await pilot.pause()
        gc.collect()
        gc.set_debug(gc.DEBUG_SAVEALL)
        try:
            for rows.frame in range(1, 20):
                rows.refresh()
                await pilot.pause()
            gc.collect()
            assert [thing for thing in gc.garbage if isinstance(thing, Strip)] == []
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
