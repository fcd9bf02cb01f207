"""How long a sentence stays in the corner."""

from typing import Final

_LEAST: Final = 2.0
_MOST: Final = 6.0
_TO_FIND: Final = 1.0
_CHARACTERS_A_SECOND: Final = 20
"""How fast one reads who does something else besides."""


def seconds_to_read(sentence: str) -> float:
    """Return the seconds that a sentence has to stay: it covers what is below it no longer than it has to."""
    return min(max(_TO_FIND + len(sentence) / _CHARACTERS_A_SECOND, _LEAST), _MOST)
