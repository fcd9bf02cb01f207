"""How hard a prompt is, so that one threshold can move it between a cheap and a strong seat.

It sums three things: how long the prompt is, and how likely it is a problem, code, or a text to work through. The
weights were chosen on outcomes of a weak and a strong model; see the bench for how far they carry. It ranks prompts of
different kinds; within one school subject it does hardly better than length.
"""

from math import exp, log1p
from typing import Final

from mixchat.routing.features import features
from mixchat.routing.linear import Linear, built_in, softmax

_LENGTH: Final = 0.03
_LIKELY: Final = {"heavy": 0.12, "coding": 0.19, "extraction": 0.08, "summarization": 0.08}
_MIDDLE: Final = 0.22
"""The sum at which a prompt counts as half difficult."""
_STEEP: Final = 18.0
_LONGEST: Final = 4000
"""Characters after which more of them make a prompt no harder."""


def difficulty(prompt: str, model: Linear | None = None) -> float:
    """Return how hard `prompt` is, from 0 to 1."""
    model = model or built_in()
    shares = softmax(model.scores(features(prompt).weights))
    likely = sum(_LIKELY.get(label, 0.0) * share for label, share in zip(model.roles, shares, strict=True))
    raw = _LENGTH * log1p(min(len(prompt), _LONGEST)) + likely
    return 1.0 / (1.0 + exp(-_STEEP * (raw - _MIDDLE)))
