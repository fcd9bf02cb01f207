"""The turns of the chat, a row each."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from mixchat.domain.turn import Outcome, Turn
from mixchat.tui import formatting
from mixchat.tui.formatting import why_unsent
from mixchat.tui.themes import role_variable

_MARKS = {Outcome.FAILED: "✕ ", Outcome.STOPPED: "■ ", Outcome.OPEN: "… "}


class TurnList(ScrollView, can_focus=True):
    """Reads and renders only the rows that are seen, so that a long chat costs no more than a short one."""

    DEFAULT_CSS = "TurnList { height: auto; max-height: 40%; min-height: 1; }"

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

    def update_turns(self, turns: Sequence[Turn], live: Turn | None = None) -> None:
        """Show these turns; the last one is highlighted unless another was chosen."""
        followed = self.cursor in (-1, self.virtual_size.height - 1)
        self._turns, self._live = turns, live
        self.virtual_size = Size(self.size.width, len(turns))
        if followed or self.cursor >= len(turns):
            self.cursor = len(turns) - 1
            self.scroll_end(animate=False)
        self.refresh(layout=True)

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
            self.cursor = row

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return a row a turn, and one for the empty list."""
        return max(len(self._turns), 1)

    def watch_cursor(self, cursor: int) -> None:
        """Bring the highlighted row into sight and say which it is."""
        turn = self.turn(cursor)
        if turn is not None:
            self.scroll_to_region(Region(0, cursor, 1, 1), animate=False)
            self.post_message(self.Highlighted(turn))
        self.refresh()

    def action_move(self, by: int) -> None:
        """Highlight the row above or below."""
        self.cursor = min(max(self.cursor + by, 0), len(self._turns) - 1)

    def action_first(self) -> None:
        """Highlight the first row."""
        self.cursor = min(0, len(self._turns) - 1)

    def action_last(self) -> None:
        """Highlight the last row."""
        self.cursor = len(self._turns) - 1

    def action_select(self) -> None:
        """Show the highlighted turn in the conversation."""
        turn = self.turn(self.cursor)
        if turn is not None:
            self.post_message(self.Selected(turn))

    def on_click(self, event: events.Click) -> None:
        """Highlight the row that was clicked and show its turn."""
        row = event.y + self.scroll_offset.y
        if self.turn(row) is not None:
            self.cursor = row
            self.action_select()

    def render_line(self, y: int) -> Strip:
        """Return one row."""
        width = self.size.width
        row = y + self.scroll_offset.y
        turn = self.turn(row)
        if turn is None:
            words = "no turns yet" if row == 0 and not self._turns else ""
            return self._strip(Content.styled(words, "$text-disabled"), width)
        content = turn_row(turn, width)
        if row == self.cursor:
            content = content.stylize("on $panel" if self.has_focus else "on $boost")
        return self._strip(content, width)

    def _strip(self, content: Content, width: int) -> Strip:
        strips = Visual.to_strips(self, content, width, 1, self.visual_style, pad=True)
        return strips[0] if strips else Strip.blank(width)


def turn_row(turn: Turn, width: int) -> Content:
    """Return a turn in one row: role colour, model, time, tokens, cost."""
    role = turn.corrected or (turn.decision.role if turn.decision else None)
    usage = turn.usage
    tokens = (
        None if usage.input is None and usage.output is None else (usage.input or 0) + (usage.output or 0)
    )
    known = bool(turn.attempts)
    cost = (
        f"({formatting.money(turn.cost)})"
        if turn.counted_in or turn.imported
        else formatting.money(turn.cost)
    )
    right = f"{formatting.seconds(turn.seconds):>6}{formatting.count(tokens):>6} {cost:>8}" if known else ""
    mark = _MARKS[Outcome.STOPPED] if why_unsent(turn) else _MARKS.get(turn.outcome, "")
    name = mark + (turn.ref.model if turn.ref else turn.prompt)
    room = max(width - len(right) - 3, 4)
    return Content.assemble(
        ("▌ ", role_variable(role)),
        Content(" ".join(name.split())).truncate(room, ellipsis=True, pad=True),
        (" " + right, "$text-muted"),
    )
