"""Credentials in a text: where they are, what they are, and the text without them."""

import asyncio
import re
from bisect import bisect_right
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from mixchat.secrets.passwords import commands, named
from mixchat.secrets.span import SecretSpan
from mixchat.secrets.tokens import inner_tokens, private_keys, tokens

_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]+"
)
_LIKELY_INVISIBLE: Final = (
    "\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\ufe0f\u202a\u202c\u2066\u2069\u034f\u180e"
)
_LENGTHENED: Final = "\u0130"
"""The one letter whose small form has two characters."""
_LONGEST_REPEATED: Final = 400
AT_ONCE: Final = 50_000
"""Characters that are searched without a thread: a few milliseconds."""
_REPEATED: Final = 64
"""Different values whose repetitions elsewhere in the text are looked for, too."""


class SecretMatch(Struct, frozen=True):
    """A credential: what it is and where, never what it says."""

    kind: str
    line: int
    """Counts from 1."""
    mark: int
    """Tells credentials apart within this process; nothing can be read from it."""


Allows = Callable[[str], bool]
"""Whether the person lets a credential pass, given what it says."""


def nothing(_: str) -> bool:
    """Let no credential pass."""
    return False


def find(text: str, allows: Allows = nothing) -> list[SecretMatch]:
    """Return the credentials in `text` that are not allowed, in the order of their lines."""
    found: dict[SecretMatch, None] = {}
    line, counted = 1, 0
    for hit in _hits(text, allows):
        line += text.count("\n", counted, hit.start)
        counted = hit.start
        found[SecretMatch(hit.kind, line, hash(_value(text, hit)))] = None
    return list(found)


def values(text: str) -> dict[str, str]:
    """Return what the credentials in `text` say, each with its kind: for whoever has to tell them again."""
    return {_value(text, hit): hit.kind for hit in _hits(text)}


async def mask(text: str, allows: Allows = nothing) -> str:
    """Return `text` with a word for its kind in place of each credential; a long one is searched in a thread."""
    return masked(text, allows) if len(text) < AT_ONCE else await asyncio.to_thread(masked, text, allows)


def masked(text: str, allows: Allows = nothing) -> str:
    """Return `text` with a word for its kind in place of each credential, wherever it says it again."""
    hits = _hits(text, allows)
    if not hits:
        return text
    parts: list[str] = []
    done = 0
    for hit in hits:
        parts += text[done : hit.start], f"[{hit.kind}]"
        done = hit.end
    left = "".join([*parts, text[done:]])
    values = {text[hit.start : hit.end]: hit.kind for hit in hits if hit.end - hit.start < _LONGEST_REPEATED}
    for value in sorted(values, key=len, reverse=True)[:_REPEATED]:
        left = left.replace(value, f"[{values[value]}]")
    return left


def _value(text: str, hit: SecretSpan) -> str:
    return _INVISIBLE.sub("", text[hit.start : hit.end])


def _hits(text: str, allows: Allows = nothing) -> list[SecretSpan]:
    """Return the credentials that are not allowed in their order; what lies over one another is one."""
    plain, place = _visible(text)
    small = plain.replace(_LENGTHENED, "i").lower()
    hits: list[SecretSpan] = []
    for hit in sorted(
        [
            *private_keys(plain),
            *tokens(plain),
            *inner_tokens(plain),
            *named(plain, small),
            *commands(plain),
        ]
    ):
        if hits and hit.start < hits[-1].end:
            last = hits.pop()
            best = min(last, hit, key=lambda each: each.rank)
            hits.append(SecretSpan(last.start, max(last.end, hit.end), best.rank, best.kind))
        else:
            hits.append(hit)
    placed = [SecretSpan(place(hit.start), place(hit.end - 1) + 1, hit.rank, hit.kind) for hit in hits]
    return [hit for hit in placed if not allows(_value(text, hit))]


def _visible(text: str) -> tuple[str, Callable[[int], int]]:
    """Return the text without the signs that nobody sees, and what tells where its characters were before."""
    if text.isascii() or not any(sign in text for sign in _LIKELY_INVISIBLE):
        return text, lambda index: index
    starts, shifts, removed = [0], [0], 0
    for found in _INVISIBLE.finditer(text):
        starts.append(found.start() - removed)
        removed += len(found[0])
        shifts.append(removed)
    return _INVISIBLE.sub("", text), lambda index: index + shifts[bisect_right(starts, index) - 1]
