"""Copying out of the app: by the terminal's own way, and by the system's clipboard."""

from collections.abc import Callable
from typing import Final

from mixchat.tui.terminal import system_clipboard

_LARGEST_OSC: Final = 74_994
"""Bytes; the length that most terminals still take in one OSC 52."""


class Clipboard:
    """Puts text where other programs find it, and says which way worked.

    Args:
        tell_terminal: writes OSC 52 to the terminal, which nobody acknowledges.
    """

    def __init__(self, tell_terminal: Callable[[str], None]) -> None:
        self._tell_terminal = tell_terminal

    async def copy(self, text: str, what: str) -> str:
        """Copy `text` every way there is and return a sentence that says what is known of it."""
        fits = len(text.encode(errors="replace")) <= _LARGEST_OSC
        if fits:
            self._tell_terminal(text)
        size = f"{what} ({len(text):,} character{'' if len(text) == 1 else 's'})"
        if await system_clipboard.write_text(text):
            return f"Copied {size} to the system clipboard."
        if fits:
            return f"Sent {size} to the terminal's clipboard (OSC 52)."
        too_long = f"{what[:1].upper()}{what[1:]} is too long for the terminal's clipboard"
        return f"{too_long}, and no system clipboard can be reached; save it to a file."
