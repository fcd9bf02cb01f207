"""Removes what looks like a key from a text that will be shown or logged."""

import re
from typing import Final

_SHAPES: Final = re.compile(
    r"""
    \b(?:sk|pk|rk|gsk|xai|csk|fw|tgp|hf|r8|ghp|gho|AKIA|AIza|ya29)[-_.]?[A-Za-z0-9*][A-Za-z0-9_\-.*]{7,}
    | (?<=Bearer\ )\S+
    | (?<=bearer\ )\S+
    | (?<=key=)[^&\s"']+
    | \b[A-Za-z0-9_\-]{2,}\*{3,}[A-Za-z0-9_\-]*
    """,
    re.VERBOSE,
)
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


def redacted(text: str, key: str | None = None) -> str:
    """Return `text` with `key` and whatever is shaped like one replaced by `[key]`."""
    if key and len(key) >= 4:
        text = text.replace(key, "[key]")
    return _SHAPES.sub("[key]", text)


def plain(text: str, limit: int = 240) -> str:
    """Return `text` on one line without control characters, cut at `limit` characters."""
    line = " ".join(_CONTROLS.sub(" ", text).split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"
