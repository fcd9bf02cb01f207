"""Marks: shapes in a prompt that words do not show, such as a code fence or a formula."""

import re
from typing import Final

from mixchat.routing.tokens import HEAD, TAIL

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


def marks(text: str) -> list[str]:
    """Return the names of the shapes found near the start and the end of `text`."""
    if len(text) > HEAD + TAIL:
        text = f"{text[:HEAD]}\n{text[-TAIL:]}"
    found = ["code fence"] if "```" in text else []
    for name, needed, shape in _SHAPES:
        if needed in text and name not in found and shape.search(text):
            found.append(name)
    return found
