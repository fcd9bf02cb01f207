"""The running cost as the one large figure on the screen: three rows of line digits."""

from typing import Final

from textual.content import Content

HEIGHT: Final = 3
_GLYPHS: Final = {
    "0": ("┏━┓", "┃ ┃", "┗━┛"),
    "1": ("╺┓ ", " ┃ ", "╺┻╸"),
    "2": ("╺━┓", "┏━┛", "┗━╸"),
    "3": ("╺━┓", " ━┫", "╺━┛"),
    "4": ("╻ ╻", "┗━┫", "  ╹"),
    "5": ("┏━╸", "┗━┓", "╺━┛"),
    "6": ("┏━╸", "┣━┓", "┗━┛"),
    "7": ("╺━┓", "  ┃", "  ╹"),
    "8": ("┏━┓", "┣━┫", "┗━┛"),
    "9": ("┏━┓", "┗━┫", "╺━┛"),
    ".": (" ", " ", "•"),
    "?": ("╺━┓", " ┏┛", " • "),
}


def cost_figure(amount: str, *, muted: str = "$text-muted", bright: str = "$text") -> list[Content]:
    """Return three rows that show an amount such as `~$0.0121`, or `<$0.0001`.

    Args:
        amount: as `money.cost` writes it; its signs stay small, and all amounts begin in the same column.
        muted: the style of the sign and of leading zeros.
        bright: the style of the rest.
    """
    digits = amount.lstrip("~<$")
    signs = amount[: len(amount) - len(digits)]
    # Less than the smallest amount: the sign stands before the figure where one is written, at half its height.
    small = (signs.replace("<", "").rjust(2), " <" if "<" in signs else "  ", "  ")
    first = next((at for at, character in enumerate(digits) if character not in "0."), len(digits))
    rows: list[Content] = []
    for row in range(HEIGHT):
        parts = [Content.styled(f"{small[row]} ", muted)]
        for at, character in enumerate(digits):
            glyph = _GLYPHS.get(character, ("   ",) * HEIGHT)[row]
            # A point stands in the gap that each digit leaves behind it.
            gap = "" if digits[at + 1 : at + 2] == "." else " "
            parts.append(Content.styled(f"{glyph}{gap}", muted if at < first else bright))
        rows.append(Content("").join(parts))
    return rows
