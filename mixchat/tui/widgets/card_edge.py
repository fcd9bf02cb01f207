"""The half rows above and below a card, which make it as high as it reads and no higher."""

from textual.color import Color
from textual.content import Content
from textual.widget import Widget


class CardEdge(Widget):
    """Half a row in the card's own tone, which the style sheet gives it."""

    DEFAULT_CSS = "CardEdge { height: 1; width: 1fr; }"

    def __init__(self, *, top: bool) -> None:
        super().__init__()
        self._half = "▄" if top else "▀"

    def render(self) -> Content:
        """Return the row; empty where the card has the terminal's own ground, whose name means its text's colour here."""
        return Content((self._half if is_tone(self.styles.color) else " ") * self.size.width)


def is_tone(colour: Color) -> bool:
    """Return whether a card of this colour can be told from what is around it."""
    return colour.ansi is None and colour.a > 0
