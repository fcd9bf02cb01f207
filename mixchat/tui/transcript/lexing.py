"""Pygments' lexers: found by the language's name, and read line by line."""

from collections.abc import Iterable, Iterator
from typing import Any

from pygments.lexer import Lexer, RegexLexer

from mixchat.tui.transcript.palette import Shade


def find_lexer(language: str) -> Lexer | None:
    """Return Pygments' lexer for a language, or None; the first call for one takes tens of milliseconds."""
    from pygments.lexers import find_lexer_class_by_name
    from pygments.util import ClassNotFound

    try:
        return find_lexer_class_by_name(language)(stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


def shade_lines(lexer: Lexer, code: str) -> Iterator[Shade]:
    """Yield the coloured lines of `code`, one at a time.

    It is read with a line end after it: without one some lexers, that of diffs among them, take the last line for an
    error.
    """
    return as_lines(lexer.get_tokens_unprocessed(f"{code}\n"))


def as_lines(tokens: Iterable[tuple[int, Any, str]]) -> Iterator[Shade]:
    """Yield the lines of what a lexer yields."""
    line: Shade = []
    names: dict[object, str] = {}
    for _, kind, value in tokens:
        name = names.get(kind) or names.setdefault(kind, str(kind)[6:])
        head, *rest = value.split("\n")
        if head:
            line.append((head, name))
        for part in rest:
            yield line
            line = [(part, name)] if part else []
    if line:
        yield line


def has_state(lexer: Lexer) -> bool:
    """Whether the state of a lexer can be kept: it is nothing but a table of states and regular expressions."""
    return (
        isinstance(lexer, RegexLexer)
        and type(lexer).get_tokens_unprocessed is RegexLexer.get_tokens_unprocessed
    )
