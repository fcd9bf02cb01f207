"""Copying out of the app: by the terminal's own way, and by the system's clipboard."""

import os
from collections.abc import Callable
from typing import Final

_LARGEST_OSC: Final = 74_994
"""Characters; the length that most terminals still take in one OSC 52."""


class Clipboard:
    """Puts text where other programs find it, and says which way worked.

    Args:
        tell_terminal: writes OSC 52 to the terminal, which nobody acknowledges.
    """

    def __init__(self, tell_terminal: Callable[[str], None]) -> None:
        self._tell_terminal = tell_terminal

    def copy(self, text: str, what: str) -> str:
        """Copy `text` every way there is and return a sentence that says which."""
        ways: list[str] = []
        if self._by_system(text):
            ways.append("the system clipboard")
        if len(text) <= _LARGEST_OSC:
            self._tell_terminal(text)
            ways.append("the terminal (OSC 52)")
        if not ways:
            return (
                f"{what} is too long for the terminal, and there is no system clipboard; save it to a file."
            )
        return f"Copied {what} ({len(text):,} characters) to {' and '.join(ways)}."

    def _by_system(self, text: str) -> bool:
        if not _has_desktop():
            return False
        import pyperclip

        try:
            pyperclip.copy(text)
        except (pyperclip.PyperclipException, OSError, UnicodeError):
            return False
        return True


def _has_desktop() -> bool:
    """Whether a system clipboard can belong to the person: not over SSH, not without a display."""
    import sys

    if "SSH_CONNECTION" in os.environ:
        return False
    return sys.platform in {"darwin", "win32"} or bool(
        os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY") or "WSL_DISTRO_NAME" in os.environ
    )


def tmux_wrapped(sequence: str) -> str:
    """Return a control sequence so that tmux hands it through to the terminal around it."""
    if "TMUX" not in os.environ:
        return sequence
    doubled = sequence.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{doubled}\x1b\\"
