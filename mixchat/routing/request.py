"""Where a long prompt says what it wants when it does not open with it: its last sentence or line."""

import re
from typing import Final

from mixchat.routing.concepts import lexicon
from mixchat.routing.tokens import Passage, tokens

LONG: Final = 24
"""Tokens above which a prompt has an opening and a close that are two things."""
_OPENING: Final = 12
"""Tokens in which a prompt that opens with its request says what it wants."""
_REACH: Final = 500
"""Characters from the end in which the request is looked for."""
_SHORTEST: Final = 3
_LONGEST: Final = 48
_END: Final = re.compile(r"[.!?:”\"']\s+|[。！？]|\n+")
_ACTS: Final = frozenset(
    [
        "write",
        "make",
        "invent",
        "design",
        "explain",
        "summarize",
        "keypoints",
        "extract",
        "classify",
        "translate",
        "rewrite",
        "plan",
        "solve",
        "prove",
        "analyze",
        "act",
        "recommend",
        "howto",
        "ask",
        "howmany",
        "fix",
        "grammar",
        "command",
        "verdict",
        "depth",
        "locate",
        "compare",
        "define",
        "idea",
        "length",
    ]
)
"""Concepts by which somebody asks for something."""
_MARKS: Final = frozenset("?？")


def _asks(words: tuple[str, ...]) -> bool:
    return any(concept in _ACTS for concept, _ in lexicon().find(words))


def _last_parts(text: str) -> list[str]:
    """Return the last line and the last sentence, without what stands before them."""
    end = text[-_REACH:].rstrip()
    cuts = [found.end() for found in _END.finditer(end, 0, max(len(end) - 2, 0))]
    line = end.rfind("\n") + 1
    return [end[at:] for at in dict.fromkeys((line, cuts[-1] if cuts else 0)) if at]


def closing_request(text: str, seen: Passage) -> tuple[str, ...]:
    """Return the tokens of the request that a long prompt ends with, or none where it opens with one."""
    if (not seen.tail and len(seen.head) <= LONG) or _asks(seen.head[:_OPENING]):
        return ()
    for part in _last_parts(text):
        words = tuple(tokens(part))
        if _SHORTEST <= len(words) <= _LONGEST and (not _MARKS.isdisjoint(words) or _asks(words)):
            return words
    return ()
