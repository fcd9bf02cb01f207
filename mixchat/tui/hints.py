"""What the last line says that the focused widget can do."""

from collections.abc import Sequence
from typing import Final

from textual.widget import Widget

_HINTS: Final = {
    "PromptArea": (
        ("enter", "send"),
        ("ctrl+j", "new line"),
        ("@", "who answers"),
        ("ctrl+p", "everything else"),
    ),
    "Transcript": (("↑↓", "scroll"), ("end", "follow"), ("ctrl+o", "copy the reply"), ("esc", "write")),
    "Field": (("enter", "next place"), ("↑", "previous place"), ("esc", "write")),
    "TurnList": (("↑↓", "turns"), ("enter", "show in the chat"), ("f2", "hide"), ("esc", "write")),
}


def hints(focused: Widget | None) -> Sequence[tuple[str, str]]:
    """Return keys with what they do while `focused` has the focus."""
    return _HINTS.get(type(focused).__name__, ())
