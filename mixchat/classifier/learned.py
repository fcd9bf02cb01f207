"""What the router learned from one person: pins, corrections, regenerations and comparisons, kept as examples.

They are lines of `learned.jsonl` in the data directory. A line is only ever added, in one write, so that two
programs may teach at once; forgetting a lesson adds a line, too. A prompt that is much like a lesson follows it.
"""

import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from mixchat.classifier.examples import ExampleIndex, classification_of
from mixchat.classifier.linear_model import Linear, built_in
from mixchat.config.file_writer import FileWriter
from mixchat.domain.chat_request import RoutingInput
from mixchat.domain.decision import Classification, Evidence
from mixchat.domain.role import BUILT_IN
from mixchat.domain.stack import Stack

_ALIKE: Final = 0.12
"""Likeness from which a lesson is followed; higher than for examples, which were chosen with care."""
_KEPT: Final = 400
"""The newest lessons that are matched."""
_LONGEST: Final = 2000
"""Characters of a prompt that are kept: its head and its tail, which is what the classifier looks at."""
_ROLES: Final = frozenset(role.name for role in BUILT_IN)


class Lesson(Struct, frozen=True):
    """One thing that a person taught: this prompt should have gone there."""

    id: str
    prompt: str
    """Cut in the middle when it is long."""
    target: str
    """A role, or the model that was preferred."""
    source: str
    """How it was taught: `pinned`, `corrected`, `regenerated`, `compared`."""
    at: float
    """Seconds since the epoch, UTC."""
    turn: str = ""
    """The turn that taught it, if it was one that is known."""


class _Line(Struct, omit_defaults=True):
    """A line of the file: a lesson, or the id of one to forget."""

    id: str = ""
    prompt: str = ""
    target: str = ""
    source: str = ""
    at: float = 0.0
    turn: str = ""
    forget: str = ""


class Learned:
    """Lessons in the data directory `folder`. Switched off, nothing is added and nothing is matched."""

    def __init__(
        self,
        folder: Path,
        *,
        enabled: bool = True,
        model: Linear | None = None,
        files: FileWriter | None = None,
    ) -> None:
        """Read nothing yet.

        Args:
            folder: the data directory.
            enabled: whether anything is taught and followed.
            model: weighs words; left out, the one that comes with mixchat.
            files: adds the lines; left out, each is added at once.
        """
        self.enabled = enabled
        self._files = files or FileWriter()
        self._path = folder / "learned.jsonl"
        self._model = model
        self._stamp: tuple[int, int, int] | None = None
        self._lessons: tuple[Lesson, ...] = ()
        self._by_turn: dict[str, Lesson] = {}
        self._shelves: dict[tuple[str, ...], ExampleIndex] = {}

    def add(self, prompt: str, target: str, source: str, turn: str = "") -> None:
        """Keep that `prompt` should go to the role or model `target`. A later lesson on it replaces this one.

        Raises:
            ConfigError: the file cannot be written.
        """
        if not self.enabled or not prompt.strip():
            return
        from mixchat.secrets.scan import masked

        kept = masked(_cut(prompt))
        self._write(_Line(secrets.token_hex(5), kept, target, source, round(time.time(), 3), turn))

    def remove(self, lesson_id: str) -> bool:
        """Forget a lesson; return whether there was one. What it had replaced counts again.

        Raises:
            ConfigError: the file cannot be written.
        """
        known = any(lesson.id == lesson_id for lesson in self.list())
        if known:
            self._write(_Line(forget=lesson_id))
        return known

    def taught_by(self, turn: str) -> Lesson | None:
        """Return the lesson that a turn taught, if it still counts."""
        return self._by_turn.get(turn) if self.list() else None

    def list(self) -> tuple[Lesson, ...]:
        """Return the lessons, the oldest first. A line that makes no sense is passed over."""
        added = self._files.added(self._path)  # before the file: what is written meanwhile is read twice
        try:
            found = self._path.stat()
            stamp = (found.st_mtime_ns, found.st_size, len(added))
        except OSError:
            stamp = (0, 0, len(added))
        if stamp != self._stamp:
            self._lessons = _lessons(_content(self._path) + added)
            self._by_turn = {lesson.turn: lesson for lesson in self._lessons if lesson.turn}
            self._shelves.clear()
            self._stamp = stamp
        return self._lessons

    def match(self, question: RoutingInput, stack: Stack) -> Classification | None:
        """Return the verdict of the nearest lessons, or nothing when none is near."""
        if not self.enabled:
            return None
        lessons = self.list()[-_KEPT:]
        if not lessons or not question.prompt.strip():
            return None
        nearest = classification_of(self._index(lessons, stack).nearest(question.prompt), _ALIKE)
        if nearest is None:
            return None
        said = tuple(
            Evidence(one.text.replace("the example", "what you taught"), one.weight)
            for one in nearest.evidence
        )
        return Classification(
            nearest.role, nearest.confidence, "learned", said, nearest.alternatives, nearest.margin
        )

    def _index(self, lessons: tuple[Lesson, ...], stack: Stack) -> ExampleIndex:
        roles = tuple(stack.roles)
        if roles not in self._shelves:
            pairs: Sequence[tuple[str, str]] = [
                (lesson.prompt, role) for lesson in lessons if (role := _role(lesson.target, stack))
            ]
            self._shelves = {roles: ExampleIndex(pairs, self._model or built_in())}
        return self._shelves[roles]

    def _write(self, record: _Line) -> None:
        self._files.append(self._path, msgspec.json.encode(record) + b"\n")


def _cut(prompt: str) -> str:
    prompt = prompt.encode("utf-8", "replace").decode()
    return prompt if len(prompt) <= _LONGEST else f"{prompt[: _LONGEST - 500]}\n{prompt[-500:]}"


def _role(target: str, stack: Stack) -> str | None:
    """Return the role that a lesson's target stands for in `stack`: itself, or the one whose first slot it is."""
    if target in stack.roles or target in _ROLES:
        return target
    return next(
        (
            role_config.role
            for role_config in stack.roles.values()
            if role_config.slots and str(role_config.slots[0].ref) == target
        ),
        None,
    )


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _lessons(content: bytes) -> tuple[Lesson, ...]:
    lines: dict[str, _Line] = {}
    for raw in content.splitlines():
        try:
            line = msgspec.json.decode(raw, type=_Line)
        except msgspec.DecodeError:
            continue
        lines.pop(line.forget, None)
        if line.prompt and line.target:
            lines[line.id] = line
    newest = {line.prompt: line for line in lines.values()}
    return tuple(
        Lesson(line.id, line.prompt, line.target, line.source, line.at, line.turn)
        for line in lines.values()
        if newest[line.prompt] is line
    )
