"""What is seen in a terminal that has no room for a conversation."""

from typing import Final

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from mixchat.tui.actions.keys import key_on

LEAST: Final = (50, 12)
"""Columns and rows below which nothing can be laid out."""


class TooSmall(Widget):
    """Covers everything; what was typed stays where it is, and no key reaches it, so that nothing is sent unseen."""

    DEFAULT_CSS = """
    TooSmall {
        display: none; layer: cover; width: 100%; height: 100%;
        content-align: center middle; text-align: center;
    }
    """

    def __init__(self, covered: Widget, field: Widget) -> None:
        """Begin out of sight.

        Args:
            covered: what is below.
            field: gets the focus when nothing had it before.
        """
        super().__init__()
        self._covered = covered
        self._field = field
        self._focused_before: Widget | None = None

    @property
    def is_shown(self) -> bool:
        """Whether there is no room for anything else."""
        return self._covered.disabled

    def fit(self, size: Size) -> None:
        """Cover everything when there is no room for it, and show it again when there is."""
        small = size.width < LEAST[0] or size.height < LEAST[1]
        if small == self.is_shown:
            return
        if small:
            self._focused_before = self.screen.focused
        self._covered.disabled = small
        self.display = small
        if not small:
            (self._focused_before or self._field).focus()

    def render(self) -> Content:
        """Return the sentence, with the size there is."""
        width, height = self.screen.size
        return Content(
            f"mixchat would like 60×15.\nThis terminal is {width}×{height}.\n\n"
            f"Nothing is lost: make it larger,\nor leave with {key_on(self, 'quit')}."
        )
