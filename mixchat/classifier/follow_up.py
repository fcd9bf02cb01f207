"""Conversations: a prompt that goes on from the turn before keeps that turn's role.

Whether it goes on is weighed from a few signals: how short it is, whether it opens or points back like a reply, and
how much it asks for a job of its own. The weights were fitted on one half of the project's own conversations and
measured on the other.
"""

import re
from collections.abc import Mapping, Sequence
from math import exp
from typing import Final

from mixchat.classifier.features import features
from mixchat.classifier.heuristics import is_small_talk
from mixchat.classifier.linear_model import Linear
from mixchat.classifier.predict import Prediction, predict
from mixchat.classifier.probabilities import as_classification, blend
from mixchat.classifier.tokenize import tokens
from mixchat.domain.chat_request import RoutingInput
from mixchat.domain.decision import Classification, Evidence
from mixchat.domain.role import DAILY_DRIVER, QUICK, RESEARCH

_LOOKED_AT: Final = 400
"""Characters of a prompt; what goes on from something is short."""
_SELF_CONTAINED: Final = 40
"""Words from which an earlier prompt is taken to stand for itself."""
_BACK: Final = 4
"""Earlier prompts that are looked at when nobody says what role the turn before had."""
_EVERYDAY: Final = frozenset({DAILY_DRIVER, QUICK, RESEARCH})
_JOBS: Final = frozenset({"write", "make", "plan", "solve", "summarize", "extract", "prove", "invent"})
_QUESTIONS: Final = frozenset({"ask", "howto", "howmany"})
_MANNERS: Final = frozenset({"length", "tone", "shape", "depth", "span", "compare"})
"""Concepts that say how something is to be, not what: follow-ups are full of them."""

_OPENS: Final = re.compile(
    r"^(?:now|and|but|also|then|again|so|or|what about|how about|why|ok|okay|no|yes|hmm|wait|great|nice|perfect|haha"
    r"|still|are you sure|i (?:don ' t|do not|already|tried|like)|explain (?:it|that|this)|(?:can|could) you (?:also|make|please)"
    r"|more|less|fewer|even|only|without|with|in|as|for|under|once|try|redo|undo|continue|go on|go deeper|keep|next"
    r"|another|one more|same|instead|add|remove|change|replace|swap|use|sort|sign|repeat|start|skip|shorter|longer"
    r"|simpler|funnier|sadder|thanks|thank you|it|that|this|they|he|she|we|the"
    r"|y|ahora|mas|otr[oa]|por que|continua|sigue|et|encore|plus|moins|maintenant|pourquoi|sans"
    r"|und|jetzt|noch|kurzer|einfacher|warum|mit|ohne|weiter|e|agora|mais|и|а|теперь|почему|короче|еще|продолжай"
    r"|лучше|спасибо|لماذا|الآن|أكمل|اجعله|وماذا)\b"
    r"|^(?:那|再|换|短|为 什 么|更|便|继 续|も っ と|続|も|な ぜ|では|و)"
)
_POINTS_BACK: Final = re.compile(
    r"\b(?:it|this|that|these|those|them|its|him|her|they|he|she|above|previous|one|else|there|then|again|too|instead"
    r"|the (?:first|second|last|same|other|next|end|ending|names?|code|poem|story|text|list|table|result)"
    r"|steps?|variants?|version|hazl[oa]|lo|la de|das|es|его|ее)\b|那|它|そ れ|こ れ"
)
_NAME: Final = re.compile(r"\S\s+(?!I\b)[A-Z]")
"""A capital inside a sentence: most follow-ups bring no new name."""
_WEIGHTS: Final[Mapping[str, float]] = {
    "always": 0.33,
    "up to 2 words": 0.83,
    "up to 4 words": 1.29,
    "up to 7 words": 0.77,
    "up to 11 words": 0.34,
    "opens like a reply": 1.56,
    "points back": 0.8,
    "another job": -0.38,
    "how surely another job": -0.67,
    "how likely the same job": 1.13,
    "a question of its own": -0.27,
    "concepts": -1.39,
    "a question": -0.57,
    "names a job": -0.82,
    "names something": -1.22,
}


def with_follow_up(question: RoutingInput, alone: Prediction, model: Linear) -> Classification:
    """Return the verdict on a prompt in its conversation; `alone` is what it looks like by itself."""
    before = question.last_role or _role_before(question.history, model)
    goes_on = _goes_on(question.prompt, before, alone) if before is not None else 0.0
    if before is None or goes_on < 0.5:
        return as_classification(alone.ranking, "local", alone.evidence)
    said = Evidence("goes on from the turn before", goes_on)
    return as_classification(blend(before, goes_on, alone.ranking), "local", (said,))


def _role_before(history: Sequence[str], model: Linear) -> str | None:
    """Return the role of the last of the earlier prompts that asked for something, each in the light of those before."""
    recent: list[str] = []
    asking = [earlier for earlier in history if not is_small_talk(earlier)]
    for earlier in reversed(asking[-_BACK:]):
        recent.append(earlier)
        if len(earlier.split()) >= _SELF_CONTAINED:
            break
    role: str | None = None
    for earlier in reversed(recent):
        alone = predict(earlier, model)
        role = role if role is not None and _goes_on(earlier, role, alone) >= 0.5 else alone.role
    return role


def _goes_on(prompt: str, before: str, alone: Prediction) -> float:
    """Return how likely the prompt goes on from a turn of the role `before`."""
    if is_small_talk(prompt):
        return 0.0
    signals = _signals(prompt, before, alone)
    score = sum(_WEIGHTS[name] * value for name, value in signals.items())
    return 1.0 / (1.0 + exp(-score))


def _signals(prompt: str, before: str, alone: Prediction) -> dict[str, float]:
    words = tokens(prompt[:_LOOKED_AT])
    text = " ".join(words)
    length = sum(
        0.5 if "\u3040" <= word[0] <= "\u9fff" else 1.0 for word in words if len(word) > 1 or word.isalnum()
    )
    asked = [concept for concept, _ in features(prompt).opening if concept not in _MANNERS]
    other = alone.role != before and alone.role not in _EVERYDAY
    return {
        "always": 1.0,
        **{f"up to {limit} words": float(length <= limit) for limit in (2, 4, 7, 11)},
        "opens like a reply": float(bool(_OPENS.search(text))),
        "points back": float(bool(_POINTS_BACK.search(text))),
        "another job": float(other),
        "how surely another job": other * alone.confidence,
        "how likely the same job": _share(alone, before),
        "a question of its own": float(bool(_QUESTIONS.intersection(asked[:3])) and length > 4),
        "concepts": float(len(set(asked))),
        "a question": float("?" in prompt[-2:]),
        "names a job": float(bool(asked) and asked[0] in _JOBS),
        "names something": float(bool(_NAME.search(prompt[:_LOOKED_AT]))),
    }


def _share(alone: Prediction, role: str) -> float:
    wanted = _EVERYDAY if role in _EVERYDAY else {role}
    return sum(share for name, share in alone.ranking if name in wanted)
