"""Where an address that stands in text begins and ends."""

from typing import Final

ADDRESS: Final = r"https?://[^\s<>\"`\u2018-\u201f\u2026\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]+"
"""An address and what stands right behind it: typographic quotes and the punctuation of Chinese and Japanese end it."""
_BEHIND: Final = frozenset(".,;:!?'*_~")
_BRACKETS: Final = {")": "(", "]": "[", "}": "{"}


def trimmed(found: str) -> str:
    """Return an address without the punctuation behind it; a bracket that was opened in it belongs to it."""
    end = len(found)
    surplus = {close: found.count(close) - found.count(open_) for close, open_ in _BRACKETS.items()}
    while end:
        last = found[end - 1]
        if surplus.get(last, 0) > 0:
            surplus[last] -= 1
        elif last not in _BEHIND:
            break
        end -= 1
    return found[:end]
