"""Where a long prompt says what it wants when it does not open with it: its last sentence or line."""

import re
from typing import Final

from mixchat.classifier.lexicon import lexicon
from mixchat.classifier.tokenize import HEAD, TAIL, Passage, tokens

_SHAPES: Final[tuple[tuple[str, str, re.Pattern[str]], ...]] = (
    (
        "traceback",
        "",
        re.compile(r"Traceback \(most|[a-z](?:Error|Exception)\b|^\s{1,8}at [\w.$]{1,80}\(", re.M),
    ),
    (
        "code line",
        "",
        re.compile(
            r"^[ \t]{0,40}(?:def \w{1,40}\(|class \w{1,40}[:({]|import \w|from [\w.]{1,40} import|#include|public |private "
            r"|func |fn |(?:const|let|var) \w{1,40} ?=|SELECT .{1,200} FROM|return\b|\}|//|</?\w{1,20}>)|[;{]$",
            re.M,
        ),
    ),
    (
        "file name",
        ".",
        re.compile(
            r"\.(?:py|js|ts|tsx|jsx|java|cc?|cpp|h|cs|go|rs|rb|php|sql|sh|ya?ml|html|css|ipynb|kt|swift|toml)\b(?<=\w)"
        ),
    ),
    ("formula", "\\", re.compile(r"\\(?:frac|sqrt|sum|int|begin|left|mathbb|cdot|angle)")),
    ("formula", "$", re.compile(r"\$[^$\n]{1,80}\$")),
    ("formula", "^", re.compile(r"\w ?\^ ?\d")),
    ("formula", "", re.compile(r"[\dxyn] ?[+*/=] ?[\dx(]")),
    ("lettered choices", "\n", re.compile(r"^\(?[A-D][).:]\s", re.M)),
    ("choices in brackets", ")", re.compile(r"\([AB]\)|\bA\)")),
    ("address", "@", re.compile(r"@[\w-]{1,60}\.\w")),
    ("address", "://", re.compile(r"https?://")),
    ("blank to fill", "___", re.compile(r"___")),
    ("blank to fill", "[", re.compile(r"\[[A-Z][\w ]{1,40}\]")),
)
"""Name of the mark, a text without which it cannot be there, and its shape."""


def structure_marks(text: str) -> list[str]:
    """Return the names of the shapes found near the start and the end of `text`."""
    if len(text) > HEAD + TAIL:
        text = f"{text[:HEAD]}\n{text[-TAIL:]}"
    found = ["code fence"] if "```" in text else []
    for name, needed, shape in _SHAPES:
        if needed in text and name not in found and shape.search(text):
            found.append(name)
    return found


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
