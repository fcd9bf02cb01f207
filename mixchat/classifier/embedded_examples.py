"""Example prompts of the user's roles, compared by an embedding model when one is configured."""

import base64
from array import array
from collections.abc import Awaitable, Callable, Sequence
from hashlib import sha256
from math import sqrt
from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import Struct

from mixchat.classifier.examples import Pairs, combine, examples_of
from mixchat.classifier.probabilities import as_classification, normalise
from mixchat.config.private_files import private_directory, private_file
from mixchat.domain.decision import Classification, Evidence
from mixchat.domain.stack import Stack

Kind = Literal["document", "query"]
"""What a text is embedded as; some models tell the two apart."""
Embed = Callable[[list[str], Kind], Awaitable[list[list[float]]]]

_SLACK: Final = 0.85
"""A prompt belongs to a role when it is at least this share as near to its examples as they are to each other."""
_SHARPLY: Final = 8
"""The power that tells nearnesses apart: those of embeddings lie close together."""
_LONGEST: Final = 2000
"""Characters of a prompt that are embedded."""


class _Line(Struct):
    """A line of the cache: the hash of model and text, and the vector as base64 of 32-bit floats."""

    key: str
    vector: str


class EmbeddedExamples:
    """Matches prompts with a stack's examples by embeddings; examples are embedded once and kept in `folder`.

    `embed` is awaited at most once for examples that are new and once for the prompt. What it raises is raised;
    cancelling leaves the cache as it was.
    """

    def __init__(self, embed: Embed, *, name: str, folder: Path) -> None:
        self._embed = embed
        self._name = name
        self._path = folder / "embeddings.jsonl"
        self._known: dict[str, list[float]] | None = None

    async def prepare(self, stack: Stack) -> None:
        """Embed the stack's examples that are new, so that a prompt has only itself to wait for."""
        if pairs := examples_of(stack):
            await self._vectors(pairs)

    async def match(self, prompt: str, stack: Stack) -> Classification | None:
        """Return the verdict of the nearest examples, or nothing when none is near."""
        pairs = examples_of(stack)
        if not pairs or not prompt.strip():
            return None
        examples = await self._vectors(pairs)
        asked = _unit((await self._embed([prompt[:_LONGEST]], "query"))[0])
        ranked: list[tuple[float, str, str]] = []
        for role in dict.fromkeys(role for _, role in pairs):
            own = [
                (text, vector) for (text, other), vector in zip(pairs, examples, strict=True) if other == role
            ]
            nearness = combine(_dot(asked, vector) for _, vector in own) / (
                _cohesion([v for _, v in own]) or 1.0
            )
            ranked.append((nearness, role, max(own, key=lambda one: _dot(asked, one[1]))[0]))
        return _classification(sorted(ranked, reverse=True))

    async def _vectors(self, pairs: Pairs) -> list[list[float]]:
        known = self._load()
        keys = [self._key(text) for text, _ in pairs]
        missing = {key: text for key, (text, _) in zip(keys, pairs, strict=True) if key not in known}
        if missing:
            made = await self._embed([text[:_LONGEST] for text in missing.values()], "document")
            fresh = {key: _unit(vector) for key, vector in zip(missing, made, strict=True)}
            known.update(fresh)
            self._save(fresh)
        return [known[key] for key in keys]

    def _key(self, text: str) -> str:
        return sha256(f"{self._name}\0{text}".encode("utf-8", "replace")).hexdigest()

    def _load(self) -> dict[str, list[float]]:
        if self._known is None:
            self._known = {}
            lines = self._path.read_bytes().splitlines() if self._path.exists() else []
            for line in lines:
                try:
                    record = msgspec.json.decode(line, type=_Line)
                    self._known[record.key] = list(array("f", base64.b64decode(record.vector)))
                except (msgspec.DecodeError, ValueError):
                    continue
        return self._known

    def _save(self, fresh: dict[str, list[float]]) -> None:
        private_directory(self._path.parent)
        lines = [
            msgspec.json.encode(_Line(key, base64.b64encode(array("f", vector).tobytes()).decode()))
            for key, vector in fresh.items()
        ]
        private_file(self._path)
        with self._path.open("ab") as file:
            file.write(b"\n".join(lines) + b"\n")


def _classification(ranked: Sequence[tuple[float, str, str]]) -> Classification | None:
    nearness, _, example = ranked[0]
    if nearness < _SLACK:
        return None
    said = Evidence(f"close in meaning to the example '{example[:40]}'", nearness)
    scores = [(role, max(score, 0.0) ** _SHARPLY) for score, role, _ in ranked]
    return as_classification(normalise(scores, _SLACK**_SHARPLY), "local", (said,))


def _cohesion(vectors: Sequence[list[float]]) -> float:
    """Return how near a role's examples are to each other: the middle of each one's nearness to the others."""
    if len(vectors) < 2:
        return 1.0
    near = sorted(
        combine(_dot(vector, other) for other in vectors if other is not vector) for vector in vectors
    )
    return near[len(near) // 2]


def _unit(vector: Sequence[float]) -> list[float]:
    length = sqrt(sum(value * value for value in vector)) or 1.0
    return [value / length for value in vector]


def _dot(left: Sequence[float], right: Sequence[float]) -> float:
    return sum(one * other for one, other in zip(left, right, strict=True))
