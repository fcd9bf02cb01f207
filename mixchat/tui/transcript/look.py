"""What a layout needs besides the text: the palette and the colours of code."""

from typing import Protocol

from msgspec import Struct

from mixchat.tui.transcript.palette import Palette

Shade = list[tuple[str, str]]
"""One line of code as texts with the names of their token types."""


class Shades(Protocol):
    """Gives a code block's coloured lines, or None while they are not ready."""

    def __call__(self, code: str, language: str) -> list[Shade] | None:
        """Return the coloured lines."""
        ...


class Sketches(Protocol):
    """Gives what colours there are at once; fewer lines than the code has are fine."""

    def __call__(self, code: str, language: str, *, growing: bool = False) -> list[Shade] | None:
        """Return the lines that are coloured already; a block that is `growing` is coloured a little further."""
        ...


def unshaded(code: str, language: str, *, growing: bool = False) -> list[Shade] | None:
    """Return no colours for any code."""
    return None


class Look(Struct, frozen=True):
    """How things look at the moment."""

    palette: Palette
    shades: Shades = unshaded
    sketch: Sketches = unshaded
    growing: bool = False
    """Whether the block that is laid out is still being written."""
