"""Where vim's motions and text objects lead, worked out on plain text and places in it."""

import re
from collections.abc import Callable, Mapping
from typing import Final, Literal, NamedTuple

from mixchat.tui.terminal.graphemes import after, before

Reach = Literal["before", "onto", "lines"]
"""What an operator takes: up to where the motion leads, the character there as well, or whole lines."""


class Target(NamedTuple):
    """Where a motion leads, and what an operator takes on the way."""

    place: int
    reach: Reach


class Find(NamedTuple):
    """A search within the line: `f`, `F`, `t` or `T` and the character."""

    kind: str
    character: str


def line_start(text: str, at: int) -> int:
    """Return where the line around a place begins."""
    return text.rfind("\n", 0, at) + 1


def line_end(text: str, at: int) -> int:
    """Return where the line around a place ends, before its line end."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def first_letter(text: str, at: int) -> int:
    """Return the first place in a line that is no blank."""
    start, end = line_start(text, at), line_end(text, at)
    return start + len(text[start:end]) - len(text[start:end].lstrip(" \t"))


def _left(text: str, at: int) -> int:
    return at if at == line_start(text, at) else before(text, at)


def _right(text: str, at: int) -> int:
    return at if at >= line_end(text, at) else after(text, at)


def _down(text: str, at: int) -> int:
    end = line_end(text, at)
    return at if end == len(text) else min(end + 1 + at - line_start(text, at), line_end(text, end + 1))


def _up(text: str, at: int) -> int:
    start = line_start(text, at)
    return at if start == 0 else min(line_start(text, start - 1) + at - start, start - 1)


_WORDS: Final = re.compile(r"\w+|[^\w\s]+|(?<=\n)(?=\n)")
_BIG_WORDS: Final = re.compile(r"\S+|(?<=\n)(?=\n)")


def _next_word(text: str, at: int, words: re.Pattern[str]) -> int:
    return next((word.start() for word in words.finditer(text) if word.start() > at), len(text))


def _word_before(text: str, at: int, words: re.Pattern[str]) -> int:
    return max((word.start() for word in words.finditer(text) if word.start() < at), default=0)


def _word_end(text: str, at: int, words: re.Pattern[str]) -> int:
    ends = (before(text, word.end()) for word in words.finditer(text) if word[0])
    return next((end for end in ends if end > at), max(0, len(text) - 1))


def _paragraph(text: str, at: int, by: int) -> int:
    found = [gap.start() + 1 for gap in re.finditer(r"\n(?=\n)", text)]
    if by > 0:
        return next((place for place in found if place > at), len(text))
    return max((place for place in found if place < at), default=0)


_STEPS: Final[Mapping[str, tuple[Callable[[str, int], int], Reach]]] = {
    "h": (_left, "before"),
    "l": (_right, "before"),
    " ": (_right, "before"),
    "j": (_down, "lines"),
    "k": (_up, "lines"),
    "w": (lambda text, at: _next_word(text, at, _WORDS), "before"),
    "W": (lambda text, at: _next_word(text, at, _BIG_WORDS), "before"),
    "b": (lambda text, at: _word_before(text, at, _WORDS), "before"),
    "B": (lambda text, at: _word_before(text, at, _BIG_WORDS), "before"),
    "e": (lambda text, at: _word_end(text, at, _WORDS), "onto"),
    "E": (lambda text, at: _word_end(text, at, _BIG_WORDS), "onto"),
    "{": (lambda text, at: _paragraph(text, at, -1), "before"),
    "}": (lambda text, at: _paragraph(text, at, 1), "before"),
}
"""Motions that a count repeats."""


def target(text: str, at: int, motion: str, count: int | None, find: Find | None) -> Target | None:
    """Return where a motion leads; None where it leads nowhere.

    Args:
        text: all of it.
        at: where the cursor is.
        motion: its keys.
        count: how often, if that was said.
        find: the search that `;` and `,` repeat.
    """
    if motion in _STEPS:
        step, reach = _STEPS[motion]
        for _ in range(count or 1):
            at = step(text, at)
        return Target(at, reach)
    match motion:
        case "0":
            return Target(line_start(text, at), "before")
        case "^":
            return Target(first_letter(text, at), "before")
        case "$":
            return Target(line_end(text, _lines_down(text, at, (count or 1) - 1)), "before")
        case "gg" | "G":
            number = count or (1 if motion == "gg" else text.count("\n") + 1)
            return Target(first_letter(text, _lines_down(text, 0, number - 1)), "lines")
        case _:
            return _found(text, at, motion, count or 1, find)


def _lines_down(text: str, at: int, count: int) -> int:
    for _ in range(count):
        at = min(len(text), line_end(text, at) + 1)
    return at


def _found(text: str, at: int, motion: str, count: int, find: Find | None) -> Target | None:
    if motion in {";", ","}:
        if find is None:
            return None
        kind = find.kind if motion == ";" else find.kind.swapcase()
        character, again = find.character, True
    else:
        kind, character, again = motion[0], motion[1], False
    start, end = line_start(text, at), line_end(text, at)
    forward, short = kind.islower(), kind in "tT"
    place = at + (1 if forward else -1) * (short and again)
    for _ in range(count):
        place = (
            text.find(character, place + 1, end) if forward else text.rfind(character, start, max(place, 0))
        )
        if place < 0:
            return None
    place += (-1 if forward else 1) * short
    return Target(place, "onto" if forward else "before")


_PAIRS: Final = {
    "(": "()",
    ")": "()",
    "b": "()",
    "[": "[]",
    "]": "[]",
    "{": "{}",
    "}": "{}",
    "B": "{}",
    "<": "<>",
    ">": "<>",
}


def text_object(text: str, at: int, keys: str) -> tuple[int, int] | None:
    """Return where the object of `iw`, `a"`, `i(` and their like begins and ends."""
    around, what = keys[0] == "a", keys[1]
    if what in {"w", "W"}:
        return _word_around(text, at, around=around, big=what == "W")
    if what in "\"'`":
        span = _quoted(text, at, what)
    elif what in _PAIRS:
        span = _bracketed(text, at, *_PAIRS[what])
    elif what == "p":
        start = text.rfind("\n\n", 0, at + 1)
        end = text.find("\n\n", at)
        return (0 if start < 0 else start + 2, len(text) if end < 0 else end)
    else:
        return None
    if span is None:
        return None
    return span if around else (span[0] + 1, span[1] - 1)


def _word_around(text: str, at: int, *, around: bool, big: bool) -> tuple[int, int]:
    pattern = r"\S+|[^\S\n]+" if big else r"\w+|[^\w\s]+|[^\S\n]+"
    runs = [run.span() for run in re.finditer(pattern, text[line_start(text, at) : line_end(text, at)])]
    begin = line_start(text, at)
    spans = [(start + begin, end + begin) for start, end in runs]
    here = next((index for index, (start, end) in enumerate(spans) if start <= at < end), len(spans) - 1)
    if here < 0:
        return at, at
    start, end = spans[here]
    if around and here + 1 < len(spans) and text[spans[here + 1][0]].isspace():
        end = spans[here + 1][1]
    elif around and here and text[spans[here - 1][0]].isspace():
        start = spans[here - 1][0]
    return start, end


def _quoted(text: str, at: int, quote: str) -> tuple[int, int] | None:
    start, end = line_start(text, at), line_end(text, at)
    marks = [place for place in range(start, end) if text[place] == quote]
    pairs = zip(marks[::2], marks[1::2], strict=False)
    return next(((one, other + 1) for one, other in pairs if at <= other), None)


def _bracketed(text: str, at: int, opening: str, closing: str) -> tuple[int, int] | None:
    depth, start = 0, at
    while start >= 0 and not (text[start : start + 1] == opening and depth == 0):
        depth += (text[start : start + 1] == closing and start != at) - (text[start : start + 1] == opening)
        start -= 1
    if start < 0:
        return None
    depth = 0
    for end in range(start, len(text)):
        depth += (text[end] == opening) - (text[end] == closing)
        if depth == 0:
            return start, end + 1
    return None


class Part(NamedTuple):
    """A part of the text that an operator takes."""

    start: int
    end: int
    lines: bool


def operated(
    text: str, at: int, operator: str, motion: str, count: int | None, find: Find | None
) -> Part | None:
    """Return what an operator takes on the way of a motion, with vim's own exceptions for `w`."""
    here = text[at : at + 1]
    if operator == "c" and motion in {"w", "W"} and here and not here.isspace():
        # `cw` leaves the blanks after the word, and takes the word that ends under the cursor, too
        words = _WORDS if motion == "w" else _BIG_WORDS
        end = at
        for _ in range(count or 1):
            end = next((word.end() for word in words.finditer(text) if word.end() > end), end)
        return Part(at, end, lines=False)
    found = target(text, at, motion, count, find)
    if found is None or (found.reach != "before" and found.place == at and motion in {"j", "k"}):
        return None
    start, end = sorted((at, found.place))
    if found.reach == "onto":
        end = after(text, end)
    elif motion in {"w", "W"} and "\n" in text[start:end]:
        end = max(line_end(text, start), start)  # the last word of a line takes no line end along
    return Part(start, end, found.reach == "lines")
