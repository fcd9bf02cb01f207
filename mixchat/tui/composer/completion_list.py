"""The completions that are offered above the prompt."""

from typing import Final

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget

from mixchat.tui.composer.completion import Candidate, Completion, CompletionChoice
from mixchat.tui.themes import role_variable

_WIDEST: Final = 74
_NAME: Final = 32
"""Cells at which details begin at the latest; only a longer name pushes its own to the right."""
SHOWN: Final = 8
"""Rows that are seen at once; the others scroll."""


class CompletionList(Widget):
    """A short list over the composer; the prompt keeps the focus and moves in it."""

    DEFAULT_CSS = """
    CompletionList {
        display: none; height: auto; width: auto; min-width: 40; max-width: 76;
        overlay: screen; constrain: inside inside; text-wrap: nowrap; text-overflow: ellipsis;
    }
    """

    highlighted = var(0)

    class Chosen(Message):
        """A row was clicked."""

        def __init__(self, choice: CompletionChoice) -> None:
            super().__init__()
            self.choice = choice

    class Toggled(Message):
        """The list was opened or closed, so that keys do something else now."""

    def __init__(self) -> None:
        super().__init__()
        self._completion: Completion | None = None
        self._top = 0
        """The first row that is seen."""

    @property
    def is_open(self) -> bool:
        """Whether something is offered."""
        return self._completion is not None

    def offer(self, completion: Completion | None) -> None:
        """Show these candidates, or with `None` nothing."""
        if (completion is None) != (self._completion is None):
            self.post_message(self.Toggled())
        self._completion = completion
        self.highlighted = 0
        self.display = completion is not None
        self._top = 0
        if completion is not None:
            count = len(completion.candidates)
            self.styles.offset = (-1, -min(count, SHOWN) - 1 - (count > SHOWN))
            self.refresh(layout=True)

    def move(self, by: int) -> None:
        """Highlight another row; the ends are joined."""
        if self._completion is not None:
            self.highlighted = (self.highlighted + by) % len(self._completion.candidates)
            self._top = min(max(self._top, self.highlighted - SHOWN + 1), self.highlighted)
            self.refresh()

    def choose(self) -> CompletionChoice | None:
        """Close, and return the highlighted row."""
        completion, row = self._completion, self.highlighted
        if completion is None:
            return None
        self.offer(None)
        return CompletionChoice(completion.start, completion.end, completion.candidates[row])

    def on_click(self, event: events.Click) -> None:
        """Select the row that was clicked."""
        row = self._top + event.y
        if self._completion is not None and event.y < SHOWN and row < len(self._completion.candidates):
            self.highlighted = row
            choice = self.choose()
            if choice is not None:
                self.post_message(self.Chosen(choice))

    def render(self) -> Content:
        """Return the rows, names on the left and what they are on the right."""
        if self._completion is None:
            return Content()
        candidates = self._completion.candidates
        widest = min(max(cell_len(candidate.label) for candidate in candidates), _NAME)
        seen = range(self._top, min(self._top + SHOWN, len(candidates)))
        rows = [self._row(candidates[number], widest) for number in seen]
        if len(candidates) > SHOWN:
            rows.append(
                Content.styled(f" {seen.start + 1} to {seen.stop} of {len(candidates)}", "$text-muted")
            )
        room = max(min(_WIDEST, self.screen.size.width - 4), 8)
        room = min(room, max(row.cell_length for row in rows)) + 1
        rows = [row.truncate(room, ellipsis=True, pad=True) for row in rows]
        chosen = self.highlighted - self._top
        rows[chosen] = Content.assemble(("▌", "$accent"), rows[chosen][1:]).stylize("bold on $selected")
        return Content("\n").join(rows)

    def _row(self, candidate: Candidate, widest: int) -> Content:
        return Content.assemble(
            " ",
            (
                candidate.label + " " * (widest - cell_len(candidate.label)),
                role_variable(candidate.role) if candidate.role else "$foreground",
            ),
            ("  " + candidate.detail, "$text-muted"),
        )
