"""Control sequences of our own: a type that nothing foreign is, so that the type checker keeps text out of them.

What is written past the painted lines takes a `ControlSequence`. One is made of a literal, or of text that was made plain.
"""

import os
from base64 import b64encode
from typing import LiteralString, NewType

from mixchat.domain.plain_text import PlainText

ControlSequence = NewType("ControlSequence", str)
"""What the terminal is meant to obey."""


def literal(sequence: LiteralString) -> ControlSequence:
    """Return a sequence that stands in the program as it is."""
    return ControlSequence(sequence)


def osc(code: int, words: PlainText) -> ControlSequence:
    """Return an operating system command, such as 2 for the terminal's title, with words that are on one line."""
    return ControlSequence(f"\x1b]{code};{words}\x07")


def copying(text: str) -> ControlSequence:
    """Return what puts a text, whatever is in it, into the terminal's clipboard (OSC 52)."""
    return ControlSequence(f"\x1b]52;c;{b64encode(text.encode()).decode()}\x07")


def tmux_wrapped(sequence: ControlSequence) -> ControlSequence:
    """Return a control sequence so that tmux hands it through to the terminal around it."""
    if "TMUX" not in os.environ:
        return sequence
    doubled = sequence.replace("\x1b", "\x1b\x1b")
    return ControlSequence(f"\x1bPtmux;{doubled}\x1b\\")
