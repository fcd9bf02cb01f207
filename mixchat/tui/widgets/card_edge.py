"""The half rows above and below a card, which make it as high as it reads and no higher."""

from textual.content import Content
from textual.widget import Widget


class CardEdge(Widget):
    """Half a row in the card's own tone, which the style sheet gives it."""

    DEFAULT_CSS = "CardEdge { height: 1; width: 1fr; }"

    def __init__(self, *, top: bool) -> None:
        super().__init__()
        self._half = "▄" if top else "▀"

    def render(self) -> Content:
        """Return the row."""
        return Content(self._half * self.size.width)
