"""Conversations: a prompt that follows up on the previous message keeps that turn's role.

Whether it goes on is weighed from a few signals: how short it is, whether it opens or points back like a reply, and
how much it asks for a job of its own. The weights were fitted on one half of the project's own conversations and
measured on the other.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from math import exp
from pathlib import Path
from typing import Final

from mixchat.classifier.features import features
from mixchat.classifier.heuristics import is_small_talk
from mixchat.classifier.lexicon import Lexicon
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
_READ: Final = 2000
"""Characters of an earlier prompt whose words are known again."""
_BACK: Final = 4
"""Earlier prompts that are looked at when nobody says what role the turn before had."""
_EVERYDAY: Final = frozenset({DAILY_DRIVER, QUICK, RESEARCH})
_MANNERS: Final = frozenset({"length", "tone", "shape", "depth", "span", "compare"})
"""Concepts that say how something is to be, not what: follow-ups are full of them."""
_OPENING: Final = 4
"""Tokens in which a prompt that goes on says so."""
_STEM: Final = 5
"""Letters by which a word is known again: `guests` and `guest`, `Gäste` and `Gästen`."""
_ARTICLES: Final = frozenset({
    "the", "der", "die", "das", "den", "dem", "le", "la", "les", "el", "los", "las", "il", "lo", "gli", "het",
    "de",
})  # fmt: skip
_REPLIES: Final = frozenset({
    "and", "but", "so", "or", "then", "now", "no", "yes", "ok", "okay", "hmm", "wait", "great", "nice",
    "perfect", "still", "only", "even", "in", "as", "for", "under", "with", "without", "also", "more", "less",
    "another", "same", "again", "next", "use", "y", "pero", "entonces", "ahora", "en", "con", "sin", "sí",
    "et", "mais", "donc", "alors", "maintenant", "avec", "sans", "und", "aber", "dann", "jetzt", "nein", "ja",
    "mit", "ohne", "als", "e", "ma", "allora", "adesso", "sì", "senza", "mas", "então", "agora", "em", "com",
    "sem", "maar", "dus", "dan", "nu", "nee", "met", "zonder", "voor", "i", "a", "ale", "więc", "teraz", "w",
    "z", "bez", "dla", "и", "а", "но", "тогда", "теперь", "нет", "да", "в", "с", "без", "для", "那", "但", "再",
    "现", "然", "用", "で", "も", "では", "じゃ", "今", "و", "لكن", "الآن", "ve", "ama", "peki", "şimdi", "och", "men",
    "så", "और", "लेकिन", "अब", "và", "nhưng", "giờ", "tapi", "sekarang",
})  # fmt: skip
"""Words that open a reply."""
_COMMON: Final = frozenset({
    "about", "which", "would", "could", "should", "there", "their", "these", "those", "where", "while",
    "write", "make", "have", "with", "from", "that", "this", "what", "when", "your", "give", "please", "than",
    "then", "them", "they", "into", "only", "some", "more", "also", "like", "just", "does", "will", "eine",
    "einen", "einer", "nicht", "dans", "pour", "avec", "para", "como", "cómo", "una", "uno",
})  # fmt: skip
"""Words that do not tell what a prompt is about."""
_NAME: Final = re.compile(r"\S\s+(?!I\b)[A-Z]")
"""A capital inside a sentence: most follow-ups bring no new name."""
_CARRIES: Final = re.compile(r"```|\n|[:：]\s*[\"'“«„A-Za-zÀ-ÿ{\[]|[\"“«„]\S+\s\S+\s\S+")
"""A text of its own comes along."""
_POINTS: Final = ("answer", "part", "revise", "more", "back", "why")
"""Kinds of phrases that need something said before."""
_FRAGMENT: Final = 3
"""Words of a question that is only the rest of one."""
_KINDS: Final = ("answer", "part", "revise", "more", "back", "why", "new", "job")
_WEIGHTS: Final[Mapping[str, float]] = {
    "always": -0.78,
    "up to 2 words": 0.66,
    "up to 4 words": 0.91,
    "up to 7 words": 1.63,
    "up to 11 words": 1.12,
    "up to 18 words": 0.79,
    "long": -0.29,
    "says answer": 1.59,
    "says part": 0.89,
    "says revise": 1.04,
    "says more": 0.62,
    "says back": 0.38,
    "says why": 0.39,
    "says new": -0.22,
    "says job": -0.85,
    "opens with answer": 1.44,
    "opens with part": 0.67,
    "opens with revise": 1.29,
    "opens with more": 1.93,
    "opens with back": 0.23,
    "opens with why": 0.90,
    "opens with new": -0.22,
    "opens with job": -0.99,
    "opens like a reply": 1.26,
    "points back twice": -0.06,
    "another job": -0.84,
    "how surely another job": -2.84,
    "how likely the same job": 2.11,
    "everyday after work": -1.43,
    "how surely everyday": -1.95,
    "words from before": 0.87,
    "share from before": 0.00,
    "definite": 0.60,
    "concepts": -0.61,
    "a question": 0.96,
    "names something": -1.01,
    "brings a text": -0.97,
    "stands alone": -0.97,
    "asks for itself": -0.01,
    "everyday by itself": 0.07,
}


@cache
def _phrases() -> Lexicon:
    text = Path(__file__).with_name("follow_up.txt").read_text("utf-8")
    return Lexicon(text.split("\n"))


def with_follow_up(question: RoutingInput, alone: Prediction, model: Linear) -> Classification:
    """Return the verdict on a prompt in its conversation; `alone` is what it looks like by itself."""
    before = question.last_role or _role_before(question.history, model)
    goes_on = _goes_on(question.prompt, question.history, before, alone) if before is not None else 0.0
    if before is None or goes_on < 0.5:
        return as_classification(alone.ranking, "local", alone.evidence)
    said = Evidence("follows up on the previous message", goes_on)
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
    read: list[str] = []
    for earlier in reversed(recent):
        alone = predict(earlier, model)
        goes_on = role is not None and _goes_on(earlier, read, role, alone) >= 0.5
        role = role if goes_on else alone.role
        read.append(earlier)
    return role


def _goes_on(prompt: str, earlier: Sequence[str], before: str, alone: Prediction) -> float:
    """Return how likely the prompt goes on from a turn of the role `before`."""
    if is_small_talk(prompt):
        return 0.0
    signals = follow_up_signals(prompt, earlier, before, alone)
    score = sum(_WEIGHTS[name] * value for name, value in signals.items())
    return 1.0 / (1.0 + exp(-score))


def follow_up_signals(
    prompt: str, earlier: Sequence[str], before: str, alone: Prediction
) -> dict[str, float]:
    """Return what speaks for or against `prompt` going on from the `earlier` ones, whose role was `before`."""
    words = tokens(prompt[:_LOOKED_AT])
    length = sum(
        0.5 if "\u3040" <= word[0] <= "\u9fff" else 1.0 for word in words if len(word) > 1 or word.isalnum()
    )
    said = Counter(kind for kind, _ in _phrases().find(words))
    first = {kind for kind, _ in _phrases().find(words, _OPENING)}
    asked = {concept for concept, _ in features(prompt).opening if concept not in _MANNERS}
    other = alone.role != before and alone.role not in _EVERYDAY
    shared = _shared(words, earlier)
    asks = "?" in prompt[-2:] or "？" in prompt[-2:] or "؟" in prompt[-2:]
    alone_here = (
        not shared
        and not any(said[kind] for kind in _POINTS)
        and words[:1] != []
        and words[0] not in _REPLIES
    )
    return {
        "always": 1.0,
        **{f"up to {limit} words": float(length <= limit) for limit in (2, 4, 7, 11, 18)},
        "long": float(length > 40),
        **{f"says {kind}": float(said[kind] > 0) for kind in _KINDS},
        **{f"opens with {kind}": float(kind in first) for kind in _KINDS},
        "opens like a reply": float(bool(words) and words[0] in _REPLIES),
        "points back twice": float(said["back"] > 1),
        "another job": float(other),
        "how surely another job": other * alone.confidence,
        "how likely the same job": _share(alone, before),
        "everyday after work": float(alone.role in _EVERYDAY and before not in _EVERYDAY),
        "how surely everyday": alone.confidence
        if alone.role in _EVERYDAY and before not in _EVERYDAY
        else 0.0,
        "words from before": float(shared > 0),
        "share from before": shared,
        "definite": float(not _ARTICLES.isdisjoint(words)),
        "concepts": float(min(len(asked), 4)),
        "a question": float(asks),
        "names something": float(bool(_NAME.search(prompt[:_LOOKED_AT]))),
        "brings a text": float(bool(_CARRIES.search(prompt))),
        "stands alone": float(alone_here),
        "asks for itself": float(alone_here and asks and length > _FRAGMENT),
        "everyday by itself": float(alone_here and alone.role in _EVERYDAY and before not in _EVERYDAY),
    }


def _stems(words: Sequence[str]) -> set[str]:
    return {word[:_STEM] for word in words if len(word) >= 4 and word.isalpha() and word not in _COMMON}


def _shared(words: Sequence[str], earlier: Sequence[str]) -> float:
    """Return the share of the telling words that stood in the prompts before."""
    mine = _stems(words)
    if not mine:
        return 0.0
    known = _stems([word for text in earlier for word in tokens(text[:_READ])])
    return len(mine & known) / len(mine)


def _share(alone: Prediction, role: str) -> float:
    wanted = _EVERYDAY if role in _EVERYDAY else {role}
    return sum(share for name, share in alone.ranking if name in wanted)
