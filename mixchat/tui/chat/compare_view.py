"""The answers of a comparison, side by side where there is room, else one below the other with one open."""

from collections.abc import Sequence
from typing import Final

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import Static

from mixchat.tui.chat.answer_column import AnswerColumn

LEAST: Final = 27
"""Cells that an answer needs beside another: two fit beside the side panel from 100 columns."""
_PROMPT_ROWS: Final = 3


class CompareView(Vertical):
    """Stands where the conversation stands, while one prompt is answered by several models."""

    DEFAULT_CSS = """
    CompareView { height: 1fr; width: 1fr; display: none; }
    CompareView #compared { height: 1fr; layout: horizontal; }
    CompareView.-stacked #compared { layout: vertical; }
    CompareView #compared-prompt { height: auto; max-height: 3; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._prompt = Static("", id="compared-prompt", markup=False)
        self._box = Container(id="compared")
        self._columns: Sequence[AnswerColumn] = ()
        self._open = 1
        """The answer that is open where only one is."""

    def compose(self) -> ComposeResult:
        """Lay out the prompt and room for the answers."""
        yield self._prompt
        yield self._box

    @property
    def is_open(self) -> bool:
        """Whether a comparison is shown."""
        return bool(self._columns)

    @property
    def stacked(self) -> bool:
        """Whether only one answer is open because there is no room for all beside each other."""
        return self.has_class("-stacked")

    def put(self, prompt: str, columns: Sequence[AnswerColumn]) -> None:
        """Show these answers to `prompt`."""
        self.clear()
        self._columns, self._open = columns, 1
        self.update_prompt(prompt)
        self._box.mount(*columns)
        self._arrange(self.size.width)

    def update_prompt(self, prompt: str) -> None:
        """Show this prompt above the answers."""
        self._prompt.update(Content(" ".join(prompt.split())))

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
        self.set_class(stacked, "-stacked")
        for column in self._columns:
            column.set_class(stacked and column.number != self._open, "-shut")

    def on_resize(self, event: events.Resize) -> None:
        """Put the answers beside each other if there is room."""
        self._arrange(event.size.width)

    @on(AnswerColumn.Opened)
    def _opened(self, event: AnswerColumn.Opened) -> None:
        event.stop()
        self.open_answer(event.number)
