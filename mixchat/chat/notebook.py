"""Notebooks as a model can read them: without the pictures that stand in them as base64."""

import re
from typing import Final, cast

import msgspec

SUFFIX: Final = ".ipynb"
_NO_WORDS: Final = re.compile(r"(?:image|audio|video)/|application/(?:pdf|octet-stream)")
"""How the kinds of outputs begin that are not made of words."""
_LEFT_OUT: Final = "(left out)"


def without_pictures(notebook: str) -> str:
    """Return a notebook without the pictures of its outputs and notes; what is no notebook comes back as it is."""
    try:
        read = msgspec.json.decode(notebook)
    except (msgspec.DecodeError, RecursionError):
        return notebook
    if not isinstance(read, dict) or "cells" not in read:
        return notebook
    return msgspec.json.format(msgspec.json.encode(_in_words(cast("object", read))), indent=1).decode()


def _in_words(value: object) -> object:
    if isinstance(value, list):
        return [_in_words(each) for each in cast("list[object]", value)]
    if isinstance(value, dict):
        table = cast("dict[str, object]", value)
        return {key: _LEFT_OUT if _NO_WORDS.match(key) else _in_words(each) for key, each in table.items()}
    return value
