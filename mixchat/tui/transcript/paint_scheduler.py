"""Text on its way to the screen: taken in by pieces, painted no oftener than the eye needs."""

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic, thread_time
from typing import Final, Protocol

from textual.widget import Widget

_PERIOD: Final = 0.012
"""Seconds between two repaints while text streams in: what comes more seldom is painted as it comes."""
_DUTY: Final = 6
"""How many times what repaints take is left to everything else before the next: the quicker one of the last two counts,
so that one that had more to lay out holds nothing up; in a flood, the last."""
_LONGEST: Final = 0.5
"""Seconds after which it is painted again, whatever it takes."""
_PIECE: Final = 1_000
"""Characters that are parsed at once, in a few milliseconds."""
_AGAIN: Final = 1 / 64
"""Seconds until a terminal that is behind is looked at again."""
_PIECE_GAP: Final = 0.001
"""Seconds for everything else between two pieces."""


class PaintTarget(Protocol):
    """What shows the text."""

    def take_text(self, chunk: str) -> None:
        """Take a chunk of text in."""
        ...

    def paint_text(self) -> None:
        """Show all that was taken in."""
        ...

    def is_behind(self) -> bool:
        """Return whether the terminal still has to show what was painted before."""
        ...


class PaintScheduler:
    """Holds what came until there is time for it. Without text on its way it has no timer.

    Args:
        widget: is called back by its own messages, so that what fails there ends nothing else.
        target: takes the text in and shows it.
    """

    def __init__(self, widget: Widget, target: PaintTarget) -> None:
        self._widget = widget
        self._target = target
        self._waiting: deque[str] = deque()
        """What came, in parts of a piece at most: however much waits, a piece is taken without looking at the rest."""
        self._last: Callable[[], None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._painted = 0.0
        self._pause = _PERIOD
        self._took = 0.0
        """Seconds of processor time of the last repaint."""

    @property
    def is_idle(self) -> bool:
        """Whether nothing is on its way."""
        return self._timer is None

    def add(self, text: str) -> None:
        """Take text that came; `schedule` or `flush` brings it to the screen."""
        for start in range(0, len(text), _PIECE):
            self._waiting.append(text[start : start + _PIECE])

    def end(self, last: Callable[[], None]) -> None:
        """Do `last` instead of a paint once all text is taken in: now, or after a few pieces of a flood."""
        self._last = last
        self.flush()

    def clear(self) -> None:
        """Forget what waits."""
        self._stop()
        self._last = None
        self._waiting.clear()

    def schedule(self) -> None:
        """Paint now, from the event that brought the text, if it is time; a timer would cost as long as the frame."""
        if self._timer is None and self._widget.is_attached:
            wait = self._painted + self._pause - monotonic()
            if wait <= 0 and not self._target.is_behind():
                self.flush()
            else:
                self._look_after(max(_PIECE_GAP, wait))

    def _due(self) -> None:
        """Paint, unless the terminal has not shown the frame before: a slow line gets fewer frames, not old ones."""
        if self._target.is_behind():
            self._look_after(_AGAIN)
        else:
            self.flush()

    def flush(self) -> None:
        """Take in a piece now; paint when it was the last, or when it is time."""
        self._stop()
        start = thread_time()
        self._target.take_text(self._next_piece())
        if not self._waiting:
            self._finish()
        elif monotonic() - self._painted >= self._pause and not self._target.is_behind():
            self._target.paint_text()
        else:
            self._flush_after(_PIECE_GAP)
            return
        self._painted = monotonic()
        before, self._took = self._took, thread_time() - start
        took = self._took if self._waiting else min(before, self._took)
        self._pause = min(_LONGEST, max(_PERIOD, _DUTY * took))
        if self._waiting:
            self._flush_after(_PIECE_GAP)

    def _next_piece(self) -> str:
        taken: list[str] = []
        room = _PIECE
        while self._waiting and len(self._waiting[0]) <= room:
            room -= len(self._waiting[0])
            taken.append(self._waiting.popleft())
        return "".join(taken)

    def drain(self) -> None:
        """Take in everything now, however long it takes."""
        self._stop()
        text = "".join(self._waiting)
        self._waiting.clear()
        self._target.take_text(text)
        if self._last is not None:
            self._finish()

    def _finish(self) -> None:
        last, self._last = self._last, None
        if last is None:
            self._target.paint_text()
        else:
            last()

    def _flush_after(self, seconds: float) -> None:
        """Take in the next piece later. A timer of Textual's would be a task of its own, fifty times a second."""
        self._timer = asyncio.get_running_loop().call_later(seconds, self._widget.call_next, self.flush)

    def _look_after(self, seconds: float) -> None:
        """Paint later, unless the terminal is behind then."""
        self._timer = asyncio.get_running_loop().call_later(seconds, self._widget.call_next, self._due)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
