"""What the word before the cursor could become."""

import os
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, Literal, Protocol

from msgspec import Struct

from mixchat.domain.chat_request import Pin

MOST: Final = 60
"""Candidates that are offered; typing finds the rest."""
_MENTION: Final = r"(?<!\S)@(\"[^\"\n]*|[^\s\"]*)$"
_SLASH: Final = r"^/([\w-]*)$"
_ARGUMENT: Final = r"^/([\w-]+) (\S*)$"
_WALK_SECONDS: Final = 0.03
_WALK_FILES: Final = 4000
_SKIPPED: Final = frozenset({"node_modules", "__pycache__", "venv", "target", "dist", "build"})


class Candidate(Struct, frozen=True):
    """One thing that the word could become."""

    insert: str
    label: str
    detail: str = ""
    role: str | None = None
    """The role whose colour it has."""


class Completion(Struct, frozen=True):
    """The candidates for the word between two columns of the line."""

    start: int
    end: int
    candidates: tuple[Candidate, ...]
    kind: Literal["mention", "command", "argument"]


class CompletionChoice(Struct, frozen=True):
    """The candidate that was selected, and the columns of the word it replaces."""

    start: int
    end: int
    candidate: Candidate


class Sources(Protocol):
    """Where candidates come from. Each is asked anew, so that it may change meanwhile."""

    @property
    def folder(self) -> Path:
        """The directory that files are looked for in."""
        ...

    def names(self) -> Iterable[Candidate]:
        """Return roles, aliases and models as `@words`; only a first word can be one."""
        ...

    def commands(self) -> Iterable[Candidate]:
        """Return the slash commands."""
        ...

    def arguments(self, command: str) -> Iterable[Candidate]:
        """Return what a command can take."""
        ...

    def is_command(self, name: str) -> bool:
        """Return whether there is a slash command or synonym of that name."""
        ...

    def resolve(self, name: str) -> Pin | None:
        """Return what a role's, an alias's or a model's name stands for."""
        ...

    def prompts(self) -> Sequence[str]:
        """Return the prompts that were sent before, the oldest first."""
        ...


def complete(sources: Sources, line: str, column: int, *, first: bool) -> Completion | None:
    """Return what can be offered at `column` of `line`, or `None`. `first`: it is the prompt's first line."""
    before = line[:column]
    if first and (slash := re.match(_SLASH, before)):
        return _completion("command", 0, column, slash[1], sources.commands())
    if first and (argument := re.match(_ARGUMENT, before)):
        found = sources.arguments(argument[1])
        return _completion("argument", argument.start(2), column, argument[2], found)
    mention = re.search(_MENTION, before)
    if mention is None:
        return None
    word = mention[1].removeprefix('"')
    names = () if not first or before[: mention.start()].strip() else tuple(sources.names())
    ranked = [*rank(word, names), *rank(word, files(sources.folder, word))][:MOST]
    if not ranked or ranked[0].label == word:
        return None
    return Completion(mention.start(), column, tuple(ranked), "mention")


def _completion(
    kind: Literal["command", "argument"], start: int, end: int, word: str, found: Iterable[Candidate]
) -> Completion | None:
    ranked = tuple(rank(word, found)[:MOST])
    if not ranked or ranked[0].label == word:
        return None
    return Completion(start, end, ranked, kind)


def rank(word: str, candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the candidates that `word` can mean, the best first: its beginning, a part, its letters in order."""
    wanted = word.strip().casefold()
    scored = ((_score(wanted, candidate.label.casefold()), candidate) for candidate in candidates)
    fitting = [
        (score, number, candidate) for number, (score, candidate) in enumerate(scored) if score is not None
    ]
    return [candidate for _, _, candidate in sorted(fitting, key=lambda entry: entry[:2])]


def _score(wanted: str, label: str) -> tuple[int, int] | None:
    if label.startswith(wanted):
        return 0, 0
    tail = re.split(r"[/\s]", label)[-1]
    if tail.startswith(wanted):
        return 1, len(label)
    at = label.find(wanted)
    if at >= 0:
        return 2, at
    letters = iter(label)
    return (3, len(label)) if all(letter in letters for letter in wanted) else None


def files(folder: Path, word: str) -> Sequence[Candidate]:
    """Return the files that `word` may begin: those of the directory it names, else those below `folder`."""
    head, slash, _ = word.rpartition("/")
    if slash or word.startswith("~"):
        return list(_listed(folder, head + slash))
    return list(_walked(folder))


def _listed(folder: Path, head: str) -> Iterator[Candidate]:
    try:
        entries = sorted(os.scandir((folder / head).expanduser()), key=lambda entry: entry.name)
    except (OSError, RuntimeError):
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        shown = head + entry.name + ("/" if entry.is_dir() else "")
        yield _file(shown, "directory" if entry.is_dir() else "file")


def _walked(folder: Path) -> Iterator[Candidate]:
    """Yield the files below `folder`, the near ones first, for as long as a key press may take."""
    until = time.monotonic() + _WALK_SECONDS
    level, seen = [""], 0
    while level:
        deeper: list[str] = []
        for head in level:
            for candidate in _listed(folder, head):
                if candidate.detail == "file":
                    yield candidate
                    seen += 1
                elif candidate.label.rstrip("/").rpartition("/")[2] not in _SKIPPED:
                    deeper.append(candidate.label)
            if seen >= _WALK_FILES or time.monotonic() > until:
                return
        level = deeper


def _file(shown: str, kind: str) -> Candidate:
    insert = f'@"{shown}"' if re.search(r"\s", shown) else f"@{shown}"
    return Candidate(insert if kind == "directory" else insert + " ", shown, kind)
