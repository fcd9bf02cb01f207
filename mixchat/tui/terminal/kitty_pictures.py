"""Pictures among the cells of a terminal: kitty's graphics protocol with Unicode placeholders, which ghostty has, too.

A picture is sent once under a number. Where it stands are ordinary characters: their colour is the number, and each says
which row and column of the picture it shows. So it scrolls, is cut and is covered like text, and nothing is left behind.
"""

import re
from base64 import b64encode
from typing import Final

from textual.message import Message

from mixchat.tui.terminal.control_sequence import ControlSequence, literal

QUESTION: Final = literal("\x1b[>0q")
"""Asks for the terminal's name and version (XTVERSION); the answer comes among the keys, or never."""
_ANSWER: Final = re.compile(r"\x1bP>\|(?P<name>[^\x07\x1b]{1,80})(?:\x07|\x1b\\)")
_KITTY: Final = re.compile(r"kitty\((\d+)\.(\d+)")
_SINCE: Final = (0, 28)
"""Kitty's first version with placeholders."""
_PLACEHOLDER: Final = "\U0010eeee"
_MARKS: Final = (
    "\u0305\u030d\u030e\u0310\u0312\u033d\u033e\u033f\u0346\u034a\u034b\u034c\u0350\u0351\u0352\u0357"
    "\u035b\u0363\u0364\u0365\u0366\u0367\u0368\u0369\u036a\u036b\u036c\u036d\u036e\u036f\u0483\u0484"
    "\u0485\u0486\u0487\u0592\u0593\u0594\u0595\u0597\u0598\u0599\u059c\u059d\u059e\u059f\u05a0\u05a1"
    "\u05a8\u05a9\u05ab\u05ac\u05af\u05c4\u0610\u0611\u0612\u0613\u0614\u0615"
)
"""Marks for the first rows and columns: those above a letter, in order, that make no other letter of it."""
MOST_COLUMNS: Final = len(_MARKS)
_CHUNK: Final = 4096
"""Characters that one sequence carries at most."""


class TerminalNamed(Message):
    """The terminal has said what it is."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


def name_in(answer: str) -> str | None:
    """Return the name that an answer tells, or None if it is no such answer."""
    match = _ANSWER.fullmatch(answer)
    return match["name"] if match is not None else None


def shows_pictures(name: str) -> bool:
    """Whether a terminal of that name knows placeholders; others may know the protocol, but would show the characters."""
    kitty = _KITTY.match(name)
    return name.startswith("ghostty") or (kitty is not None and (int(kitty[1]), int(kitty[2])) >= _SINCE)


def transmission(number: int, png: bytes, columns: int, rows: int) -> ControlSequence:
    """Return what sends a picture that will fill so many cells; nothing is answered."""
    head = f"a=T,U=1,i={number},f=100,c={columns},r={rows},q=2,"
    data = b64encode(png).decode()
    chunks = [data[at : at + _CHUNK] for at in range(0, len(data), _CHUNK)]
    return ControlSequence(
        "".join(
            f"\x1b_G{head if at == 0 else ''}m={int(at < len(chunks) - 1)};{chunk}\x1b\\"
            for at, chunk in enumerate(chunks)
        )
    )


def deletion(number: int) -> ControlSequence:
    """Return what has the terminal forget a picture."""
    return ControlSequence(f"\x1b_Ga=d,d=I,i={number},q=2\x1b\\")


def cell(row: int, column: int) -> str:
    """Return the character that shows one cell of a picture."""
    return _PLACEHOLDER + _MARKS[row] + _MARKS[column]
