"""Keeping credentials out of the config and off the screen."""

import re
from typing import Final

from mixchat.routing.secrets import find

HIDDEN: Final = "••••••"
"""What is shown in place of a credential."""
REFUSED: Final = (
    "This looks like a key or a password; keys are kept in the key ring: Ctrl+K in the chat adds one."
)
_IN_ADDRESS: Final = re.compile(r"://[^/@\s:]*:[^/@\s]+@")


def secretive(text: str) -> bool:
    """Return whether a value holds a credential, as far as can be told from its looks."""
    return bool(_IN_ADDRESS.search(text) or find(text))
