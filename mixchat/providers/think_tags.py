"""Tells thinking from reply where a server sends both as one text, the thinking first and between tags."""

from typing import Final

_OPENERS: Final = ("<think>", "<thinking>")
_CLOSERS: Final = {"<think>": "</think>", "<thinking>": "</thinking>"}


class ThinkTags:
    """Splits a stream that begins with `<think>`; a tag later in the text is text."""

    def __init__(self) -> None:
        self._held = ""
        self._closer: str | None = None
        self._decided = False

    def feed(self, piece: str) -> tuple[str, str]:
        """Return the thinking and the reply that are certain after `piece`."""
        if self._decided and self._closer is None:
            return "", piece
        self._held += piece
        if not self._decided:
            self._decide()
        if not self._decided:
            return "", ""
        return self._inside() if self._closer else ("", self._rest())

    def finish(self) -> tuple[str, str]:
        """Return what was held back when the stream ended."""
        rest = self._rest()
        return (rest, "") if self._closer else ("", rest)

    def _decide(self) -> None:
        start = self._held.lstrip()
        found = next((tag for tag in _OPENERS if start.startswith(tag)), None)
        if found is not None:
            self._closer = _CLOSERS[found]
            self._held = start.removeprefix(found).lstrip("\n")
        self._decided = found is not None or not any(tag.startswith(start) for tag in _OPENERS)

    def _inside(self) -> tuple[str, str]:
        assert self._closer is not None
        thought, closed, rest = self._held.partition(self._closer)
        if closed:
            self._held, self._closer = "", None
            return thought.rstrip("\n"), rest.lstrip("\n")
        # A closing tag may be cut anywhere: what could be its beginning waits for the next piece.
        size = next((n for n in range(len(self._closer) - 1, 0, -1) if thought.endswith(self._closer[:n])), 0)
        self._held = thought[len(thought) - size :]
        return thought[: len(thought) - size], ""

    def _rest(self) -> str:
        rest, self._held = self._held, ""
        return rest
