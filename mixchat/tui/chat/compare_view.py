"""The answers of a comparison, side by side where there is room, else one below the other with one open."""

from collections.abc import Sequence
from typing import Final

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from mixchat.tui.chat.answer_column import AnswerColumn
from mixchat.tui.chat.answer_head import ranked
from mixchat.tui.themes import role_variable
from mixchat.tui.widgets.card_edge import CardEdge

LEAST: Final = 27
"""Cells that an answer needs beside another: two fit beside the side panel from 100 columns."""
_TALL: Final = 30
"""Rows of a screen from which there is room for the large figures."""
_FIGURE: Final = 36
"""Cells that a column with a large figure needs."""
_PROMPT_ROWS: Final = 3


class ComparedPrompt(Widget):
    """The prompt that all were asked, its role, and how many answer it."""

    DEFAULT_CSS = "ComparedPrompt { height: auto; max-height: 3; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._words, self._beside = Content(), Content()

    def update(self, words: str, role: str | None, count: int) -> None:
        """Show this prompt."""
        self._words = Content.styled(words, "$text")
        self._beside = Content.assemble(
            (f"{role}  " if role else "", role_variable(role)), (f"{count} models compared", "$text-muted")
        )
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the rows of the prompt at that width."""
        return len(self._rows(width))

    def render(self) -> Content:
        """Return the prompt, and at the end of its first row what is beside it."""
        return Content("\n").join(self._rows(self.size.width))

    def _rows(self, width: int) -> list[Content]:
        beside = self._beside
        room = width - beside.cell_length - 2
        if room < width // 2:
            return self._words.wrap(max(width, 1))[:_PROMPT_ROWS]
        rows = self._words.wrap(max(room, 1))[:_PROMPT_ROWS]
        first = rows[0] if rows else Content()
        gap = " " * max(width - first.cell_length - beside.cell_length, 1)
        return [Content.assemble(first, gap, beside), *rows[1:]]


class CompareView(Vertical):
    """Stands where the conversation stands, while one prompt is answered by several models."""

    DEFAULT_CSS = """
    CompareView { height: 1fr; width: 1fr; display: none; }
    CompareView #compared { height: 1fr; layout: horizontal; }
    CompareView.-stacked #compared { layout: vertical; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._words = ""
        self._role: str | None = None
        self._box = Container(id="compared")
        self._columns: Sequence[AnswerColumn] = ()
        self._open = 1
        """The answer that is open where only one is."""

    def compose(self) -> ComposeResult:
        """Lay out the prompt and room for the answers."""
        yield CardEdge(top=True)
        yield ComparedPrompt(id="compared-prompt")
        yield CardEdge(top=False)
        yield self._box

    @property
    def is_open(self) -> bool:
        """Whether a comparison is shown."""
        return bool(self._columns)

    @property
    def stacked(self) -> bool:
        """Whether only one answer is open because there is no room for all beside each other."""
        return self.has_class("-stacked")

    def put(self, prompt: str, columns: Sequence[AnswerColumn], role: str | None = None) -> None:
        """Show these answers to `prompt`, which is of that role as far as the router can tell."""
        self.clear()
        self._role = role
        self._columns, self._open = columns, 1
        self.update_prompt(prompt)
        self._box.mount(*columns)
        self._arrange(self.size.width)

    def update_prompt(self, prompt: str) -> None:
        """Show this prompt above the answers."""
        self._words = " ".join(prompt.split())
        self._show_prompt()

    def _show_prompt(self) -> None:
        self.query_one(ComparedPrompt).update(self._words, self._role, len(self._columns))

    def rank(self) -> None:
        """Say how the answers stand beside each other."""
        columns = self._columns
        ranks = ranked(
            [column.cost for column in columns],
            [column.seconds for column in columns],
            [not column.writes and column.cost is not None for column in columns],
        )
        for column, rank in zip(columns, ranks, strict=True):
            column.rank(rank)

    def holds(self, columns: Sequence[AnswerColumn]) -> bool:
        """Whether these answers are the ones that are shown."""
        return self._columns is columns

    def clear(self) -> None:
        """Show nothing."""
        if self._columns:
            self._columns = ()
            self._box.remove_children()

    def open_answer(self, number: int) -> None:
        """Open another answer where only one is open; the ends are joined."""
        if self._columns:
            self._open = (number - 1) % len(self._columns) + 1
            self._arrange(self.size.width)

    def step(self, by: int) -> None:
        """Open the answer before or after."""
        self.open_answer(self._open + by)

    def _arrange(self, width: int) -> None:
        stacked = width < LEAST * len(self._columns)
        tall = not stacked and self.screen.size.height >= _TALL and width >= _FIGURE * len(self._columns)
        self.set_class(stacked, "-stacked")
        for column in self._columns:
            column.set_class(stacked and column.number != self._open, "-shut")
            column.set_class(tall, "-tall")

    def on_resize(self, event: events.Resize) -> None:
        """Put the answers beside each other if there is room."""
        self._arrange(event.size.width)

    @on(AnswerColumn.Opened)
    def _opened(self, event: AnswerColumn.Opened) -> None:
        event.stop()
        self.open_answer(event.number)
