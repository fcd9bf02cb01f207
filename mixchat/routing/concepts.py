"""Concepts: what single words and short phrases are about, in several languages.

A word model knows only the words that it was trained on; through its concepts a Spanish `escribe un poema`
speaks for the same role as an English `write a poem`.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from mixchat.routing.tokens import tokens

_LONGEST: Final = 4
"""Tokens of the longest phrase."""
_STEM: Final = 3
"""Signs by which a word that begins like none of the prefixes is told at once."""


class Lexicon:
    """Phrases and the concepts they stand for."""

    def __init__(self, source: str) -> None:
        self._phrases: dict[str, str] = {}
        self._prefixes: dict[str, str] = {}
        self._starts: set[str] = set()
        self._stems: set[str] = set()
        for line in source.splitlines():
            concept, equals, words = line.partition(" = ")
            if equals and not line.startswith("#"):
                for word in words.split(","):
                    self._add(concept, word.strip())
        self._lengths = sorted({len(prefix) for prefix in self._prefixes}, reverse=True)

    def _add(self, concept: str, phrase: str) -> None:
        parts = tokens(phrase.rstrip("*"))
        if phrase.endswith("*") and len(parts) == 1:
            self._prefixes.setdefault(parts[0], concept)
            self._stems.add(parts[0][:_STEM])
            return
        self._phrases.setdefault(" ".join(parts), concept)
        if len(parts) > 1:
            self._starts.add(parts[0])

    def find(self, words: Sequence[str], upto: int | None = None) -> list[tuple[str, str]]:
        """Return the concepts in `words`, in order, each with the phrase that stands for it.

        Phrases begin before the word `upto`.
        """
        found: list[tuple[str, str]] = []
        last = len(words) if upto is None else min(upto, len(words))
        at = 0
        while at < last:
            concept, taken = self._at(words, at)
            if concept:
                found.append((concept, " ".join(words[at : at + taken])))
            at += taken
        return found

    def _at(self, words: Sequence[str], at: int) -> tuple[str | None, int]:
        word = words[at]
        if word in self._starts:
            for length in range(_LONGEST, 1, -1):
                concept = self._phrases.get(" ".join(words[at : at + length]))
                if concept:
                    return concept, min(length, len(words) - at)
        concept = self._phrases.get(word)
        if concept is None and (word[:_STEM] in self._stems or word[:2] in self._stems):
            for length in self._lengths:
                concept = self._prefixes.get(word[:length])
                if concept:
                    break
        return concept, 1


@cache
def lexicon() -> Lexicon:
    """Return the lexicon that mixchat brings along."""
    return Lexicon(Path(__file__).with_name("concepts.txt").read_text("utf-8"))
