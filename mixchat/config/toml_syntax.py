"""What is wrong with a text that is not TOML, in plain words, and on which line."""

import re
from collections.abc import Callable
from typing import Final

from msgspec import Struct

_PLACE: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_WORD: Final = re.compile(r"[^\s,\]}#]*")
_NEXT_KEY: Final = re.compile(r"[\w.\"'-]+\s*=")
_SWITCHES: Final = {
    "true": "true",
    "yes": "true",
    "on": "true",
    "false": "false",
    "no": "false",
    "off": "false",
}
_SLANTED: Final = ("“", "”", "„", "‘", "’", "«", "»")


class SyntaxMistake(Struct, frozen=True):
    """A mistake that a person can correct."""

    line: int
    """Counts from 1."""
    words: str


class _Spot(Struct, frozen=True):
    """Where the parser gave up."""

    text: str
    at: int
    """Characters before it."""

    @property
    def line(self) -> int:
        return self.text.count("\n", 0, self.at) + 1

    @property
    def rest(self) -> str:
        """What stands there, to the end of the line."""
        return self.text[self.at :].partition("\n")[0]


def explain_syntax(text: str, said: str) -> SyntaxMistake:
    """Return what the parser's message `said` about `text` means; its own words where it is none of the usual."""
    place = _PLACE.search(said)
    reason = said[: place.start()] if place else said
    spot = _spot(text, place)
    for begins, describe in _KINDS.items():
        if reason.startswith(begins):
            return describe(spot)
    return SyntaxMistake(spot.line, f"{reason[:1].lower()}{reason[1:]}")


def _spot(text: str, place: re.Match[str] | None) -> _Spot:
    if place is None or place[1] is None:
        return _Spot(text, len(text.rstrip()))
    before = text.split("\n")[: int(place[1]) - 1]
    return _Spot(text, sum(len(line) + 1 for line in before) + int(place[2]) - 1)


def _quote(spot: _Spot) -> SyntaxMistake:
    return SyntaxMistake(spot.line, "a quote that is opened here is not closed")


def _last_quote(sign: str) -> Callable[[_Spot], SyntaxMistake]:
    """Return what finds the quote that the parser looked for to the end of the text: there is none behind it."""

    def describe(spot: _Spot) -> SyntaxMistake:
        fences = list(re.finditer(sign * 3, spot.text))
        if len(fences) % 2:
            line = _Spot(spot.text, fences[-1].start()).line
            return SyntaxMistake(line, "the three quotes that are opened here are not closed")
        return _quote(_Spot(spot.text, spot.text.rfind(sign)))

    return describe


def _value(spot: _Spot) -> SyntaxMistake:
    word = (_WORD.match(spot.rest) or [""])[0]
    if _in_list(spot) and (not spot.rest or _NEXT_KEY.match(spot.rest)):
        return _list(spot)
    if not word:
        return SyntaxMistake(spot.line, "there is no value behind the =")
    if word.startswith(_SLANTED):
        return SyntaxMistake(spot.line, f'{word[0]} is not a quote here; write "')
    if (switch := _SWITCHES.get(word.lower())) is not None:
        return SyntaxMistake(spot.line, f"{word} is not a value; write {switch}, or in quotes if it is text")
    return SyntaxMistake(spot.line, f'text stands in quotes; write "{word}"')


def _in_list(spot: _Spot) -> bool:
    return spot.text[: spot.at].rstrip().endswith(("[", ","))


def _list(spot: _Spot) -> SyntaxMistake:
    if spot.rest and not _NEXT_KEY.match(spot.rest):
        return SyntaxMistake(spot.line, "a quote, a comma or a ] is missing in this list")
    lines = spot.text[: spot.at].split("\n")
    opened = (
        number for number, line in reversed(list(enumerate(lines, 1))) if line.count("[") > line.count("]")
    )
    return SyntaxMistake(next(opened, spot.line), "a [ that is opened here is not closed")


def _simply(words: str) -> Callable[[_Spot], SyntaxMistake]:
    return lambda spot: SyntaxMistake(spot.line, words)


_BACKSLASH: Final = _simply("a \\ in \"...\" begins a special sign; write \\\\, or put the text in '...'")
_KINDS: Final[dict[str, Callable[[_Spot], SyntaxMistake]]] = {
    "Illegal character '\\n'": _quote,
    "Expected \"'": _last_quote("'"),
    "Unterminated string": _last_quote('"'),
    "Invalid value": _value,
    "Unclosed array": _list,
    "Unclosed inline table": _simply(
        "a comma or a } is missing; { } with all between them stand on one line"
    ),
    "Expected '=' after a key": _simply("there is no = behind the name; write name = value"),
    "Expected newline or end of document": _simply(
        "there is something behind the value that does not belong to it"
    ),
    "Expected ']' at the end of a table": _simply("a ] is missing behind the table's name"),
    "Cannot overwrite a value": _simply("this key has a value already; keep one of them"),
    "Cannot declare": _simply("this table is there already; keep its keys in one place"),
    "Invalid hex value": _BACKSLASH,
    "Unescaped '\\'": _BACKSLASH,
    "Invalid statement": _simply("a line begins with a name, a [table] or a #"),
}
"""The parser's messages by how they begin."""
