"""Concepts: what single words and short phrases are about, in many languages.

A word model knows only the words that it was trained on; through its concepts a Spanish `escribe un poema`
speaks for the same role as an English `write a poem`. The phrases stand in `vocabulary/`, one file a language.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from mixchat.classifier.tokenize import tokens

_FOLDER: Final = Path(__file__).with_name("vocabulary")
_FIRST: Final = ("several", "english")
"""Files that are read before the others: where two give a phrase, the first one's concept counts."""
_LONGEST: Final = 6
"""Tokens of the longest phrase."""
_STEM: Final = 3
"""Signs by which a word that begins like none of the prefixes is told at once."""


class Lexicon:
    """Phrases and the concepts they stand for."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._phrases: dict[str, str] = {}
        self._prefixes: dict[str, str] = {}
        self._starts: dict[str, int] = {}
        """Words that begin a phrase, with the tokens of the longest such phrase."""
        self._stems: set[str] = set()
        for line in lines:
            concept, equals, words = line.partition(" = ")
            if equals and not line.startswith("#"):
                self._add_line(concept, words)
        self._lengths = sorted({len(prefix) for prefix in self._prefixes}, reverse=True)

    def _add_line(self, concept: str, words: str) -> None:
        for phrase in " ".join(tokens(words)).split(" , "):
            if phrase.endswith(" *") and phrase.count(" ") == 1:
                self._prefixes.setdefault(phrase[:-2], concept)
                self._stems.add(phrase[:_STEM])
            elif phrase:
                self._add(concept, phrase.removesuffix(" *"))

    def _add(self, concept: str, phrase: str) -> None:
        gaps = phrase.count(" ")
        if gaps < _LONGEST:
            self._phrases.setdefault(phrase, concept)
            if gaps:
                start = phrase[: phrase.index(" ")]
                self._starts[start] = max(gaps + 1, self._starts.get(start, 0))

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
        if longest := self._starts.get(word):
            for length in range(longest, 1, -1):
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
    names = sorted(path.stem for path in _FOLDER.glob("*.txt"))
    names.sort(key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST))
    return Lexicon(
        line for name in names for line in (_FOLDER / f"{name}.txt").read_text("utf-8").split("\n")
    )
