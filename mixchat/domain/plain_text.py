"""Foreign text as plain content: nothing in it can move the cursor or end a line by surprise."""

import re
from typing import Final, NewType

PlainText = NewType("PlainText", str)
"""Text in which nothing is obeyed by a terminal: what the functions here return."""

_CONTROLS: Final[dict[int, str]] = {
    **{code: chr(0x2400 + code) for code in range(0x20) if code not in (0x09, 0x0A)},
    0x7F: "\u2421",
    **dict.fromkeys(range(128, 160), "�"),
    0x0B: "\n",
    0x0C: "\n",
    0x2028: "\n",
    0x2029: "\n",
    # what turns the direction of the text around can hide what it says
    **dict.fromkeys((*range(8234, 8239), *range(8294, 8298)), "�"),
    **dict.fromkeys((65529, 65530, 65531), "�"),
}


class _Surrogates(dict[int, str]):
    """The table for `str.translate`; a lone surrogate cannot be written to a terminal."""

    def __missing__(self, code: int) -> str:
        found = "\ufffd" if 0xD800 <= code <= 0xDFFF else chr(code)
        if len(self) < 4096:
            self[code] = found
        return found


_TABLE: Final = _Surrogates(_CONTROLS)


def sanitize(text: str) -> PlainText:
    """Return `text` with plain line ends and every other control character made visible.

    Tabs stay; whoever lays out expands them. `clean(a) + clean(b) == clean(a + b)` unless a carriage return ends `a`.
    """
    if text.isascii() and text.isprintable():
        return PlainText(text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return PlainText(text.translate(_TABLE))


def one_line(text: str) -> PlainText:
    """Return `text` cleaned and on one line, for a header or a title."""
    return PlainText(" ".join(sanitize(text).split()))


_HIDDEN: Final = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069\\ufff9-\\ufffb\\ud800-\\udfff]"
)


_PASSWORD: Final = re.compile(r"(://[^\s:/@]{0,200}:)[^\s/@]{1,200}@")


def without_passwords(text: str) -> str:
    """Return `text` with the passwords in its addresses hidden."""
    return _PASSWORD.sub(r"\1••••••@", text) if "@" in text else text


def without_controls(text: str) -> PlainText:
    """Return one line of text without what a terminal would obey; every sign that has a width stays."""
    return PlainText(text if text.isprintable() else _HIDDEN.sub("", text))
