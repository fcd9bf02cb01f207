"""Foreign text on a terminal."""

from typing import Final

_TURNS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029")
"""What changes the direction of a text, and could hide what it says; and line ends that are none elsewhere."""


def printable(text: str) -> str:
    """Return `text` without what a terminal would obey or turn around; line ends and tabs stay."""
    return "".join(
        sign
        for sign in text
        if sign in "\n\t" or sign.isprintable() or (ord(sign) >= 0xA0 and sign not in _TURNS)
    )
