"""The completions that are offered above the prompt."""

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget

from mixchat.tui.composer.completion import Candidate, Choice, Completion
from mixchat.tui.themes import role_variable


class CompletionList(Widget):
    """A short list over the composer; the prompt keeps the focus and moves in it."""

    DEFAULT_CSS = """
    CompletionList {
        display: none; height: auto; width: auto; min-width: 40; max-width: 76;
        overlay: screen; constrain: inside inside;
    }
    """

    lit = var(0)

    class Chosen(Message):
        """A row was clicked."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

    def __init__(self) -> None:
        super().__init__()
        self._completion: Completion | None = None

    @property
    def is_open(self) -> bool:
        """Whether something is offered."""
        return self._completion is not None

    def offer(self, completion: Completion | None) -> None:
        """Show these candidates, or with `None` nothing."""
        self._completion = completion
        self.lit = 0
        self.display = completion is not None
        if completion is not None:
            self.styles.offset = (0, -len(completion.candidates))
            self.refresh(layout=True)

    def move(self, by: int) -> None:
        """Light another row; the ends are joined."""
        if self._completion is not None:
            self.lit = (self.lit + by) % len(self._completion.candidates)
            self.refresh()

    def choose(self) -> Choice | None:
        """Close, and return the row that is lit."""
        completion, lit = self._completion, self.lit
        if completion is None:
            return None
        self.offer(None)
        return Choice(completion.start, completion.end, completion.candidates[lit])

    def on_click(self, event: events.Click) -> None:
        """Take the row that was clicked."""
        if self._completion is not None and event.y < len(self._completion.candidates):
            self.lit = event.y
            choice = self.choose()
            if choice is not None:
                self.post_message(self.Chosen(choice))

    def render(self) -> Content:
        """Return the rows, names on the left and what they are on the right."""
        if self._completion is None:
            return Content()
        candidates = self._completion.candidates
        widest = max(len(candidate.label) for candidate in candidates)
        rows = [
            self._row(candidate, widest, number == self.lit) for number, candidate in enumerate(candidates)
        ]
        return Content("\n").join(rows)

    def _row(self, candidate: Candidate, widest: int, lit: bool) -> Content:
        colour = role_variable(candidate.role) if candidate.role else "$foreground"
        row = Content.assemble(
            ("▌" if lit else " ", "$accent"),
            (candidate.label.ljust(widest), f"{colour} bold" if lit else colour),
            ("  " + candidate.detail, "$text-muted"),
        )
        return row.stylize("on $panel") if lit else row
