"""A credential that was found in a text, and whether what looks like one is real."""

import base64
import binascii
import math
import re
from functools import lru_cache
from typing import Final

from msgspec import Struct

STAND_IN: Final = re.compile(
    r"x{4,}|0{8,}|\*{3,}|\.{3,}|…|•{3,}|_{4,}|-{4,}|\byour|your[_-]|placeholder|redacted|change.?me|<|>|\$\{|\{\{|example"
)
_UNLIKELY: Final = (
    "sample", "dummy", "fake", "test", "secret", "passw", "user", "admin", "hunter2", "john.doe", "johndoe", "12345", "abcde",
    "qwerty", "foobar", "localhost",
)  # fmt: skip
_CODE: Final = re.compile(
    r"[$%!&@#]?[\w.-]*+[(\[{]|\$\w+\Z|%\w+%\Z|[a-zA-Z_]\w*(?:\.[a-zA-Z_]\w*)+\Z|[a-z]+(?:[_-][a-z]+)+\Z"
    r"|[A-Z]+(?:_[A-Z]+)+\Z|(?:https?:)?//|/|[A-Za-z]:\\|!\w+\Z|ENC\["
)
"""Values that are code, a variable, a path or an address."""
TAIL: Final = re.compile(r"[\w+/=~-]*+(?:\.[\w+/=~-]++)*+")
HAS_DIGIT: Final = re.compile(r"[0-9]")
HAS_LOWER: Final = re.compile(r"[a-zß-öø-ÿ]")
IDENTIFIER: Final = 60
"""Characters around a name that may belong to its identifier."""
CUT: Final = 300
"""Characters after which a value is looked at no further; it is extended to its end if it is one."""


class SecretSpan(Struct, frozen=True, order=True):
    """A credential in a text: from where to where, and what it is."""

    start: int
    end: int
    rank: int
    """The lower one names what two found."""
    kind: str


@lru_cache(4096)
def is_real(value: str) -> bool:
    """Whether a value is more than a stand-in, and looks random."""
    if (
        not HAS_DIGIT.search(value)
        or _CODE.match(value)
        or "::" in value
        or "->" in value
        or value[-1] in ")]}"
    ):
        return False
    small = value.lower()
    if STAND_IN.search(small) or any(word in small for word in _UNLIKELY):
        return False
    length = len(value)
    entropy = -sum(n / length * math.log2(n / length) for n in map(value.count, set(value)))
    kinds = sum((HAS_LOWER.search(value) is not None, small != value, True))
    return kinds >= 2 and entropy >= min(3.2, 0.85 * math.log2(length))


def is_flat(token: str) -> bool:
    """Whether a token repeats so few signs that it can only be a stand-in."""
    return len(set(token[-24:])) < 3


def is_web_token(token: str) -> bool:
    """Whether the first part of a token is the JSON that it should be."""
    head = token.partition(".")[0]
    try:
        return base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)).lstrip().startswith(b'{"')
    except (binascii.Error, ValueError):
        return False
