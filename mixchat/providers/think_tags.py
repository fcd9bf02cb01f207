"""Tells thinking from reply where a server sends both as one text, the thinking first and between tags."""

import re
from typing import Final

_OPENERS: Final = ("<think>", "<thinking>", "<|thinking|>", "<seed:think>")
_CLOSERS: Final = {
    "<think>": "</think>", "<thinking>": "</thinking>", "<|thinking|>": "<|/thinking|>",
    "<seed:think>": "</seed:think>",
}  # fmt: skip
_CLOSER: Final = "</think>"
_OPENED_BEFORE: Final = re.compile(
    r"deepseek-?r1|\bqwq\b|r1-distill|[-_]thinking\b|qwen3.*-thinking", re.IGNORECASE
)
"""Models whose template opens the block itself, so that only its end is on the wire."""


class ThinkTags:
    """Splits a stream that begins with `<think>`; a tag later in the text is text.

    Args:
        model: its name says whether a block is open from the beginning, whose end alone is sent.
    """

    def __init__(self, model: str = "") -> None:
        self._held = ""
        self._closer: str | None = None
        self._decided = False
        self._may_be_open = bool(_OPENED_BEFORE.search(model))
        self._inside_unmarked = False
        self._unmarked: list[str] = []

    def told_apart(self) -> None:
        """Take in that the server sends its thinking apart: then no tag is looked for."""
        self._may_be_open = False

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
        """Return what was held back when the stream ended.

        A block that was only taken to be open, and never closed, was the reply: it is given back as such.
        """
        rest = self._rest()
        if self._inside_unmarked:
            self._inside_unmarked = False
            return "", "".join([*self._unmarked, rest])
        return (rest, "") if self._closer else ("", rest)

    def _decide(self) -> None:
        start = self._held.lstrip()
        found = next((tag for tag in _OPENERS if start.startswith(tag)), None)
        if found is not None:
            self._closer = _CLOSERS[found]
            self._held = start.removeprefix(found).lstrip("\n")
        self._decided = found is not None or not any(tag.startswith(start) for tag in _OPENERS)
        if self._decided and found is None and self._may_be_open:
            self._closer, self._inside_unmarked = _CLOSER, True

    def _inside(self) -> tuple[str, str]:
        assert self._closer is not None
        thought, closed, rest = self._held.partition(self._closer)
        if closed:
            self._held, self._closer, self._inside_unmarked = "", None, False
            return thought.rstrip("\n"), rest.lstrip("\n")
        # A closing tag may be cut anywhere: what could be its beginning waits for the next piece.
        size = next((n for n in range(len(self._closer) - 1, 0, -1) if thought.endswith(self._closer[:n])), 0)
        self._held = thought[len(thought) - size :]
        sure = thought[: len(thought) - size]
        if self._inside_unmarked:
            self._unmarked.append(sure)
        return sure, ""

    def _rest(self) -> str:
        rest, self._held = self._held, ""
        return rest
