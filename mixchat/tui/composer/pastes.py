"""Long pastes, folded to one word in the composer and unfolded when the prompt is sent."""

import re
from collections.abc import Mapping
from typing import Final

LONGEST_LINES: Final = 12
LONGEST_CHARACTERS: Final = 1500
_MARK: Final = r"\[paste (\d+): [^\]\n]{1,40}\]"


class Pastes:
    """The texts behind the marks such as `[paste 1: 240 lines]`."""

    def __init__(self) -> None:
        self._texts: dict[int, str] = {}

    def fold(self, text: str) -> str:
        """Return what to put into the composer for `text`: itself when short, else a mark for it."""
        if len(text) <= LONGEST_CHARACTERS and _lines(text) <= LONGEST_LINES:
            return text
        return self.keep(text)

    def keep(self, text: str) -> str:
        """Keep `text` whatever its length, and return its mark."""
        number = max(self._texts, default=0) + 1
        self._texts[number] = text
        lines = _lines(text)
        much = f"{lines:,} lines" if lines > 1 else f"{len(text):,} characters"
        return f"[paste {number}: {much}]"

    def unfold(self, typed: str) -> str:
        """Return `typed` with every mark replaced by its text."""
        return re.sub(_MARK, lambda mark: self._texts.get(int(mark[1]), mark[0]), typed)

    def marks(self, typed: str) -> list[tuple[int, int]]:
        """Return where the marks in `typed` begin and end."""
        return [mark.span() for mark in re.finditer(_MARK, typed) if int(mark[1]) in self._texts]

    def mark_before(self, line: str, column: int) -> int | None:
        """Return where the mark that ends at `column` of `line` begins."""
        return next((start for start, end in self.marks(line) if end == column), None)

    def used(self, typed: str) -> dict[int, str]:
        """Return the texts whose marks are in `typed`, by number."""
        numbers = {int(mark[1]) for mark in re.finditer(_MARK, typed)}
        return {number: text for number, text in self._texts.items() if number in numbers}

    def restore(self, texts: Mapping[int, str]) -> None:
        """Put texts behind the marks of a draft that was kept."""
        self._texts.update(texts)

    def forget(self) -> None:
        """Drop every text; marks mean nothing afterwards."""
        self._texts.clear()


def _lines(text: str) -> int:
    """Return how many lines there are; a line end at the very end begins no other one."""
    return text.count("\n") + (not text.endswith("\n"))
