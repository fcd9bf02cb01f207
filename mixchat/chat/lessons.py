"""What the turns of one chat teach the router: what came of them decides, and not what was asked for.

A pin, an answer asked for again and the pick of a comparison teach once the answer is there. The lesson holds for
as long as that answer is on the chat's branch: stepping to another answer, taking the turn back or deleting it takes
the lesson back too, and returning to it brings it back.
"""

import contextlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from mixchat.domain.errors import ConfigError
from mixchat.domain.turn import Outcome, Turn

if TYPE_CHECKING:
    from mixchat.classifier.learned import Learned, Lesson


class ChatLessons:
    """Teaches and takes back; a turn never fails because a lesson cannot be written down.

    Args:
        source: returns where lessons are kept; `None` where nobody teaches.
        branch: the ids of the turns that are on the screen.
    """

    def __init__(self, source: Callable[[], "Learned | None"], branch: Sequence[str]) -> None:
        self._source = source
        self._branch = frozenset(branch)
        self._asked: dict[str, tuple[str, str]] = {}
        """By turn: what it was pinned to, and how. It has not taught that yet."""
        self._set_aside: dict[str, Lesson] = {}
        """By turn: what it had taught, while it is not on the branch."""

    def asked(self, turn: str, target: str, source: str) -> None:
        """Note what a turn will teach once its answer is there."""
        self._asked[turn] = (target, source)

    def answered(self, turn: Turn) -> None:
        """Learn from a turn that ended; from an answer of a comparison nothing is learned before it is picked."""
        if not turn.compared:
            self.kept(turn)

    def kept(self, turn: Turn) -> None:
        """Learn what a turn was pinned to, if it was and a whole answer came."""
        came = turn.outcome is Outcome.COMPLETE and turn.reply and turn.stop != "refused"
        if came and turn.id in self._asked:
            self.teach(turn, *self._asked.pop(turn.id))

    def unkept(self, turn: str) -> None:
        """Take back what a turn taught by being kept; it teaches it again when it is kept after all."""
        lesson = self.taught_by(turn)
        if lesson is not None and lesson.source != "corrected":
            with contextlib.suppress(ConfigError):
                self.undo(turn)
                self._asked[turn] = (lesson.target, lesson.source)

    def teach(self, turn: Turn, target: str, source: str) -> None:
        """Learn that prompts like this turn's belong to the role or model `target`."""
        learned = self._source()
        if learned is not None:
            with contextlib.suppress(ConfigError):
                learned.add(turn.prompt, target, source, turn.id)

    def taught_by(self, turn: str) -> "Lesson | None":
        """Return what a turn taught, if that still counts."""
        learned = self._source()
        return learned.taught_by(turn) if learned is not None else None

    def undo(self, turn: str) -> "Lesson | None":
        """Forget for good what a turn taught, and return it; `None`: it taught nothing.

        Raises:
            ConfigError: it cannot be written down.
        """
        learned, lesson = self._source(), self.taught_by(turn)
        self._asked.pop(turn, None)
        if learned is None or lesson is None:
            return None
        learned.remove(lesson.id)
        return lesson

    def follow(self, branch: Sequence[str]) -> None:
        """Take back what the turns taught that left the branch, and bring back what those taught that returned."""
        left, now = self._branch, frozenset(branch)
        self._branch = now
        for turn in left - now:
            lesson = self.taught_by(turn)
            # A correction says what the prompt was, whichever answer stands.
            if lesson is not None and lesson.source != "corrected":
                with contextlib.suppress(ConfigError):
                    self.undo(turn)
                    self._set_aside[turn] = lesson
        learned = self._source()
        for turn in self._set_aside.keys() & now:
            lesson = self._set_aside.pop(turn)
            if learned is not None:
                with contextlib.suppress(ConfigError):
                    learned.add(lesson.prompt, lesson.target, lesson.source, turn)
