"""How one turn came about: why, which attempts, how many tokens, what it cost; each a line that opens."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.reactive import var
from textual.style import Style
from textual.widget import Widget

from mixchat.classifier.learned import Lesson
from mixchat.domain.model import ModelRef
from mixchat.domain.turn import Turn
from mixchat.ledger.rates import Rates
from mixchat.tui.actions.keys import key_on
from mixchat.tui.panel.turn_sections import Section, describe


class HangingText(Widget):
    """Plain lines, wrapped to the width there is."""

    DEFAULT_CSS = "HangingText { height: auto; }"

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[Content, ...] = ()
        self._height = 0
        """Rows of the lines at the width that there is."""

    def update(self, lines: Iterable[Content]) -> None:
        """Show these lines."""
        before, width = self._lines, self.size.width
        self._lines = tuple(lines)
        if len(before) == len(self._lines) and all(map(Content.is_same, before, self._lines)):
            return
        rows, self._height = self._height, len(self._rows(width)) if width else 0
        self.refresh(layout=not width or self._height != rows)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the rows of the lines at that width."""
        self._height = len(self._rows(width))
        return self._height

    def render(self) -> Content:
        """Return the lines as they are wrapped now."""
        return Content("\n").join(self._rows(self.size.width))

    def _rows(self, width: int) -> list[Content]:
        return [row for line in self._lines for row in hang(line, width)]


def hang(line: Content, width: int) -> Iterator[Content]:
    """Yield the rows of a line, each with the spaces that the line begins with."""
    indent = len(line.plain) - len(line.plain.lstrip(" "))
    for row in line[indent:].wrap(max(width - indent, 1)):
        yield row.rstrip().pad_left(indent)


_NAME: Final = 10


class TurnDetail(VerticalScroll):
    """The chosen turn in words. Everything that was foreign stays plain text."""

    DEFAULT_CSS = "TurnDetail { height: auto; max-height: 60%; scrollbar-size: 0 0; }"

    all_open: var[bool] = var(False)
    """Whether every section is open, because there is a pane for it."""

    def __init__(self) -> None:
        super().__init__()
        self._text = HangingText()
        self._sections: tuple[Section, ...] = ()
        self._opened: set[str] = set()
        self._turn: str | None = None
        self._chosen = False
        """Whether a person opened or closed a section of this turn."""

    def compose(self) -> ComposeResult:
        """Lay out the text."""
        yield self._text

    def update_turn(
        self,
        turn: Turn | None,
        rates: Mapping[ModelRef, Rates],
        compared: Sequence[Turn] = (),
        lesson: Lesson | None = None,
    ) -> None:
        """Show this turn with its prices, what it was compared with and what it taught, or nothing."""
        self._sections = (
            () if turn is None else tuple(describe(turn, rates, compared, lesson, key_on(self, "unlearn")))
        )
        if turn is not None:
            if turn.id != self._turn:
                self._turn, self._chosen = turn.id, False
            if not self._chosen:
                failed = any(attempt.failure is not None for attempt in turn.attempts)
                self._opened = {"Attempts"} if failed or turn.compared else set()
        self._show()

    def toggle(self, name: str = "") -> None:
        """Open or close a section; without a name all of them."""
        self._chosen = True
        names = {name} if name else {section.name for section in self._sections}
        self._opened = self._opened - names if names <= self._opened else self._opened | names
        self._show()

    def watch_all_open(self) -> None:
        """Show what there is room for."""
        self._show()

    def on_resize(self) -> None:
        """Cut the lines to the width that there is now."""
        self._show()

    def on_click(self, event: events.Click) -> None:
        """Do what was clicked, or open or close the section that was."""
        if event.button == 1 and (action := event.style.meta.get("action")):
            self.call_later(self.screen.run_action, f"run('{action}')")
        elif event.button == 1 and (name := event.style.meta.get("section")):
            self.toggle(str(name))

    def _show(self) -> None:
        self._text.update(line for section in self._sections for line in self._lines(section))

    def _lines(self, section: Section) -> Iterator[Content]:
        is_open = bool(section.lines) and (self.all_open or section.name in self._opened)
        mark = "  " if not section.lines or self.all_open else "▾ " if is_open else "▸ "
        meta = Style.from_meta({"section": section.name})
        name = section.name.ljust(_NAME)
        if self.all_open:
            yield Content.styled(section.name, "$text bold")
            yield from section.lines or (section.summary,)
            yield Content()
            return
        room = max(self.scrollable_content_region.width - len(mark) - len(name), 8)
        summary = section.summary.truncate(room, ellipsis=True) if section.lines else section.summary
        yield Content.assemble((mark, "$text-muted"), (name, "$text"), summary).stylize(meta)
        if is_open:
            yield from (line.pad_left(2) if line.plain else line for line in section.lines)
