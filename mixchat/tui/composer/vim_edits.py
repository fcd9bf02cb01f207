"""What vim's single-key commands change, worked out on plain text and places in it."""

import re
from typing import NamedTuple

from mixchat.tui.composer.vim_motions import first_letter, line_end, line_start
from mixchat.tui.terminal.graphemes import after, before


class Edit(NamedTuple):
    """What takes the place of a part of the text, and where the cursor is afterwards."""

    start: int
    end: int
    new: str
    cursor: int


class Register(NamedTuple):
    """What was deleted or yanked last."""

    text: str = ""
    lines: bool = False
    """Whether it is whole lines."""


def opened(text: str, at: int, how: str) -> Edit:
    """Return what `i a I A o O` change, and where one then inserts."""
    match how:
        case "a":
            at = min(line_end(text, at), after(text, at))
        case "I":
            at = first_letter(text, at)
        case "A":
            at = line_end(text, at)
        case "o":
            at = line_end(text, at)
            return Edit(at, at, "\n", at + 1)
        case "O":
            at = line_start(text, at)
            return Edit(at, at, "\n", at)
        case _:
            pass
    return Edit(at, at, "", at)


def single(text: str, at: int, what: str, count: int, register: Register) -> Edit | None:
    """Return what `p P r ~ J` change."""
    match what[0]:
        case "p" | "P":
            return put(text, at, register, above=what == "P", count=count)
        case "r":
            return replaced(text, at, what[1], count)
        case "~":
            return swapped(text, at, count)
        case _:
            return joined(text, at)


def replaced(text: str, at: int, character: str, count: int) -> Edit | None:
    """Return what `r` changes; nothing where the line has too few characters."""
    end = at
    for _ in range(count):
        end = after(text, end)
    if end > line_end(text, at) or end == at:
        return None
    return Edit(at, end, character * count, at + len(character) * (count - 1))


def swapped(text: str, at: int, count: int) -> Edit:
    """Return what `~` changes."""
    end = min(line_end(text, at), at + count)
    return Edit(at, end, text[at:end].swapcase(), end)


def joined(text: str, at: int) -> Edit | None:
    """Return what `J` changes."""
    end = line_end(text, at)
    if end == len(text):
        return None
    rest = min(first_letter(text, end + 1), line_end(text, end + 1))
    return Edit(end, rest, " " if rest < len(text) and text[rest] != "\n" else "", end)


def put(text: str, at: int, register: Register, *, above: bool, count: int) -> Edit:
    """Return what `p`, or with `above` `P`, changes."""
    if register.lines:
        block = "\n".join([register.text] * count)
        place = line_start(text, at) if above else line_end(text, at)
        indent = len(block) - len(block.lstrip(" \t"))
        new = f"{block}\n" if above else f"\n{block}"
        return Edit(place, place, new, place + indent + (not above))
    place = at if above else min(line_end(text, at), after(text, at))
    new = register.text * count
    return Edit(place, place, new, before(text[:place] + new, place + len(new)))


def deleted_lines(text: str, start: int, end: int) -> Edit:
    """Return how whole lines go: with the line end after them, or else the one before."""
    if end < len(text):
        left = text[:start] + text[end + 1 :]
        return Edit(start, end + 1, "", first_letter(left, start))
    begin = max(0, start - 1)
    return Edit(begin, end, "", first_letter(text[:begin], begin))


def replaced_all(text: str, start: int, end: int, character: str) -> Edit:
    """Return what `r` changes in a selection."""
    return Edit(start, end, re.sub(r"[^\n]", lambda _: character, text[start:end]), start)
