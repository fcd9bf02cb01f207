"""Whether the terminal has shown what it was sent, by its own answers: a slow line must not fill with old frames."""

import re
from threading import Event
from time import monotonic
from typing import Final, Protocol, runtime_checkable

_QUESTION: Final = "\x1b[?2026$p"
"""Asks for a mode (DECRQM, DEC STD 070). Textual asks the same at its start, so a terminal that answers is known, and
its parser takes the answer for no key. It comes in its turn: whatever was sent before the question is shown."""
_ANSWER: Final = re.compile(r"\x1b\[\?2026;\d\$y")
_TAIL: Final = 10
"""Characters of an answer that may have come with the read before."""
_FRAME: Final = 1_000
"""Characters since the last question that are worth another."""
_LOST: Final = 10.0
"""Seconds after which an answer will not come any more."""


@runtime_checkable
class Paced(Protocol):
    """An app that knows whether its terminal still has a frame to show; what can wait is painted later."""

    @property
    def is_behind(self) -> bool:
        """Whether a frame is on its way to the eye."""
        ...


class OutputPacing:
    """Keeps one question at most on its way."""

    def __init__(self) -> None:
        self._tail = ""
        self._answers = False
        self._asked = 0.0
        self._unasked = 0
        """Characters that were written since the last question."""
        self._shown = Event()
        self._shown.set()

    @property
    def behind(self) -> bool:
        """Whether a frame is still on its way to the eye. A terminal that never answered is never behind."""
        return not self._shown.is_set() and monotonic() - self._asked < _LOST

    def with_question(self, frame: str) -> str:
        """Return a frame with the question after it, if it is worth one and none is on its way.

        Frames of changed cells are short; many of them fill a slow line as one long frame does.
        """
        self._unasked += len(frame)
        if self._unasked < _FRAME or not self._answers or self.behind:
            return frame
        self._unasked = 0
        self._asked = monotonic()
        self._shown.clear()
        return frame + _QUESTION

    def hear(self, text: str) -> None:
        """Look for the answer in what the terminal says."""
        self._tail += text
        if _ANSWER.search(self._tail):
            self._answers = True
            self._shown.set()
            self._tail = ""
        self._tail = self._tail[-_TAIL:]

    def finish(self, timeout: float) -> None:
        """Wait for the answer that is on its way, or `timeout` seconds, so that no other program reads it; ask no more."""
        self._shown.wait(timeout)
        self._answers = False
