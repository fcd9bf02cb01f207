"""The turns of the chat, two rows each: the prompt's first words, then role, model and cost."""

from collections.abc import Sequence
from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from mixchat.domain.plain_text import one_line
from mixchat.domain.turn import Outcome, Turn
from mixchat.ledger import money
from mixchat.tui.formatting import why_unsent
from mixchat.tui.themes import role_variable
from mixchat.tui.transcript.turn_summary import role_title

_MARKS = {Outcome.FAILED: "✕ ", Outcome.STOPPED: "■ "}
_ROWS: Final = 2
"""Rows of a turn."""
_EDGE: Final = "  "
"""What the mark of the chosen turn extends beyond its text."""


class TurnList(ScrollView, can_focus=True):
    """Reads and renders only the rows that are seen, so that a long chat costs no more than a short one."""

    DEFAULT_CSS = "TurnList { height: 1fr; min-height: 2; scrollbar-size: 0 0; }"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False, id="turns.up"),
        Binding("down", "move(1)", "Down", show=False, id="turns.down"),
        Binding("home", "first", "First", show=False, id="turns.first"),
        Binding("end", "last", "Last", show=False, id="turns.last"),
        Binding("enter", "select", "Show in the chat", id="turns.open"),
    ]

    cursor: reactive[int] = reactive(-1)

    class Highlighted(Message):
        """Another turn is highlighted."""

        def __init__(self, turn: Turn) -> None:
            super().__init__()
            self.turn = turn

    class Selected(Message):
        """A turn is to be shown in the conversation."""

        def __init__(self, turn: Turn) -> None:
            super().__init__()
            self.turn = turn

    def __init__(self) -> None:
        super().__init__()
        self._turns: Sequence[Turn] = ()
        self._live: Turn | None = None
        """The turn under way as it stands; it is the last one."""
        self._chosen: str | None = None
        """The turn that a person chose; without one the newest is followed."""

    def update_turns(self, turns: Sequence[Turn], live: Turn | None = None) -> None:
        """Show these turns; the last one is highlighted unless another was chosen."""
        grows = self._live is not None and live is not None and self._live.id == live.id
        self._turns, self._live = turns, live
        self.virtual_size = Size(self.size.width, len(turns) * _ROWS)
        if self._chosen is not None and ((turn := self.highlighted) is None or turn.id != self._chosen):
            self._chosen = None
        if self._chosen is None:
            self.cursor = len(turns) - 1
            self._show_cursor()
        if grows:  # the others are as they were
            self.refresh_lines((len(turns) - 1) * _ROWS, _ROWS)
        else:
            self.refresh()

    def follow(self) -> None:
        """Highlight the newest turn, and each that comes after it."""
        self._chosen = None
        self.cursor = len(self._turns) - 1
        self._show_cursor()

    def choose(self, row: int) -> None:
        """Highlight a row until another is chosen; the last one is left for each that comes after it."""
        turn = self.turn(row)
        if turn is not None:
            self._chosen = turn.id if row < len(self._turns) - 1 else None
            self.cursor = row

    @property
    def chosen(self) -> Turn | None:
        """The turn that a person chose, unless it is the newest."""
        return self.highlighted if self._chosen is not None else None

    def on_resize(self) -> None:
        """Keep the highlighted row in sight: what stands below may have taken rows away."""
        self._show_cursor()

    def _show_cursor(self) -> None:
        if self._chosen is None:
            self.scroll_end(animate=False, immediate=True)
        else:
            region = Region(0, self.cursor * _ROWS, 1, _ROWS)
            self.scroll_to_region(region, animate=False)

    def turn(self, row: int) -> Turn | None:
        """Return the turn of that row."""
        if not 0 <= row < len(self._turns):
            return None
        return self._live if self._live is not None and row == len(self._turns) - 1 else self._turns[row]

    @property
    def highlighted(self) -> Turn | None:
        """The turn whose row is highlighted."""
        return self.turn(self.cursor)

    def highlight(self, turn_id: str) -> None:
        """Highlight the row of that turn, if it is on the branch."""
        row = next(
            (row for row in range(len(self._turns) - 1, -1, -1) if self._turns[row].id == turn_id), None
        )
        if row is not None:
            self.choose(row)

    def watch_cursor(self, cursor: int) -> None:
        """Bring the highlighted row into sight and say which it is."""
        turn = self.turn(cursor)
        if turn is not None:
            self._show_cursor()
            self.post_message(self.Highlighted(turn))
        self.refresh()

    def action_move(self, by: int) -> None:
        """Highlight the row above or below."""
        self.choose(min(max(self.cursor + by, 0), len(self._turns) - 1))

    def action_first(self) -> None:
        """Highlight the first row."""
        self.choose(0)

    def action_last(self) -> None:
        """Highlight the last row, and each that comes after it."""
        self.follow()

    def action_select(self) -> None:
        """Show the highlighted turn in the conversation."""
        turn = self.turn(self.cursor)
        if turn is not None:
            self.post_message(self.Selected(turn))

    def on_click(self, event: events.Click) -> None:
        """Highlight the row that was clicked and show its turn."""
        row = (event.y + self.scroll_offset.y) // _ROWS
        if self.turn(row) is not None:
            self.choose(row)
            self.action_select()

    def render_line(self, y: int) -> Strip:
        """Return one row."""
        width = self.size.width
        number, row = divmod(y + self.scroll_offset.y, _ROWS)
        turn = self.turn(number)
        if turn is None:
            words = f"{_EDGE}No messages yet" if (number, row) == (0, 0) and not self._turns else ""
            return self._strip(Content.styled(words, "$text-muted"), width)
        chosen = number == self.cursor
        content = turn_rows(turn, width - 2 * len(_EDGE), chosen=chosen)[row]
        content = Content.assemble(_EDGE, content, _EDGE)
        return self._strip(content.stylize("on $selected") if chosen else content, width)

    def _strip(self, content: Content, width: int) -> Strip:
        strips = Visual.to_strips(self, content, width, 1, self.visual_style, pad=True)
        return strips[0] if strips else Strip.blank(width)


def turn_rows(turn: Turn, width: int, *, chosen: bool = False) -> tuple[Content, Content]:
    """Return a turn in two rows: what was asked; and role, model and cost."""
    role, title = role_title(turn)
    colour = role_variable(role) if role else "$text-muted"
    mark = _MARKS[Outcome.STOPPED] if why_unsent(turn) else _MARKS.get(turn.outcome, "")
    cost = money.aligned(money.turn_cost(turn), 0) if turn.attempts else ""
    if cost and (turn.counted_in or turn.imported):
        cost = f"({cost})"
    asked = Content(mark + one_line(" ".join(turn.prompt[:200].split())))
    first = Content.assemble(
        ("▌ ", colour),
        asked.truncate(max(width - 2, 1), ellipsis=True, pad=True).stylize(
            "$text bold" if chosen else "$body"
        ),
    )
    ref = turn.named_ref
    model = one_line(ref.model).removeprefix("claude-") if ref else ""
    who = Content.assemble((title, colour), ("  " if title and model else "", ""), (model, "$text-muted"))
    room = max(width - 2 - len(cost) - 1, 1)
    bar = ("▌ ", colour) if chosen else "  "
    second = Content.assemble(bar, who.truncate(room, ellipsis=True, pad=True), " ", (cost, "$body"))
    return first, second
