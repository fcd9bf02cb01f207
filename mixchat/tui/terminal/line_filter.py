"""What is painted, just before it goes to the terminal: no foreign character in it is obeyed there."""

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from mixchat.domain.plain_text import without_controls


class PlainLines(LineFilter):
    """Takes control characters out of every painted line, whatever widget it came from, and out of its links.

    They have no width, so that nothing moves.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the line without them."""
        if all(_is_plain(segment) for segment in segments):
            return segments
        return [segment if _is_plain(segment) else _plain(segment) for segment in segments]


def _is_plain(segment: Segment) -> bool:
    if segment.control:
        return True
    link = segment.style.link if segment.style is not None else None
    return segment.text.isprintable() and (link is None or link.isprintable())


def _plain(segment: Segment) -> Segment:
    style = segment.style
    if style is not None and style.link is not None and not style.link.isprintable():
        style = style.update_link(without_controls(style.link))
    return Segment(without_controls(segment.text), style)
