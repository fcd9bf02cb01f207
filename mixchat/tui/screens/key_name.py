"""Keys as the screen writes them."""

from typing import Final

from textual.binding import Binding

_SHORT: Final = {
    "escape": "esc",
    "pageup": "page up",
    "pagedown": "page down",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}


def key_name(binding: Binding) -> str:
    """Return the key of a binding for people: `ctrl+shift+↑`."""
    return "+".join(_SHORT.get(part, part) for part in binding.key.split("+"))
