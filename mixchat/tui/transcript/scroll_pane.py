"""A scroll view over a column of turns: it lays out what is seen and paints what changed."""

from typing import Any, Final, cast

from msgspec import structs
from rich.segment import Segment
from textual import events
from textual.app import App
from textual.geometry import Region, Size
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

from mixchat.tui.transcript.highlight import Colouring
from mixchat.tui.transcript.painter import Painter, RowFilter, with_offsets
from mixchat.tui.transcript.palette import RenderStyle, make_palette
from mixchat.tui.transcript.render_block import MARGIN
from mixchat.tui.transcript.selection_text import selected_text
from mixchat.tui.transcript.turn_column import RowAddress, TurnColumn, VisibleRow

LINE: Final = 100
"""Cells of a line of prose at most: longer ones are hard to read."""
_FEW_ROWS: Final = 30
"""A screen of fewer rows has none to spare for half rows."""


class ScrollPane(ScrollView, can_focus=True):
    """The scrolling, painting and selecting half of the transcript; it knows nothing of events."""

    DEFAULT_CSS = """
    ScrollPane {
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        background: $background;
        color: $foreground;
        &:focus { background-tint: initial; }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._colouring = Colouring(self, self._coloured)
        self._painter = Painter(make_palette({}, self.background_colors[1]), 80)
        self._column = TurnColumn(RenderStyle(self._painter.palette))
        self._top = RowAddress(0, 0, 0)
        self._row = 0
        """The number of the first visible row, as Textual was last told."""
        self._thumb = (-1, -1)
        """Length and place of the scroll bar's thumb as last painted, in half rows: finer steps are many paints."""
        self._filter = RowFilter()
        self._seen: list[VisibleRow] = []
        self._strips: list[Strip] = []
        self._following = True
        self._below = False
        """Whether something new came below while the reader was elsewhere."""

    def on_mount(self) -> None:
        """Take the theme's colours, now and whenever it changes."""
        app = cast("App[Any]", self.app)
        app.theme_changed_signal.subscribe(self, lambda _: self.call_after_refresh(self._apply_theme))
        self._apply_theme()

    def _apply_theme(self) -> None:
        """Take the theme's colours; only what is seen is laid out again."""
        palette = make_palette(cast("App[Any]", self.app).theme_variables, self.background_colors[1])
        painter = Painter(palette, self._painter.width)
        painter.sought, painter.here, painter.cursor = (
            self._painter.sought,
            self._painter.here,
            self._painter.cursor,
        )
        self._painter = painter
        highlighter = self._colouring.highlighter
        self._column.apply_style(
            RenderStyle(
                palette,
                highlighter.shades,
                highlighter.sketch,
                half_rows=self._has_half_rows,
                wide=self._column.look.wide,
            )
        )
        self._strips = []
        self._arrange()

    @property
    def _has_half_rows(self) -> bool:
        """Whether there are rows to spare above and below a prompt."""
        return cast("App[Any]", self.app).size.height >= _FEW_ROWS

    def on_resize(self, event: events.Resize) -> None:
        """Keep the reader's place; turns out of sight are only estimated for the new width."""
        width = self.scrollable_content_region.width
        if width != self._painter.width:
            self._painter.width = width
            wide = max(1, width - MARGIN - 1)
            self._column.width = min(wide, LINE)
            self._column.apply_style(structs.replace(self._column.look, wide=wide))
            self._column.measure()
        if self._column.look.half_rows != self._has_half_rows:
            self._apply_theme()
        self._arrange()

    def _arrange(self) -> None:
        """Lay out what is seen, tell the scroll bar, and repaint the rows that are not as they were."""
        height = self.scrollable_content_region.height
        if not height or not self.is_attached:
            return
        column = self._column
        self._top = self._first(height)
        before, self._seen = self._seen, column.window(self._top, height)
        self._row = column.row_of(self._top)
        self._tell(
            Size(self.scrollable_content_region.width, max(1, column.height, self._row + len(self._seen)))
        )
        self._repaint(height)
        _forget_unseen(before, self._seen)
        self._colouring.start()
        column.evict(self._seen)

    def _first(self, height: int) -> RowAddress:
        """Return the first row to show: the reader's place, or a screenful above the end."""
        column = self._column
        if self._following:
            return column.moved(column.last, 1 - height)[0]
        top = column.clamped(self._top)
        went = column.moved(top, height - 1)[1]
        return column.moved(top, went - height + 1)[0] if went < height - 1 else top

    def _tell(self, size: Size) -> None:
        """Tell Textual size and position without a layout of the whole screen or another repaint of ours."""
        self.set_reactive(cast("Reactive[Size]", Widget.virtual_size), size)
        self.set_scroll(None, self._row)
        self.set_reactive(cast("Reactive[float]", Widget.scroll_target_y), float(self._row))
        height = self.scrollable_content_region.height
        thumb = (round(2 * height * height / size.height), round(2 * height * self._row / size.height))
        if thumb != self._thumb:
            self._thumb = thumb
            bar = self.vertical_scrollbar
            bar.window_virtual_size, bar.window_size, bar.position = size.height, height, self._row

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Go where the reader scrolls, through rows that are laid out on the way."""
        by = round(new_value) - self._row
        if by:
            self._scrolled(by)

    def _scrolled(self, by: int) -> None:
        column, height = self._column, self.scrollable_content_region.height
        if abs(by) <= 3 * height:
            self._top = column.moved(self._top, by)[0]
        else:
            self._top = column.at(self._row + by)
        # Also upwards: when the pane grows, its scroll position is clamped, and the end is still followed.
        at_end = column.moved(self._top, height)[1] < height
        self._follow(at_end)
        self._arrange()

    def _follow(self, following: bool) -> None:
        """Follow the end from now on, or stop."""
        self._following = following
        if following:
            self._below = False

    def scroll_to(self, x: float | None = None, y: float | None = None, **how: object) -> None:
        """Scroll at once: an animation over rows whose height is still a guess would miss."""
        if y is not None:
            self.scroll_y = self.validate_scroll_y(y)

    def show_place(self, place: RowAddress, *, above: int = 2) -> None:
        """Scroll so that a place is near the top, with `above` rows before it."""
        self._follow(False)
        self._top = self._column.moved(self._column.clamped(place), -above)[0]
        self._arrange()

    def _repaint(self, height: int) -> None:
        """Render the rows that are seen and mark those that changed."""
        before, self._strips = self._strips, self._rendered(height)
        if len(before) != len(self._strips):
            self.refresh()
            return
        changed = [y for y, (old, new) in enumerate(zip(before, self._strips, strict=True)) if old is not new]
        if changed:
            width = self._painter.width  # without the scroll bar, which is not painted along
            first, last = changed[0], changed[-1]
            if last - first < 2 * len(changed):
                self.refresh(Region(0, first, width, last - first + 1))
            else:
                self.refresh(*(Region(0, y, width, 1) for y in changed))

    def _rendered(self, height: int) -> list[Strip]:
        painter, views = self._painter, self._column.views
        selection = self.text_selection
        roles: dict[int, str | None] = {}
        strips: list[Strip] = []
        for seen in self._seen:
            index = seen.place.view
            if index not in roles:
                roles[index] = views[index].role
            strips.append(painter.paint(seen, roles[index], selection))
        empty = Strip.blank(painter.width, painter.palette.text)
        strips.extend([empty] * (height - len(strips)))
        if not self._following and self._below:
            strips[-1] = painter.badge(strips[-1], "↓ new · end")
        return self._filtered(strips)

    def _filtered(self, strips: list[Strip]) -> list[Strip]:
        return self._filter.apply(strips, self.get_line_filters(), self.background_colors[1])

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the rows that were rendered last; the same objects until they change, so that nothing is done twice."""
        rows = self._strips[crop.y : crop.bottom]
        if len(rows) < crop.height:
            rows = [
                *rows,
                *self._filtered([Strip.blank(self.size.width, self._painter.palette.text)])
                * (crop.height - len(rows)),
            ]
        if crop.x or crop.width < self._painter.width:
            rows = [row.crop(crop.x, crop.right) for row in rows]
        return rows

    def render_line(self, y: int) -> Strip:
        """Return a row with the places of its characters, which Textual asks for at the mouse."""
        if y < len(self._seen) and y < len(self._strips):
            return with_offsets(self._strips[y], self._seen[y].place)
        if self._seen:
            empty = Strip([Segment(" " * self._painter.width, self._painter.palette.text)])
            return with_offsets(empty, self._seen[-1].place)
        return Strip.blank(self._painter.width, self._painter.palette.text)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the text that is selected, without bars, borders and the ends of wrapped rows."""
        return selected_text(self._column, selection), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Paint the selection."""
        self._arrange()

    def _coloured(self, codes: list[str]) -> None:
        self._column.forget_code(codes)
        self._arrange()


def _forget_unseen(before: list[VisibleRow], now: list[VisibleRow]) -> None:
    """Drop the strips of the rows that went out of sight."""
    kept = {id(seen.line) for seen in now}
    for seen in before:
        if id(seen.line) not in kept:
            seen.line.forget()
