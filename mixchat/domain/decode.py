"""Text in whatever encoding it was written."""

import codecs
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_COMMONEST: Final = "cp1252"
_NEAR: Final = 0.1
_LOOKED_AT: Final = 200_000
"""Bytes from which an encoding is guessed."""
_SHARE: Final = 0.02
"""Of control characters, from which on something is not text."""


def decode_text(data: bytes) -> str | None:
    """Return the text in `data` without its byte order mark; `None`: it is not text."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], encoding)
    text = _decoded(data, "utf-8")
    if text is not None:
        return text if _is_text(text) else None
    encoding = _guessed(data[:_LOOKED_AT])
    text = _decoded(data, encoding) if encoding else None
    return text if text is not None and _is_text(text) else None


def _guessed(data: bytes) -> str | None:
    from charset_normalizer import from_bytes

    found = from_bytes(data)
    best = found.best()
    if best is None:
        return _COMMONEST
    # One-byte encodings of Latin letters are hard to tell apart: the commonest counts where it is about as likely.
    for match in found:
        near = match.chaos <= best.chaos + _NEAR and match.coherence >= best.coherence
        if match.encoding == _COMMONEST and near:
            return _COMMONEST
    return best.encoding


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _is_text(text: str) -> bool:
    """Whether there is next to nothing in a text that no text holds."""
    if "\0" in text:
        return False
    shown = text[:_LOOKED_AT]
    controls = sum(
        1
        for sign in shown
        if (ord(sign) < 0x20 and sign not in "\t\n\r\f\x1b\x08") or "\x7f" <= sign < "\xa0"
    )
    return controls <= _SHARE * len(shown)
