"""What a terminal that is too small shows instead of a torn screen."""

from typing import Final

from textual.content import Content
from textual.widget import Widget

LEAST: Final = (50, 12)
"""Columns and rows below which nothing can be laid out."""


class TooSmall(Widget):
    """Covers everything; what was typed stays where it is."""

    DEFAULT_CSS = """
    TooSmall {
        display: none; layer: cover; width: 100%; height: 100%;
        content-align: center middle; text-align: center;
    }
    """

    def render(self) -> Content:
        """Return the sentence, with the size there is."""
        width, height = self.screen.size
        return Content(
            f"mixchat would like 60×15.\nThis terminal is {width}×{height}.\n\n"
            "Nothing is lost: make it larger,\nor leave with ctrl+q."
        )
