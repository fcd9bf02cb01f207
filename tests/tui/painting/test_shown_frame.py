"""What the terminal shows after frames of changed cells is what it would show after Textual's own."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widgets import Static

from mixchat.tui.terminal.shown_frame import ShownFrame
from tests.tui.painting.stage import Above, Glass, TwoTerminals

WIDTH = 30
COLORS = ColorSystem.TRUECOLOR
PLAIN = "ab -é─│ж"
WIDE = "字語한"
STRANGE = ["e\u0301", "👍", "👩\u200d🚀", "⚠\ufe0f", "\u0e01\u0e33", "न\u0940"]
texts = st.lists(st.sampled_from([*PLAIN, *WIDE, *STRANGE]), max_size=60).map("".join)
styles = st.sampled_from(
    [None, Style(), Style(color="red"), Style(bgcolor="blue", bold=True), Style(link="https://example.com/a")]
)


@st.composite
def rows(draw: st.DrawFn, strange: bool) -> Strip:
    """Draw a row of exactly `WIDTH` cells."""
    alphabet = [*PLAIN, *WIDE, *(STRANGE if strange else ())]
    segments, left = [], WIDTH
    while left:
        text = draw(st.lists(st.sampled_from(alphabet), max_size=12).map("".join))
        segment = Segment(text, draw(styles))
        if segment.cell_length > left or not text:
            segment = Segment(" " * left, draw(styles))
        segments.append(segment)
        left -= segment.cell_length
    return Strip(segments, WIDTH)


def _cut(strip: Strip, cuts: list[int]) -> dict[int, Strip]:
    return dict(zip(cuts, strip.divide([*cuts[1:], WIDTH]), strict=True))


cut_places = st.sets(st.integers(1, WIDTH - 1), max_size=3).map(lambda found: [0, *sorted(found)])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), cut_places, rows(strange=False)), min_size=1, max_size=12))
def test_after_any_changes_the_rows_are_the_last_ones(frames: list[tuple[int, list[int], Strip]]):
    shown, glass = ShownFrame(), Glass(WIDTH, 3)
    last: dict[int, Strip] = {}
    for y, cuts, strip in frames:
        parts: list[dict[int, Strip | None]] = [{}, {}, {}]
        cut = _cut(strip, cuts)
        parts[y] = {**cut}
        ends = [[*cuts[1:], WIDTH]] * 3
        glass.feed(shown.changes(parts, ends, [(y, 0, WIDTH)], COLORS))
        last[y] = Strip.join(cut.values())  # a wide letter that was cut through is two blanks
    fresh = Glass(WIDTH, 3)
    for y, strip in last.items():
        fresh.feed(ShownFrame().changes([{0: strip}] * 3, [[WIDTH]] * 3, [(y, 0, WIDTH)], COLORS))
    assert glass.cells() == fresh.cells()


@settings(max_examples=200, deadline=None)
@given(rows(strange=False), rows(strange=False))
def test_no_more_than_the_row_is_written_and_nothing_for_the_same_row(one: Strip, other: Strip):
    shown = ShownFrame()
    whole = shown.changes([{0: one}], [[WIDTH]], [(0, 0, WIDTH)], COLORS)
    changed = shown.changes([{0: other}], [[WIDTH]], [(0, 0, WIDTH)], COLORS)
    copy = Strip(list(other), WIDTH)
    assert shown.changes([{0: copy}], [[WIDTH]], [(0, 0, WIDTH)], COLORS) == ""
    assert len(changed) <= max(
        len(whole), len(ShownFrame().changes([{0: other}], [[WIDTH]], [(0, 0, WIDTH)], COLORS)) + 8
    )


def test_a_word_more_is_a_word_written():
    shown = ShownFrame()
    for text in ("a reply", "a reply grows"):
        strip = Strip([Segment(f"{text:<{WIDTH}}", Style(color="red"))], WIDTH)
        written = shown.changes([{0: strip}], [[WIDTH]], [(0, 0, WIDTH)], COLORS)
    assert written == "\x1b[1;9H\x1b[31mgrows\x1b[0m"


def test_what_only_a_click_tells_apart_is_not_written_again():
    shown = ShownFrame()
    for row in (1, 2):
        strip = Strip([Segment("x" * WIDTH, Style(color="red", meta={"row": row}))], WIDTH)
        written = shown.changes([{0: strip}], [[WIDTH]], [(0, 0, WIDTH)], COLORS)
    assert written == ""


def test_after_it_has_forgotten_everything_is_written_again():
    shown = ShownFrame()
    strip = Strip([Segment("x" * WIDTH)], WIDTH)
    first = shown.changes([{0: strip}], [[WIDTH]], [(0, 0, WIDTH)], COLORS)
    assert shown.changes([{0: strip}], [[WIDTH]], [(0, 0, WIDTH)], COLORS) == ""
    shown.forget()
    assert shown.changes([{0: strip}], [[WIDTH]], [(0, 0, WIDTH)], COLORS) == first


steps = st.lists(
    st.one_of(
        st.tuples(st.just("text"), st.sampled_from(["a", "b", "right", "float"]), texts),
        st.tuples(st.just("move"), st.integers(0, 20), st.integers(0, 6)),
        st.tuples(st.just("hide"), st.sampled_from(["a", "b", "right", "float"]), st.booleans()),
        st.tuples(st.just("size"), st.integers(20, 50), st.integers(8, 16)),
        st.tuples(st.just("suspend"), st.none(), st.none()),
        st.tuples(st.just("above"), st.none(), st.none()),
        st.tuples(st.just("back"), st.none(), st.none()),
        st.tuples(st.just("part"), st.integers(0, 20), st.integers(1, 10)),
    ),
    min_size=3,
    max_size=12,
)


async def _played(todo: list[tuple[str, object, object]]) -> None:
    app = TwoTerminals(40, 12)
    async with app.run_test(size=(40, 12)) as pilot:
        await pilot.pause()
        for what, one, other in todo:
            await _step(app, pilot, what, one, other)
            await pilot.pause()
            await asyncio.sleep(0.006)
            await pilot.pause()
            assert app.own.cells() == app.stock.cells(), (what, one, other)


async def _step(app: TwoTerminals, pilot: Pilot[None], what: str, one: Any, other: Any) -> None:  # noqa: ANN401
    base = app.screen_stack[0]

    def part() -> None:
        widget = base.query_one("#a")
        widget.refresh(widget.size.region.shrink((0, 0, 0, min(one, widget.size.width))))

    async def size() -> None:
        app.change_size(one, other)
        await pilot.resize_terminal(one, other)

    does: dict[str, Callable[[], object]] = {
        "text": lambda: base.query_one(f"#{one}", Static).update(other),
        "move": lambda: setattr(base.query_one("#float").styles, "offset", (one, other)),
        "hide": lambda: setattr(base.query_one(f"#{one}"), "display", other),
        "size": size,
        "suspend": app.suspend_and_resume,
        "above": lambda: app.push_screen(Above()) if len(app.screen_stack) == 1 else None,
        "back": lambda: app.pop_screen() if len(app.screen_stack) > 1 else None,
        "part": part,
    }
    if isinstance(waiting := does[what](), Coroutine):
        await waiting


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_both_terminals_show_the_same_whatever_happens(todo: list[tuple[str, object, object]]):
    asyncio.run(_played(todo))
