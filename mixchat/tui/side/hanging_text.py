"""Lines whose later rows keep the indent of the first."""

from collections.abc import Iterable, Iterator

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget


class HangingText(Widget):
    """Plain lines, wrapped to the width there is."""

    DEFAULT_CSS = "HangingText { height: auto; }"

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[Content, ...] = ()

    def tell(self, lines: Iterable[Content]) -> None:
        """Show these lines."""
        self._lines = tuple(lines)
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the rows of the lines at that width."""
        return len(self._rows(width))

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
