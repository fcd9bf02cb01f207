"""Searching the turns that are shown."""

from typing import NamedTuple

from mixchat.tui.transcript.turn_column import TurnColumn


class Match(NamedTuple):
    """A place that holds what was searched for."""

    turn_id: str
    view: int
    text: str
    """The line it was found in."""


class Finder:
    """Finds text in prompts and replies, in any case, and walks through the matches."""

    def __init__(self, column: TurnColumn) -> None:
        self._column = column
        self.sought = ""
        self.matches: list[Match] = []
        self._at = -1
        self._texts: dict[str, tuple[str, str]] = {}
        """Prompt and reply of the turns that are not kept, by their ids, while something is searched for."""

    @property
    def position(self) -> int:
        """Which match is current, counted from 1; 0 for none."""
        return self._at + 1

    @property
    def current(self) -> tuple[int, int] | None:
        """The turn and part of the current match."""
        if not 0 <= self._at < len(self.matches):
            return None
        match = self.matches[self._at]
        nth = sum(1 for other in self.matches[: self._at] if other.view == match.view)
        parts = self._column.views[match.view].parts
        for at, part in enumerate(parts):
            nth -= part.text.casefold().count(self.sought)
            if nth < 0:
                return match.view, at
        return match.view, 0

    def find(self, text: str) -> list[Match]:
        """Search; empty text ends the search."""
        self.sought = text.casefold()
        if not text:
            self._texts = {}
        elif not self._texts:
            self._read()
        self.matches = self._all() if text else []
        self._at = -1
        return self.matches

    def step(self, by: int, near: int) -> tuple[int, int] | None:
        """Go to the next match (1) or the one before (-1), round the ends; the first is the nearest to a turn."""
        if not self.matches:
            return None
        if self._at < 0:
            later = [at for at, match in enumerate(self.matches) if match.view >= near]
            self._at = later[0] if later else len(self.matches) - 1
        else:
            self._at = (self._at + by) % len(self.matches)
        return self.current

    def _read(self) -> None:
        late = {view.id for view in self._column.views if view.late is not None}
        if late:
            self._texts = {
                turn.id: (turn.prompt, turn.reply) for turn in self._column.turns() if turn.id in late
            }

    def _all(self) -> list[Match]:
        matches: list[Match] = []
        for index, view in enumerate(self._column.views):
            texts = self._texts.get(view.id) if view.late is not None else None
            for source in texts or (view.turn.prompt, view.reply):
                low = source.casefold()
                if self.sought not in low:
                    continue
                for line in source.split("\n"):
                    hits = line.casefold().count(self.sought)
                    matches.extend([Match(view.id, index, line.strip())] * hits)
        return matches
