"""The parts of one turn below each other; what is added at the end costs nothing for what stands above."""

from collections.abc import Container, Iterable
from itertools import accumulate, islice

from mixchat.tui.transcript.render_block import RenderBlock


class PartColumn:
    """Parts in three sections, with the row at which each begins.

    A reply of megabytes has tens of thousands of parts, and with each frame only its last ones change: only these,
    and what was laid out since, are looked at again.
    """

    __slots__ = ("_before", "_heights", "_laid", "_made", "_steady", "_tops", "parts")

    def __init__(self) -> None:
        self.parts: list[RenderBlock] = []
        self._before = 0
        """How many parts stand before the steady ones."""
        self._steady = 0
        """How many of them are steady: they change no more."""
        self._made: tuple[int, int] | None = None
        """The width and look for which the heights are."""
        self._heights: list[int] = []
        self._tops = [0]
        """Where parts begin, from the first to the last for which that is known, and where that one ends."""
        self._laid: dict[RenderBlock, None] = {}
        """Those whose rows may be kept."""

    def show(self, head: list[RenderBlock], steady: list[RenderBlock], foot: list[RenderBlock]) -> None:
        """Take the parts as they are now, of equal ones those whose rows are kept.

        Args:
            head: stands above the reply.
            steady: the parts of the reply that change no more; those that were there before are the first of them.
            foot: stands below them.
        """
        start, stop = self._before, self._before + self._steady
        same = min(self._steady, len(steady)) if self._starts_with(steady) else 0
        known = {part.key: part for part in self.parts[:start]}
        known.update((part.key, part) for part in self.parts[start + same : stop])
        known.update((part.key, part) for part in self.parts[stop:])
        head = [known.get(part.key, part) for part in head]
        foot = [known.get(part.key, part) for part in foot]
        fresh = set(map(id, [*head, *foot, *islice(steady, same, None)]))
        for part in known.values():
            if id(part) not in fresh:
                self._laid.pop(part, None)
        heights = self._heights[start : start + same]
        self._place(head, heights, [*islice(steady, same, None), *foot])
        self.parts = [*head, *steady, *foot]
        self._before, self._steady = len(head), len(steady)

    def _starts_with(self, steady: list[RenderBlock]) -> bool:
        """Whether the steady parts are those from before, and perhaps more: they are only ever added to, or made anew."""
        count = min(self._steady, len(steady))
        first = self._before
        return (
            count > 0
            and steady[0] is self.parts[first]
            and steady[count - 1] is self.parts[first + count - 1]
        )

    def _place(self, head: list[RenderBlock], same: list[int], rest: list[RenderBlock]) -> None:
        """Measure what is new."""
        if self._made is None:
            return
        above, below = self._measured(head), self._measured(rest)
        if above == self._heights[: self._before] and len(above) == self._before:
            del self._tops[len(above) + len(same) + 1 :]
        else:
            del self._tops[1:]
        self._heights = [*above, *same, *below]

    def _measured(self, parts: Iterable[RenderBlock]) -> list[int]:
        assert self._made is not None
        width, age = self._made
        return [part.height(width, age) for part in parts]

    def tops(self, width: int, age: int) -> list[int]:
        """Return the row at which each part starts, and last the height of all."""
        if self._made != (width, age):
            self._made = width, age
            self._heights = self._measured(self.parts)
            del self._tops[1:]
        known = len(self._tops) - 1
        if known < len(self._heights):
            more = accumulate(islice(self._heights, known, None), initial=self._tops[-1])
            self._tops.extend(islice(more, 1, None))
        return self._tops

    def laid(self, at: int) -> None:
        """Note that a part was laid out."""
        part = self.parts[at]
        self._laid[part] = None
        if self._made is not None and (height := part.height(*self._made)) != self._heights[at]:
            self._heights[at] = height
            del self._tops[at + 1 :]

    @property
    def kept(self) -> int:
        """How many rows are kept."""
        return sum([part.kept for part in self._laid])

    def drop(self, seen: Container[RenderBlock]) -> None:
        """Drop the rows of all parts but those that are seen; their heights stay known."""
        for part in [part for part in self._laid if part not in seen]:
            part.forget()
            del self._laid[part]

    def forget_code(self, codes: list[str]) -> None:
        """Drop the rows of the blocks that hold one of `codes`."""
        for part in self._laid:
            if part.kept and part.kind in {"code", "text"} and any(code in part.text for code in codes):
                part.forget()
