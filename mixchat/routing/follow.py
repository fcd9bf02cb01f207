"""Conversations: a prompt that goes on from the turn before keeps that turn's role."""

import re
from typing import Final

from mixchat.routing.guess import Guess, guess
from mixchat.routing.linear import Linear
from mixchat.routing.tokens import tokens
from mixchat.words.decision import Evidence, Verdict
from mixchat.words.question import Question

_OPENER: Final = re.compile(
    r"^(?:now|and|but|also|then|again|what about|how about|why|ok|okay|no|yes|make it|make them|more|less|shorter|longer"
    r"|continue|go on|keep going|next|another|one more|same|instead|try again|redo|thanks|thank you|can you also|in \w+ please)\b"
)
_REFERS: Final = re.compile(
    r"\b(?:it|this|that|these|those|them|its|above|previous|the (?:first|second|last|same))\b"
)


def followed(question: Question, alone: Guess, model: Linear) -> Verdict:
    """Return the verdict on a prompt in its conversation; `alone` is what it looks like by itself."""
    own = Verdict(alone.role, alone.confidence, "local", alone.evidence, alone.ranking[1:], alone.margin)
    before = question.last_role or _role_before(question, model)
    if before is None or not _goes_on(question.prompt):
        return own
    return Verdict(before, 0.8, "local", (Evidence("goes on from the turn before", 1.0),), alone.ranking, 0.6)


def _role_before(question: Question, model: Linear) -> str | None:
    for earlier in reversed(question.history[-4:]):
        if not _goes_on(earlier):
            return guess(earlier, model).role
    return None


def _goes_on(prompt: str) -> bool:
    words = tokens(prompt[:300])
    text = " ".join(words)
    return len(words) <= 12 and bool(_OPENER.search(text) or _REFERS.search(text) or len(words) <= 2)
