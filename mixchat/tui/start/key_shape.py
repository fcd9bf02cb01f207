"""How the keys of providers look."""

import re
from typing import Final

_SHAPES: Final = (
    (r"sk-ant-[\w-]{20,}", "anthropic"),
    (r"sk-or-[\w-]{20,}", "openrouter"),
    (r"AIza[\w-]{30,}", "google"),
    (r"gsk_\w{20,}", "groq"),
    (r"xai-\w{20,}", "xai"),
    (r"sk-(?:proj-|svcacct-)?[\w-]{20,}", "openai"),
)
"""How keys look, the more particular first."""


def provider_of(key: str) -> str | None:
    """Return whose key this looks like, or `None`."""
    text = key.strip()
    return next((provider for shape, provider in _SHAPES if re.fullmatch(shape, text)), None)
