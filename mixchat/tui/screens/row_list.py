"""A list of any length, a line a row; only what is seen is rendered."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from msgspec import Struct
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual


class ListRow(Struct, frozen=True):
    """One line of a list."""

    value: str
    """What the row stands for; empty: a heading, which cannot be highlighted."""
    paint: Callable[[int], Content]
    """Returns the line for a width in cells."""


def heading(words: str) -> ListRow:
    """Return a row that groups those below it."""
    return ListRow("", lambda _: Content.styled(words, "$text-accent"))


class RowList(ScrollView, can_focus=True):
    """Highlights one row and says which; the keys may come from the screen while another widget has the focus."""

    DEFAULT_CSS = "RowList { height: 1fr; overflow-x: hidden; }"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False, id="rows.up"),
        Binding("down", "move(1)", "Down", show=False, id="rows.down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="rows.page-up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="rows.page-down"),
        Binding("home", "edge(-1)", "First", show=False, id="rows.first"),
        Binding("end", "edge(1)", "Last", show=False, id="rows.last"),
        Binding("enter", "select", "Select", show=False, id="rows.select"),
    ]

    cursor: reactive[int] = reactive(-1)

    class Highlighted(Message):
        """Another row is highlighted."""

        def __init__(self, value: str) -> None:
            super().__init__()
            self.value = value

    class Selected(Message):
        """A row was clicked, or Enter was pressed on it."""

        def __init__(self, value: str) -> None:
            super().__init__()
            self.value = value

    def __init__(self, *, empty: str = "", id: str | None = None) -> None:
        """Take the sentence that stands in an empty list."""
        super().__init__(id=id)
        self._rows: Sequence[ListRow] = ()
        self._empty = empty

    @property
    def highlighted(self) -> str:
        """What the highlighted row stands for; empty when there is none."""
        return self._rows[self.cursor].value if 0 <= self.cursor < len(self._rows) else ""

    def update_rows(
        self, rows: Sequence[ListRow], highlighted: str = "", *, empty: str | None = None
    ) -> None:
        """Show these rows and highlight the one that stands for `highlighted`, else the first that can be highlighted."""
        self._rows = rows
        if empty is not None:
            self._empty = empty
        self.virtual_size = Size(0, len(rows))
        wanted = next((at for at, row in enumerate(rows) if highlighted and row.value == highlighted), None)
        found = self._next(-1, 1) if wanted is None else wanted
        if wanted is None:
            self.scroll_to(y=0, animate=False)
        if found == self.cursor:
            self._post_highlighted()
        self.cursor = found
        self.refresh()

    def _next(self, start: int, step: int) -> int:
        """Return the nearest row after `start` that can be highlighted, else `start` itself."""
        row = start + step
        while 0 <= row < len(self._rows):
            if self._rows[row].value:
                return row
            row += step
        return start

    def watch_cursor(self) -> None:
        """Bring the highlighted row into sight, and say which it is."""
        self._show_highlighted()
        self._post_highlighted()
        self.refresh()

    def on_resize(self) -> None:
        """Keep the highlighted row in sight: what is said about it below may need more rows than before."""
        self._show_highlighted()

    def _show_highlighted(self) -> None:
        """Bring the highlighted row into sight, with the heading above it."""
        if 0 <= self.cursor < len(self._rows):
            above = 1 if self.cursor and not self._rows[self.cursor - 1].value else 0
            self.scroll_to_region(Region(0, self.cursor - above, 1, 1 + above), animate=False)

    def _post_highlighted(self) -> None:
        self.post_message(self.Highlighted(self.highlighted))

    def action_move(self, by: int) -> None:
        """Highlight the row above or below."""
        self.cursor = self._next(self.cursor, by)

    def action_page(self, by: int) -> None:
        """Highlight a row a page away."""
        far = min(max(self.cursor + by * max(self.size.height - 1, 1), 0), len(self._rows) - 1)
        self.cursor = self._next(far - by, by) if self._rows else -1

    def action_edge(self, side: int) -> None:
        """Highlight the first row, or the last."""
        self.cursor = self._next(-1, 1) if side < 0 else self._next(len(self._rows), -1)

    def action_select(self) -> None:
        """Select the highlighted row."""
        if self.highlighted:
            self.post_message(self.Selected(self.highlighted))

    def on_click(self, event: events.Click) -> None:
        """Highlight the row that was clicked; a second click selects it."""
        row = event.y + self.scroll_offset.y
        if 0 <= row < len(self._rows) and self._rows[row].value:
            again = row == self.cursor
            self.cursor = row
            if again:
                self.action_select()

    def render_line(self, y: int) -> Strip:
        """Return one row."""
        row, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        if row >= len(self._rows):
            return self._strip(
                Content.styled(self._empty if not self._rows and y == 0 else "", "$text-muted")
            )
        content = self._rows[row].paint(max(width - 2, 1))
        if row == self.cursor:
            shown = Content.assemble(("▌ ", "$accent"), content).truncate(width, ellipsis=True, pad=True)
            return self._strip(shown.stylize("on $panel"))
        return self._strip(Content.assemble("  ", content))

    def _strip(self, content: Content) -> Strip:
        width = self.scrollable_content_region.width
        content = content.truncate(width, ellipsis=True)
        strips = Visual.to_strips(self, content, width, 1, self.visual_style, pad=True)
        return strips[0] if strips else Strip.blank(width)
