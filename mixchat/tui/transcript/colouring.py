"""Colours code beside the painting, a few milliseconds at a time."""

from collections.abc import Callable
from typing import Final

from textual.widget import Widget

from mixchat.tui.transcript.highlight import Highlighter, find_lexer

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
