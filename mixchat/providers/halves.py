"""Characters that a server cut in half: JSON can write a half alone, but no file and no terminal can hold one."""

from typing import Final

_FIRST: Final = ("\ud800", "\udbff")
"""The lowest and highest first half of a character outside the basic plane."""


class Halves:
    """Puts halves together again that come in two pieces; a half that stays alone becomes U+FFFD."""

    def __init__(self) -> None:
        self._held = ""

    def join(self, piece: str) -> str:
        """Return the whole characters that are there now; a first half at the end waits for the next piece."""
        text, self._held = self._held + piece, ""
        if text.isascii():
            return text
        if _FIRST[0] <= text[-1] <= _FIRST[1]:
            text, self._held = text[:-1], text[-1]
        return whole(text)


def whole(text: str) -> str:
    """Return `text` with its halves joined where two stand side by side, else replaced by U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
