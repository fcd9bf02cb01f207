"""Dollars by day as bars that are stacked by role; the table of roles below is the legend."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from textual.content import Content

from mixchat.domain.role import BUILT_IN
from mixchat.ledger import money
from mixchat.tui.themes import role_variable

_AXIS: Final = 9
_EIGHTHS: Final = " ▁▂▃▄▅▆▇█"
_STEPS: Final = (Decimal(1), Decimal(2), Decimal(4), Decimal(6), Decimal(8), Decimal(10))
_LINES: Final = 4
"""Parts that lines across divide the height into."""
_FAR: Final = (
    "daily-driver", "coding", "heavy-lifting", "summarization", "extraction", "creative", "quick", "research",
)  # fmt: skip
"""From the bottom up: blue and sky, which are hard to tell apart, are at the two ends."""
_ORDER: Final = {
    name: number for number, name in enumerate(dict.fromkeys((*_FAR, *(role.name for role in BUILT_IN))))
}

Days = Mapping[str, Mapping[str, Decimal]]
"""By day, as an ISO date, then by role: dollars."""


def plot(days: Days, first: date, last: date, width: int, height: int) -> Content:
    """Return the picture, `width` cells wide and `height` rows high, its axes included."""
    bars = _grouped(days, first, last, max(width - _AXIS, 1))
    rows = max((height - 1) // _LINES * _LINES, 1)
    highest = max((sum(amounts.values(), Decimal(0)) for _, amounts in bars), default=Decimal(0))
    top = _round_up(highest)
    pitch = min(max((width - _AXIS) // max(len(bars), 1), 1), 4)
    thick = max(pitch - 1, 1)
    columns = [list(_cells(amounts, top, rows)) for _, amounts in bars]
    lines = [_line(columns, row, rows, top, pitch, thick) for row in range(rows - 1, -1, -1)]
    return Content("\n").join([*lines, _days(bars, pitch)])


def _grouped(days: Days, first: date, last: date, most: int) -> list[tuple[date, dict[str, Decimal]]]:
    """Return a bar a day; where there is no room for so many, a bar for several days."""
    count = max((last - first).days + 1, 1)
    span = -(-count // most)
    bars: list[tuple[date, dict[str, Decimal]]] = []
    for start in range(0, count, span):
        amounts: dict[str, Decimal] = {}
        for number in range(start, min(start + span, count)):
            for role, usd in days.get((first + timedelta(days=number)).isoformat(), {}).items():
                amounts[role] = amounts.get(role, Decimal(0)) + usd
        bars.append((first + timedelta(days=start), amounts))
    return bars


def _round_up(highest: Decimal) -> Decimal:
    """Return the end of the axis: a round number from the highest bar on."""
    if not highest:
        return Decimal(1)
    power = Decimal(10) ** highest.adjusted()
    return next(step * power for step in _STEPS if step * power >= highest)


def _cells(amounts: Mapping[str, Decimal], top: Decimal, rows: int) -> Iterator[tuple[str, str]]:
    """Yield each cell of a bar from the bottom up: its glyph and its style; nothing above the bar."""
    ends: list[tuple[int, str]] = []
    total = Decimal(0)
    for role in sorted(amounts, key=lambda name: _ORDER.get(name, 99)):
        total += amounts[role]
        ends.append((max(round(total / top * rows * 8), 1 if total else 0), role_variable(role)))
    height = ends[-1][0] if ends else 0
    for bottom in range(0, height, 8):
        inside = [(end, colour) for end, colour in ends if end > bottom]
        (end, colour), above = inside[0], inside[1:]
        if end >= bottom + 8 or not above:
            yield _EIGHTHS[min(end - bottom, 8)], colour
        else:
            over = above[0][1] if above[0][0] > end else above[-1][1]
            yield _EIGHTHS[end - bottom], f"{colour} on {over}" if height >= bottom + 8 else colour


def _line(
    columns: Sequence[Sequence[tuple[str, str]]], row: int, rows: int, top: Decimal, pitch: int, thick: int
) -> Content:
    every = max(rows // _LINES, 1)
    marked = row % every == 0
    label = _label(top * row / rows) if marked else ""
    dot = "·" if marked and row else " "
    parts = [Content.styled(f"{label:>{_AXIS - 2}}  ", "$text-muted")]
    for cells in columns:
        if row < len(cells):
            glyph, style = cells[row]
            parts.append(Content.styled(glyph * thick, style))
            parts.append(Content(" " * (pitch - thick)))
        else:
            parts.append(Content.styled(dot.ljust(pitch), "$text-muted"))
    return Content("").join(parts)


def _label(amount: Decimal) -> str:
    return money.dollars(amount) if amount else money.NOTHING


def _days(bars: Sequence[tuple[date, object]], pitch: int) -> Content:
    """Return the row below: the day of the month under some bars, the last one bright."""
    every = max(-(-8 // pitch), 7 if len(bars) > 14 else 1)
    row = " " * _AXIS
    for number in range((len(bars) - 1) % every, len(bars), every):
        day = bars[number][0]
        at = _AXIS + number * pitch
        said = str(day.day)
        row = row[:at].ljust(at) + said
    last = len(str(bars[-1][0].day)) if bars else 0
    return Content.assemble((row[: len(row) - last], "$text-muted"), (row[len(row) - last :], "$text"))
