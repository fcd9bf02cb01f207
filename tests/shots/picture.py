"""A terminal's bytes as a picture: pyte keeps the screen, Pillow paints it."""

import unicodedata
from pathlib import Path

import pyte
from PIL import Image, ImageDraw, ImageFont

SIZE = 22
"""Pixels of the font."""
MARGIN = 14
_FACES = {
    (False, False): ("DejaVuSansMono.ttf", "Menlo.ttc", "consola.ttf"),
    (True, False): ("DejaVuSansMono-Bold.ttf", "Menlo.ttc", "consolab.ttf"),
    (False, True): ("DejaVuSansMono-Oblique.ttf", "Menlo.ttc", "consolai.ttf"),
    (True, True): ("DejaVuSansMono-BoldOblique.ttf", "Menlo.ttc", "consolaz.ttf"),
}
_NAMED = {
    "black": "#000000", "red": "#cd3131", "green": "#0dbc79", "brown": "#e5e510", "blue": "#2472c8",
    "magenta": "#bc3fbc", "cyan": "#11a8cd", "white": "#e5e5e5",
    "brightblack": "#666666", "brightred": "#f14c4c", "brightgreen": "#23d18b", "brightbrown": "#f5f543",
    "brightblue": "#3b8eea", "brightmagenta": "#d670d6", "brightcyan": "#29b8db", "brightwhite": "#ffffff",
}  # fmt: skip
PLAIN, GROUND = "#d4d4d4", "#000000"


def _face(bold: bool, italic: bool) -> ImageFont.FreeTypeFont:
    for name in _FACES[bold, italic]:
        try:
            return ImageFont.truetype(name, SIZE)
        except OSError:
            continue
    raise SystemExit("No monospaced font was found; install DejaVu Sans Mono.")


def colour(name: str, default: str) -> str:
    """Return a colour of pyte's as one of a picture's."""
    if name == "default":
        return default
    return _NAMED.get(name, f"#{name}")


def paint(screen: pyte.Screen, path: Path) -> None:
    """Write the screen as a PNG."""
    faces = {key: _face(*key) for key in _FACES}
    width = round(faces[False, False].getlength("M"))
    ascent, descent = faces[False, False].getmetrics()
    height = ascent + descent
    edge = colour(screen.buffer[0][0].bg, GROUND)
    size = (screen.columns * width + 2 * MARGIN, screen.lines * height + 2 * MARGIN)
    image = Image.new("RGB", size, edge)
    draw = ImageDraw.Draw(image)
    for row in range(screen.lines):
        for column in range(screen.columns):
            cell = screen.buffer[row][column]
            ink, ground = colour(cell.fg, PLAIN), colour(cell.bg, GROUND)
            if cell.reverse:
                ink, ground = ground, ink
            x, y = MARGIN + column * width, MARGIN + row * height
            wide = bool(cell.data) and unicodedata.east_asian_width(cell.data[0]) in "WF"
            if cell.data:
                draw.rectangle((x, y, x + width * (1 + wide) - 1, y + height - 1), fill=ground)
            if cell.data.strip():
                draw.text((x, y), cell.data, fill=ink, font=faces[bool(cell.bold), bool(cell.italics)])
            if cell.underscore:
                draw.line((x, y + ascent + 2, x + width - 1, y + ascent + 2), fill=ink)
    image.quantize(255).save(path, optimize=True)
