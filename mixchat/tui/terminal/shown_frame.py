"""What the terminal shows, and the shortest text that takes it to the next frame: only cells that changed are written."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from rich.cells import get_character_cell_size
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

_PICTURES: Final = 0x1F000
"""From here on terminals do not agree on widths."""

Chops = Mapping[int, Strip | None]
"""A row of the screen cut where a widget begins or ends: the parts by their columns."""
Known = dict[int, Strip]


class ShownFrame:
    """Remembers a frame part by part, and writes of the next one what differs.

    What it cannot be sure of is written as Textual would: a part that joins or widens characters, one that is wider
    than its place, a part whose place is new, and everything after `forget`.
    """

    def __init__(self) -> None:
        self._rows: dict[int, tuple[list[int], Known]] = {}
        """Of each row its cuts, and what is known to stand between them."""

    def forget(self) -> None:
        """Know nothing: the terminal was cleared, or belonged to somebody else."""
        self._rows.clear()

    def whole(self, rows: Sequence[Iterable[Strip | None]], colors: ColorSystem) -> str:
        """Return the text of a whole frame, and remember it."""
        self._rows.clear()
        written: list[str] = []
        for y, parts in enumerate(rows):
            written.append(_move(0, y))
            x, known, cuts = 0, Known(), [0]
            for strip in parts:
                if strip is None:
                    continue
                written.append(rendered(strip, colors))
                known[x] = strip
                x += strip.cell_length
                cuts.append(x)
            if all(_cells(strip) == strip.cell_length for strip in known.values()):
                self._rows[y] = cuts, known
        return "".join(written)

    def changes(
        self,
        rows: Sequence[Chops],
        ends: Sequence[Sequence[int]],
        spans: Iterable[tuple[int, int, int]],
        colors: ColorSystem,
    ) -> str:
        """Return what takes the terminal from what it shows to the next frame, and remember that.

        Args:
            rows: the parts of each row of the screen.
            ends: the columns at which they end.
            spans: row, first column and end of what Textual composed again; nothing outside is to be believed.
            colors: what the terminal has.
        """
        written: list[str] = []
        for y, first, last in spans:
            known = self._known(y, [0, *ends[y]])
            sure = True
            for end, (x, strip) in zip(ends[y], rows[y].items(), strict=False):
                if strip is None or x > last or end <= first or x == end:
                    continue
                if not (first <= x < last and end <= last):  # not all of it was composed
                    known.pop(x, None)
                    written += _move(x, y), rendered(strip.crop(0, min(end, last) - x), colors)
                    continue
                old = known.get(x)
                if old is strip and sure:
                    continue
                regular = _cells(strip) == end - x
                if old is not None and sure and regular:
                    written.append(_difference(x, y, old, strip, colors))
                else:
                    written += _move(x, y), rendered(strip, colors)
                # What does not fill its place exactly may have reached into the next one.
                sure = regular
                known.pop(x, None)
                if regular:
                    known[x] = strip
        return "".join(written)

    def _known(self, y: int, cuts: list[int]) -> Known:
        """Return what is known of a row; nothing where it was cut at other places before."""
        if y not in self._rows or self._rows[y][0] != cuts:
            self._rows[y] = cuts, {}
        return self._rows[y][1]


def rendered(segments: Iterable[Segment], colors: ColorSystem) -> str:
    """Return the text of segments with their styles."""
    return "".join(
        text if style is None else Strip.render_style(style, text, colors) for text, style, _ in segments
    )


def _move(x: int, y: int) -> str:
    return f"\x1b[{y + 1};{x + 1}H"


def _difference(x: int, y: int, old: Strip, new: Strip, colors: ColorSystem) -> str:
    """Return what makes `new` of `old`, which is as wide: all from the first to the last character that differs."""
    before, after = list(old), list(new)
    start, most = 0, min(len(before), len(after))
    while start < most and _same(before[start], after[start], colors):
        x += _width(after[start].text)
        start += 1
    if start == len(before) == len(after):
        return ""
    stop = 0
    while stop < most - start and _same(before[-1 - stop], after[-1 - stop], colors):
        stop += 1
    before, after = before[start : len(before) - stop], after[start : len(after) - stop]
    if before and after and _alike(before[0].style, after[0].style, colors):
        same = _common(before[0].text, after[0].text)
        x += _width(after[0].text[:same])
        before[0] = Segment(before[0].text[same:], before[0].style)
        after[0] = Segment(after[0].text[same:], after[0].style)
    if before and after and _alike(before[-1].style, after[-1].style, colors):
        same = _common(before[-1].text[::-1], after[-1].text[::-1])
        after[-1] = Segment(after[-1].text[: len(after[-1].text) - same], after[-1].style)
    changed = rendered([segment for segment in after if segment.text], colors)
    return _move(x, y) + changed if changed else ""


def _same(one: Segment, other: Segment, colors: ColorSystem) -> bool:
    return one.text == other.text and _alike(one.style, other.style, colors)


def _alike(one: Style | None, other: Style | None, colors: ColorSystem) -> bool:
    """Whether two styles look the same; what else they carry (where a click leads to) is not seen."""
    if one is other:
        return True
    if one is None or other is None:
        return False
    return Strip.render_style(one, "x", colors) == Strip.render_style(other, "x", colors)


def _common(one: str, other: str) -> int:
    """Return how many characters both begin with."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[:middle] == other[:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _cells(strip: Strip) -> int | None:
    """Return the width of a part that every terminal agrees on; None where one character may change another's."""
    total = 0
    for text, _, control in strip:
        if control:
            return None
        if text.isascii():
            total += len(text)
            continue
        for character in text:
            if not (width := _cell(character)):
                return None
            total += width
    return total


def _width(text: str) -> int:
    return len(text) if text.isascii() else sum(map(_cell, text))


@lru_cache(4096)
def _cell(character: str) -> int:
    """Return the cells of a character that stands for itself, or 0."""
    if ord(character) >= _PICTURES or unicodedata.category(character)[0] in "MC":
        return 0
    return get_character_cell_size(character)
