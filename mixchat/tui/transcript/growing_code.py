"""The colours of a code block that is still being written."""

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple, cast

from pygments.lexer import ExtendedRegexLexer, Lexer, LexerContext

from mixchat.tui.transcript.lexing import as_lines, has_state, shade_lines
from mixchat.tui.transcript.palette import Shade

_WINDOW: Final = 24
"""Lines of a growing block that are read again each time."""
_AT_MOST: Final = 1_500
"""Characters that are read again when something ends, in a millisecond or two."""
_SKETCHED: Final = 6_000
"""Characters that come at once and are left plain until the block is finished."""
_CLOSING: Final = re.compile(r"\*/|\"\"\"|'''|`|-->|</|^=cut|^__END__", re.MULTILINE)
"""What ends something that may have begun lines before: a comment, a string, an element."""


class _Mark(NamedTuple):
    """The beginning of a line from which a lexer can go on."""

    characters: int
    lines: int
    state: list[str]
    """The lexer's."""


class GrowingCode:
    """The colours of a block that is still being written: only its last lines are read again.

    A lexer whose state can be kept goes on where the line before the last one begins, and some lines earlier when
    something ends that may have begun there, such as a comment. With any other lexer, lines are final where a new
    paragraph of code begins. What runs over such a place looks wrong until the whole block is read once it is finished.
    """

    def __init__(self, language: str, lexer: Lexer) -> None:
        self.language = language
        self._lexer = lexer
        self._fixed: list[Shade] = []
        self._text = ""
        """The source of the fixed lines."""
        self._seen = 0
        """How many characters were read."""
        self._marks: list[_Mark] = [_Mark(0, 0, ["root"])] if has_state(lexer) else []
        """Where to go on, at last the end of the fixed lines; none: the lexer's state cannot be kept."""

    def follows(self, code: str, language: str) -> bool:
        """Whether `code` is the same block, grown or not."""
        return language == self.language and code.startswith(self._text)

    @property
    def lines(self) -> list[Shade]:
        """The lines that will not change any more."""
        return self._fixed

    def update(self, code: str) -> list[Shade]:
        """Return the lines of `code`."""
        window = code[len(self._text) :]
        if len(window) > _SKETCHED:
            self._fix([[(line, "")] for line in window.split("\n")], window, window.count("\n"))
            self._marks = [
                mark._replace(characters=len(self._text), lines=len(self._fixed)) for mark in self._marks[-1:]
            ]
            window = code[len(self._text) :]
        if self._marks:
            try:
                return self._go_on(code)
            except TypeError:  # a callback of this lexer takes no context
                self._marks = []
        lines = list(shade_lines(self._lexer, window))
        shown = self._fixed + lines
        source = window.split("\n")
        if len(source) > _WINDOW:
            self._fix(lines, window, _paragraph(source))
        return shown

    def _go_on(self, code: str) -> list[Shade]:
        if _CLOSING.search(code, max(0, self._seen - 3)):
            near = (mark for mark in self._marks if len(code) - mark.characters <= _AT_MOST)
            self._rewind(next(near, self._marks[-1]))
        self._seen = len(code)
        window = code[len(self._text) :]
        before_last = window.rfind("\n", 0, max(0, window.rfind("\n"))) + 1
        context = LexerContext(f"{window}\n", 0, [*self._marks[-1].state])
        found: list[_Mark] = []

        def watched() -> Iterator[tuple[int, Any, str]]:
            lexer = cast("ExtendedRegexLexer", self._lexer)
            for token in ExtendedRegexLexer.get_tokens_unprocessed(lexer, context=context):
                at = token[0]
                # The state is that before a token where the match begins with it.
                if 0 < at <= before_last and at == context.pos and window[at - 1] == "\n":
                    found.append(_Mark(at, window.count("\n", 0, at), [*context.stack]))
                yield token

        lines = list(as_lines(watched()))
        shown = self._fixed + lines
        if found:
            characters, before = len(self._text), len(self._fixed)
            self._fix(lines, window, found[-1].lines)
            self._marks += [_Mark(characters + at, before + line, state) for at, line, state in found]
            newest = self._marks[-1].lines
            self._marks = [mark for mark in self._marks if newest - mark.lines <= _WINDOW]
        return shown

    def _rewind(self, mark: _Mark) -> None:
        self._text = self._text[: mark.characters]
        self._fixed = self._fixed[: mark.lines]
        self._marks = [mark]

    def _fix(self, lines: list[Shade], window: str, count: int) -> None:
        self._fixed = self._fixed + lines[:count]
        self._text += "".join(line + "\n" for line in window.split("\n")[:count])


def _paragraph(source: list[str]) -> int:
    """Return the last line but one that begins a paragraph of code, or none before the window is long."""
    for at in range(len(source) - 2, 0, -1):
        if source[at][:1].strip() and not source[at - 1].strip():
            return at
    return len(source) - 2 if len(source) > 4 * _WINDOW else 0
