"""Marks: shapes in a prompt that words do not show, such as a code fence or a formula."""

import re
from typing import Final

from mixchat.routing.tokens import HEAD, TAIL

_SHAPES: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    (
        "traceback",
        re.compile(r"Traceback \(most|^\s{1,8}at [\w.$]{1,80}\(|[A-Za-z]{2,40}(?:Error|Exception)\b", re.M),
    ),
    (
        "code line",
        re.compile(
            r"^[ \t]{0,40}(?:def \w{1,40}\(|class \w{1,40}[:({]|import \w|from [\w.]{1,40} import|#include|public |private "
            r"|func |fn |(?:const|let|var) \w{1,40} ?=|SELECT .{1,200} FROM|return\b|\}|//|</?\w{1,20}>)|[;{]$",
            re.M,
        ),
    ),
    (
        "file name",
        re.compile(
            r"[\w-]\.(?:py|js|ts|tsx|jsx|java|cc?|cpp|h|cs|go|rs|rb|php|sql|sh|ya?ml|html|css|ipynb|kt|swift|toml)\b"
        ),
    ),
    (
        "formula",
        re.compile(
            r"\\(?:frac|sqrt|sum|int|begin|left|mathbb|cdot|angle)|\$[^$\n]{1,80}\$|\b[a-z] ?\^ ?\d"
            r"|\d ?[+*/^=] ?[\dx(]|\b[xyn] ?[=<>+-] ?\d"
        ),
    ),
    ("lettered choices", re.compile(r"^\(?[A-D][).:]\s", re.M)),
    ("choices in brackets", re.compile(r"\([AB]\)|\bA\)")),
    ("address", re.compile(r"[\w.]@[\w-]{1,60}\.\w|https?://")),
    ("blank to fill", re.compile(r"_{3}|\[[A-Z][\w ]{1,40}\]")),
)


def marks(text: str) -> list[str]:
    """Return the names of the shapes found near the start and the end of `text`."""
    if len(text) > HEAD + TAIL:
        text = f"{text[:HEAD]}\n{text[-TAIL:]}"
    found = ["code fence"] if "```" in text else []
    found += [name for name, shape in _SHAPES if shape.search(text)]
    return found
