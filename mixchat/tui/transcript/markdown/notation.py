"""How mathematics is written in one line of text: raised and lowered letters, fractions, roots, and blanks."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from itertools import chain
from typing import Final

from rich.cells import cell_len

_SCRIPTS: Final = (
    (0xB2, 0xBA),
    (0x2B0, 0x2B9),
    (0x2070, 0x209D),
    (0x1D2C, 0x1D6B),
    (0x1D9B, 0x1DC0),
    (0x2C7C, 0x2C7D),
)
_FRACTIONS: Final = ((0xBC, 0xBF), (0x2150, 0x215F))
_RAISED: Final = {"∘": "°", "⊤": "ᵀ"}
_RAISED_AS_THEY_ARE: Final = frozenset("′″‴*∗†‡°ᵀ")
_ROOTS: Final = {"": "√", "2": "√", "3": "∛", "4": "∜"}

_SCRIPT: Final = "²³¹⁰-ₜᴬ-ᵪʰ-ʸ′"
_LETTER: Final = rf"(?:[^\W_{_SCRIPT}])"
_ATOM: Final = re.compile(
    rf"(?:[d∂Δ∇]?{_LETTER}|\d+(?:\.\d+)?|∞)[̀-ͯ⃗]?[{_SCRIPT}]*!?|(?:√|{_LETTER}+)?\([^()]*\)[{_SCRIPT}]*|√\w+"
)
"""What needs no brackets anywhere."""
_FACTORS: Final = re.compile(r"(?:[^()\s+\-−±<>=≤≥≠≈/·×∼→,]|\([^()]*\))+")
"""What needs no brackets above a fraction's line."""
_BEFORE, _AFTER = "\x02", "\x03"
"""Stand around the name of a function, which is set apart from the letters beside it."""
_SPACING: Final = (
    (re.compile(r" *([=<>≤≥≠≈≡≅∼≃∝→←↔⇒⇐⇔⟹⟸⟺⟶↦∈∉∋⊂⊃⊆⊇⊢⊨≪≫∧∨∪∩×±∓∣]) *"), r" \1 "),
    (re.compile(rf"(?<=[\w)\]]){_BEFORE}"), " "),
    (re.compile(rf"{_AFTER}([{_SCRIPT}]*|[_^](?:\w|\([^()]*\)))(?=[^\W_{_SCRIPT}]|[√∑∏∫|])"), r"\1 "),
    (re.compile(f"[{_BEFORE}{_AFTER}]"), ""),
    (re.compile(r"(?<=[\w)])(?=[∑∏∫∬∭∮])"), " "),
    (re.compile(rf"([∑∏∫∬∭∮][{_SCRIPT}]+)(?=[^\W{_SCRIPT}])"), r"\1 "),
    (re.compile(r"([(\[{⟨⌊⌈]) +"), r"\1"),
    (re.compile(r" +([)\]}⟩⌋⌉])"), r"\1"),
    (re.compile(r" {2,3}(?! )"), " "),
)
"""Where blanks stand in a formula."""


@cache
def _table(kind: str) -> dict[str, str]:
    """Return what Unicode has of one kind, `<super>`, `<sub>` or `<fraction>`, by what it stands for."""
    found: dict[str, str] = {}
    spans = _FRACTIONS if kind == "<fraction>" else _SCRIPTS
    for code in chain.from_iterable(range(*span) for span in spans):
        named, *codes = unicodedata.decomposition(chr(code)).split() or ("",)
        if named == kind:
            found.setdefault("".join(chr(int(part, 16)) for part in codes), chr(code))
    return found


def raised(text: str) -> str:
    """Return a superscript: `x²` where every letter of it is there, else `x^(…)`."""
    text = _RAISED.get(text, text)
    if all(letter in _RAISED_AS_THEY_ARE for letter in text):
        return text
    return _scripted(text, "<super>", "^")


def lowered(text: str) -> str:
    """Return a subscript: `x₂` where every letter of it is there, else `x_(…)`."""
    return _scripted(text, "<sub>", "_")


def _scripted(text: str, kind: str, mark: str) -> str:
    tight = text.replace(" ", "").replace(_BEFORE, "").replace(_AFTER, "")
    table = _table(kind)
    if all(letter in table for letter in tight):
        return "".join(table[letter] for letter in tight)
    return mark + (text if len(text) == 1 else f"({spaced(text)})")


def fraction(above: str, below: str) -> str:
    """Return a fraction in one line, with the brackets that it needs."""
    above, below = above.strip(), below.strip()
    whole = _table("<fraction>").get(f"{above}⁄{below}")
    if whole is not None:
        return whole
    top = above if _FACTORS.fullmatch(above) else f"({above})"
    return f"{top}/{bracketed(below)}"


def root(of: str, degree: str = "") -> str:
    """Return a root."""
    sign = _ROOTS.get(degree) or f"{raised(degree)}√"
    return sign + bracketed(of.strip())


def bracketed(text: str) -> str:
    """Return a text in brackets, unless it holds together by itself."""
    return text if _ATOM.fullmatch(text) else f"({text})"


def spaced(text: str) -> str:
    """Return a formula with blanks around relations and the names of functions, and nowhere twice."""
    for pattern, become in _SPACING:
        text = pattern.sub(become, text)
    return text.strip()


def named(name: str) -> str:
    """Return the name of a function, as `spaced` sets it apart."""
    return f"{_BEFORE}{name}{_AFTER}"


Box = list[str]
"""Lines that stand below each other, all as wide."""


def beside(boxes: Iterable[Box]) -> Box:
    """Return boxes next to each other, the middles in one row."""
    boxes = list(boxes)
    height = max(map(len, boxes), default=1)
    rows = [""] * height
    for box in boxes:
        above = (height - len(box)) // 2
        blank = " " * max(map(cell_len, box), default=0)
        for at in range(height):
            rows[at] += box[at - above] if 0 <= at - above < len(box) else blank
    return rows


def columns(rows: list[list[str]], aligns: str, gap: str) -> Box:
    """Return cells in columns: `l`, `c` or `r` for each, over and over."""
    count = max(map(len, rows), default=0)
    rows = [[*row, *[""] * (count - len(row))] for row in rows]
    widths = [max(cell_len(row[at]) for row in rows) for at in range(count)]
    return [
        gap.join(_placed(cell, widths[at], aligns[at % len(aligns)]) for at, cell in enumerate(row))
        for row in rows
    ]


def _placed(cell: str, width: int, align: str) -> str:
    spare = width - cell_len(cell)
    left = {"l": 0, "c": spare // 2, "r": spare}[align]
    return " " * left + cell + " " * (spare - left)


_TALL: Final = {
    "(": "⎛⎜⎝", ")": "⎞⎟⎠", "[": "⎡⎢⎣", "]": "⎤⎥⎦", "|": "│││", "‖": "‖‖‖", "{": "⎧⎪⎩", "}": "⎫⎪⎭",
}  # fmt: skip


def enclosed(box: Box, left: str, right: str) -> Box:
    """Return a box between brackets as tall as it is."""
    return beside([_bracket(left, len(box)), box, _bracket(right, len(box))])


def _bracket(mark: str, height: int) -> Box:
    if not mark or height == 1:
        return [mark] * height
    top, middle, bottom = _TALL.get(mark, mark * 3)
    rows = [top, *[middle] * (height - 2), bottom]
    if mark in "{}" and height > 2:
        rows[height // 2] = {"{": "⎨", "}": "⎬"}[mark]
    return rows
