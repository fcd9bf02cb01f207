"""Example prompts of the user's roles: a prompt that is much like them takes their role."""

from typing import Final

from mixchat.routing.likeness import Shelf
from mixchat.routing.linear import Linear
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
    likeness, role, example = ranked[0]
    second = ranked[1][0] if len(ranked) > 1 else 0.0
    others = tuple((other, round(_sure(score, least), 3)) for score, other, _ in ranked[1:3])
    said = Evidence(f"like the example '{_short(example)}'", likeness)
    sure = _sure(likeness, least)
    return Verdict(role, sure, "local", (said,), others, sure - (_sure(second, least) if second else 0.0))


def _sure(likeness: float, least: float) -> float:
    """Return a likeness as a confidence: one half at the threshold, near 1 at five times as much."""
    return likeness / (likeness + least)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:39]}…"
