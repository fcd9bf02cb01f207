"""Every main screen in every theme as pictures to look at: `python -m tests.contact_sheet FOLDER [THEME ...]`.

A sheet for each theme: a row for each screen, a column for each size of the terminal.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont
from rich.color import Color
from rich.terminal_theme import MONOKAI

from tests.tui.gallery import EXHIBITS, NAMES, PaintedCell, cells, showing, wear

SIZES: Final = ((80, 24), (120, 40), (200, 60))
POINT: Final = 11
GAP: Final = 16
_FACES: Final = {False: "DejaVuSansMono.ttf", True: "DejaVuSansMono-Bold.ttf"}

Rows = list[list[PaintedCell]]


def picture(rows: Rows) -> Image.Image:
    """Return a screen as a picture."""
    faces = {bold: ImageFont.truetype(name, POINT) for bold, name in _FACES.items()}
    width = round(faces[False].getlength("M"))
    height = sum(faces[False].getmetrics())
    image = Image.new("RGB", (len(rows[0]) * width, len(rows) * height))
    draw = ImageDraw.Draw(image)
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            front, ground = _colour(cell.style.color, front=True), _colour(cell.style.bgcolor, front=False)
            if cell.style.reverse:
                front, ground = ground, front
            place = (x * width, y * height)
            draw.rectangle((*place, place[0] + width - 1, place[1] + height - 1), fill=ground)
            if cell.character.strip():
                draw.text(place, cell.character, fill=front, font=faces[bool(cell.style.bold)])
    return image


def _colour(color: Color | None, *, front: bool) -> tuple[int, int, int]:
    red, green, blue = (color or Color.default()).get_truecolor(MONOKAI, foreground=front)
    return red, green, blue


@asynccontextmanager
async def own_home() -> AsyncIterator[None]:
    """Give the app directories of its own, which nobody has used."""
    with tempfile.TemporaryDirectory() as home:
        for part in ("CONFIG", "DATA", "LOG"):
            os.environ[f"MIXCHAT_{part}_DIR"] = str(Path(home, part.lower()))
        yield


async def collect(names: list[str]) -> dict[str, dict[tuple[int, int], Image.Image]]:
    """Return by theme the picture of each screen and size, by their numbers."""
    sheets: dict[str, dict[tuple[int, int], Image.Image]] = {name: {} for name in names}
    for row, exhibit in enumerate(EXHIBITS):
        for column, size in enumerate(SIZES):
            async with own_home(), showing(exhibit, size) as stage:
                for name in names:
                    await wear(stage, name)
                    sheets[name][row, column] = picture(list(cells(stage)))
        print(exhibit.name)
    return sheets


def joined(pictures: dict[tuple[int, int], Image.Image]) -> Image.Image:
    """Return the pictures of one theme below and beside each other."""
    columns = [
        max(image.width for (_, at), image in pictures.items() if at == column)
        for column in range(len(SIZES))
    ]
    rows = [
        max(image.height for (at, _), image in pictures.items() if at == row) for row in range(len(EXHIBITS))
    ]
    sheet = Image.new("RGB", (sum(columns) + GAP * len(columns), sum(rows) + GAP * len(rows)), "#888888")
    for (row, column), image in pictures.items():
        sheet.paste(image, (sum(columns[:column]) + GAP * column, sum(rows[:row]) + GAP * row))
    return sheet


def main() -> None:
    """Write the sheets."""
    folder, *names = sys.argv[1:] or ["."]
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name, pictures in asyncio.run(collect(names or NAMES)).items():
        path = Path(folder) / f"{name}.png"
        joined(pictures).save(path)
        print(path)


if __name__ == "__main__":
    main()
