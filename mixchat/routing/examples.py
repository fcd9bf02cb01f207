"""Example prompts of the user's roles: a prompt that is much like them takes their role."""

from typing import Final

from mixchat.routing.likeness import Shelf
from mixchat.routing.linear import Linear
from mixchat.routing.shares import as_verdict, split
from mixchat.words.decision import Evidence, Verdict
from mixchat.words.role import FALLBACK
from mixchat.words.stack import Stack

_ALIKE: Final = 0.07
"""Likeness from which a prompt is taken for one of the examples' kind; one in a hundred others reaches it."""

Pairs = tuple[tuple[str, str], ...]


def examples_of(stack: Stack) -> Pairs:
    """Return the stack's (example, role) pairs; a role's description counts as one of its examples."""
    return tuple(
        (text, post.role)
        for post in stack.posts.values()
        if post.role != FALLBACK and post.examples
        for text in (*post.examples, *((post.description,) if post.description else ()))
    )


class Examples:
    """Matches prompts with the examples in a stack by local features."""

    def __init__(self, model: Linear) -> None:
        self._model = model
        self._shelf: tuple[Pairs, Shelf] = ((), Shelf((), model))

    def match(self, prompt: str, stack: Stack) -> Verdict | None:
        """Return the verdict of the nearest examples, or nothing when none is near."""
        pairs = examples_of(stack)
        if not pairs:
            return None
        if self._shelf[0] != pairs:
            self._shelf = (pairs, Shelf(pairs, self._model))
        return verdict_of(self._shelf[1].nearest(prompt), _ALIKE)


def verdict_of(ranked: list[tuple[float, str, str]], least: float) -> Verdict | None:
    """Return the verdict for the likest role when its likeness reaches `least`."""
    if not ranked or ranked[0][0] < least:
        return None
    likeness, _, example = ranked[0]
    said = Evidence(f"like the example '{_short(example)}'", likeness)
    return as_verdict(split([(role, score) for score, role, _ in ranked], least), "local", (said,))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:39]}…"
