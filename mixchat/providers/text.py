"""Foreign text made fit to keep and to show: whole characters, one line, nothing that looks like a key."""

import re
from typing import Final

_FIRST: Final = ("\ud800", "\udbff")
"""The lowest and highest first half of a character outside the basic plane."""
_KEYS: Final = re.compile(
    r"""
    \b(?:sk|pk|rk|gsk|xai|csk|fw|tgp|hf|r8|ghp|gho|AKIA|AIza|ya29)[-_.]?[A-Za-z0-9*][A-Za-z0-9_\-.*]{7,}
    | (?<=Bearer\ )\S+
    | (?<=bearer\ )\S+
    | (?<=key=)[^&\s"']+
    | (?<=://)[^/\s@:]*:[^/\s@]+(?=@)
    | \b[A-Za-z0-9_\-]{2,}\*{3,}[A-Za-z0-9_\-]*
    """,
    re.VERBOSE,
)
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
_TAGS: Final = re.compile(
    r"<(?:script|style)\b.{0,5000}?</(?:script|style)>|<!--.{0,2000}?-->|</?[a-zA-Z!][^<>]{0,300}>",
    re.DOTALL | re.I,
)


class SurrogateJoiner:
    """Puts halves of characters together that come in two pieces; a half that stays alone becomes U+FFFD.

    JSON can write a half alone, but no file and no terminal can hold one.
    """

    def __init__(self) -> None:
        self._held = ""

    def join(self, piece: str) -> str:
        """Return the whole characters that are there now; a first half at the end waits for the next piece."""
        text, self._held = self._held + piece, ""
        if text.isascii():
            return text
        if _FIRST[0] <= text[-1] <= _FIRST[1]:
            text, self._held = text[:-1], text[-1]
        return join_surrogates(text)


def join_surrogates(text: str) -> str:
    """Return `text` with its halves joined where two stand side by side, else replaced by U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def redacted(text: str, key: str | None = None) -> str:
    """Return `text` with `key` and whatever is shaped like one replaced by `[key]`."""
    if key and len(key) >= 4:
        text = text.replace(key, "[key]")
    return _KEYS.sub("[key]", text)


def plain(text: str, limit: int = 240) -> str:
    """Return `text` on one line without markup and control characters, cut at `limit` characters."""
    bare = _CONTROLS.sub(" ", _TAGS.sub(" ", text[:20_000]))
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in bare).split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"
