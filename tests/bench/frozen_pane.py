"""The middle design: the turn under way is a Textual `Markdown` widget, a finished one a single widget of strips.

Left out, as it would only cost more: selecting in a finished turn.
"""

from typing import Any

from rich.console import Group
from rich.markdown import Markdown as RichMarkdown
from rich.padding import Padding
from rich.style import Style
from rich.text import Text
from textual.containers import VerticalScroll
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Markdown, Static


class FrozenTurn(Widget):
    """A prompt and its reply, rendered once for the width and the colours that they are shown in."""

    DEFAULT_CSS = "FrozenTurn { height: auto; }"

    def __init__(self, prompt: str, reply: str) -> None:
        super().__init__()
        self._prompt, self._reply = prompt, reply
        self._key: tuple[int, Style] | None = None
        self._strips: list[Strip] = []

    def _rendered(self, width: int) -> list[Strip]:
        key = (width, self.rich_style)
        if key != self._key:
            console = self.app.console
            whole = Group(Text(self._prompt), Padding(RichMarkdown(self._reply), (0, 2)))
            options = console.options.update(width=width, height=None)
            lines = console.render_lines(whole, options, style=self.rich_style)
            self._key, self._strips = key, [Strip(line, width) for line in lines]
        return self._strips

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return how many rows there are at a width, in cells."""
        return len(self._rendered(width)) if width else 0

    def render_line(self, y: int) -> Strip:
        """Return a row."""
        strips = self._rendered(self.size.width)
        return strips[y] if y < len(strips) else Strip.blank(self.size.width, self.rich_style)


class Frozen:
    """A `Markdown` widget for the reply under way, which a `FrozenTurn` replaces at its end."""

    def __init__(self) -> None:
        self.widget = VerticalScroll()
        self._live = (Static(), Markdown())
        self._prompt = ""
        self._text: list[str] = []
        self._stream: Any = None

    async def begin(self, prompt: str) -> None:
        """Show the prompt above an empty reply."""
        self._prompt, self._text, self._stream = prompt, [], None
        self._live = (Static(prompt, markup=False), Markdown())
        await self.widget.mount(*self._live)
        self.widget.anchor()

    async def write(self, text: str) -> None:
        """Add to the reply."""
        if self._stream is None:
            self._stream = Markdown.get_stream(self._live[1])
        self._text.append(text)
        await self._stream.write(text)

    async def end(self) -> None:
        """Put one widget in the place of the live ones, unseen."""
        if self._stream is not None:
            await self._stream.stop()
        with self.widget.app.batch_update():
            await self.widget.mount(FrozenTurn(self._prompt, "".join(self._text)), before=self._live[0])
            await self.widget.remove_children(self._live)

    async def load(self, count: int, reply: str) -> None:
        """Show finished turns."""
        await self.widget.mount(*(FrozenTurn(f"prompt {at}", f"{at}. {reply}") for at in range(1, count + 1)))
        self.widget.anchor()
