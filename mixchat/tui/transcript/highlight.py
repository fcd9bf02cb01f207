"""Colours for code, worked out beside the painting in slices of a few milliseconds."""

from collections import OrderedDict
from collections.abc import Callable
from time import perf_counter
from typing import Final

from pygments.lexer import Lexer
from textual.widget import Widget

from mixchat.tui.transcript.growing_code import GrowingCode
from mixchat.tui.transcript.lexing import find_lexer, shade_lines
from mixchat.tui.transcript.palette import Shade

_KEPT: Final = 400_000
"""Characters of code whose colours are kept."""
_LONGEST: Final = 20_000
"""A line longer than this is data, not code; its block stays plain."""


class _Job:
    """One code block that is being coloured."""

    def __init__(self, code: str, lexer: Lexer) -> None:
        self.done: list[Shade] = []
        self._lines = shade_lines(lexer, code)

    def run(self, until: float) -> bool:
        """Go on until the time is over; true when the block is finished."""
        for line in self._lines:
            self.done.append(line)
            if perf_counter() > until:
                return False
        return True


class Highlighter:
    """Colours code blocks in the order in which they were asked for, and keeps what was asked for lately."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], list[Shade]] = OrderedDict()
        self._size = 0
        self._waiting: dict[tuple[str, str], _Job | None] = {}
        self._lexers: dict[str, Lexer | None] = {"": None}
        self._sketch: GrowingCode | None = None
        self._wanted: str | None = None

    @property
    def busy(self) -> bool:
        """Whether there is work for `run`."""
        return bool(self._waiting) or self._wanted is not None

    @property
    def missing(self) -> str | None:
        """A language whose lexer has to be loaded before `run` can go on."""
        if self._wanted is not None:
            return self._wanted
        return next((language for _, language in self._waiting if language not in self._lexers), None)

    def learn(self, language: str, lexer: Lexer | None) -> None:
        """Take a lexer that was loaded elsewhere."""
        self._lexers[language] = lexer
        self._wanted = None if self._wanted == language else self._wanted

    def shades(self, code: str, language: str) -> list[Shade] | None:
        """Return the coloured lines, or None after queueing the block."""
        key = (code, language)
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        elif self._worth(code, language):
            self._waiting.setdefault(key, None)
        return found

    def sketch(self, code: str, language: str, *, growing: bool = False) -> list[Shade] | None:
        """Return the colours of the block that is being written, as far as they are known."""
        code = code.removesuffix("\n")
        sketch = self._sketch
        if sketch is None or not sketch.follows(code, language):
            lexer = self._lexers.get(language)
            if not growing or lexer is None:
                self._wanted = language if growing and language not in self._lexers else self._wanted
                return None
            sketch = self._sketch = GrowingCode(language, lexer)
        return sketch.update(code) if growing else sketch.lines

    def _worth(self, code: str, language: str) -> bool:
        if language in self._lexers and self._lexers[language] is None:
            return False
        return len(code) <= _LONGEST or max(map(len, code.split("\n"))) <= _LONGEST

    def cancel(self) -> None:
        """Forget what is queued; whoever still wants it asks again."""
        self._waiting.clear()

    def run(self, budget: float) -> list[str]:
        """Work for `budget` seconds and return the blocks that were finished."""
        until = perf_counter() + budget
        finished: list[str] = []
        for key in list(self._waiting):
            code, language = key
            if language not in self._lexers:
                continue
            lexer = self._lexers[language]
            if lexer is None:
                del self._waiting[key]
                continue
            job = self._waiting[key] or _Job(code, lexer)
            self._waiting[key] = job
            if not job.run(until):
                break
            del self._waiting[key]
            self._keep(key, job.done)
            finished.append(code)
        return finished

    def _keep(self, key: tuple[str, str], shades: list[Shade]) -> None:
        self._kept[key] = shades
        self._size += len(key[0])
        while self._size > _KEPT and len(self._kept) > 1:
            (code, _), _ = self._kept.popitem(last=False)
            self._size -= len(code)


_SLICE: Final = 0.004
"""Seconds of work between two looks at what else there is to do."""


class Colouring:
    """Runs a highlighter while it has work.

    Args:
        widget: lends its timers and workers.
        done: told the code of each block that has its colours now.
    """

    def __init__(self, widget: Widget, done: Callable[[list[str]], None]) -> None:
        self.highlighter = Highlighter()
        self._widget = widget
        self._done = done
        self._under_way = False

    @property
    def is_idle(self) -> bool:
        """Whether every block that was asked for has its colours."""
        return not self._under_way and not self.highlighter.busy

    def start(self) -> None:
        """Begin, if there is work and it is not under way."""
        if self._under_way or not self.highlighter.busy:
            return
        self._under_way = True
        language = self.highlighter.missing
        if language is None:
            self._widget.set_timer(_SLICE, self._slice)
        else:
            self._widget.run_worker(self._load(language), group="lexer", exit_on_error=False)

    async def _load(self, language: str) -> None:
        from asyncio import to_thread

        self.highlighter.learn(language, await to_thread(find_lexer, language))
        self._slice()

    def _slice(self) -> None:
        self._under_way = False
        if finished := self.highlighter.run(_SLICE):
            self._done(finished)
        self.start()
