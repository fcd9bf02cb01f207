"""Whatever is painted can be read: every cell of every main screen in every theme."""

from collections import Counter
from pathlib import Path

import pytest
from rich.color import Color, ColorSystem, ColorType
from textual.color import Color as TextualColor

from mixchat.tui import themes
from tests.tui.gallery import EXHIBITS, NAMES, Exhibit, PaintedCell, cells, showing, wear
from tests.tui.test_themes import luminance

LEAST = 4.5


def contrast(one: Color, other: Color) -> float:
    lights = sorted(luminance(TextualColor(*color.get_truecolor())) for color in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def is_text(cell: PaintedCell) -> bool:
    """Whether a cell holds something to read: no blank, no bar, no line, and nothing dimmed behind a float."""
    return bool(cell.character.strip()) and not "\u2500" <= cell.character <= "\u28ff" and not cell.covered


def unreadable(rows: list[list[PaintedCell]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in rows:
        for cell in filter(is_text, row):
            front, ground = cell.style.color, cell.style.bgcolor
            if cell.style.reverse:
                front, ground = ground, front
            assert front is not None
            assert ground is not None
            ratio = contrast(front, ground)
            if ratio < LEAST:
                line = "".join(each.character for each in row).strip()
                found[f"{front.name} on {ground.name}: {ratio:.2f} in {line[:100]!r}"] += 1
    return found


def wrong_in_ansi(rows: list[list[PaintedCell]]) -> Counter[str]:
    """Return what is no colour of the terminal's own, or next to invisible on its ground where that is dark or light."""
    found: Counter[str] = Counter()
    for row in rows:
        for cell in filter(is_text, row):
            front, ground = cell.style.color or Color.default(), cell.style.bgcolor or Color.default()
            own = {front.type, ground.type} <= {ColorType.DEFAULT, ColorType.STANDARD}
            bare = ground.type is ColorType.DEFAULT and not cell.style.reverse
            lost = (bare and front.number in {0, 4, 7, 15}) or (
                front == ground and front.type is ColorType.STANDARD
            )
            if not own or lost:
                found[
                    f"{front.name} on {ground.name} in {''.join(each.character for each in row).strip()[:100]!r}"
                ] += 1
    return found


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda exhibit: exhibit.name)
async def test_every_cell_can_be_read_in_every_theme(exhibit: Exhibit):
    found: dict[str, dict[str, int]] = {}
    async with showing(exhibit, (120, 40)) as stage:
        for theme in sorted({*NAMES, "ansi"} - {"glass"}):
            await wear(stage, theme)
            check = wrong_in_ansi if theme == "ansi" else unreadable
            if weak := check(list(cells(stage))):
                found[theme] = dict(weak.most_common(5))
    assert found == {}


@pytest.mark.parametrize(("name", "greys"), [("mixchat-dark", {233, 234, 235, 236}), ("mixchat-light", None)])
def test_in_256_colours_the_surfaces_stay_apart(name: str, greys: set[int] | None):
    theme = themes.find_theme(name, Path("nowhere"))
    tones = [theme.background, theme.surface, theme.panel, theme.variables["selected"]]
    numbers = [Color.parse(str(tone)).downgrade(ColorSystem.EIGHT_BIT).number for tone in tones]
    assert len(set(numbers)) == 4, numbers
    assert all(number is not None and (number >= 232 or number in {15, 231}) for number in numbers), numbers
    assert greys is None or set(numbers) == greys
