"""Text and numbers from elsewhere, made into what may be kept."""

import hashlib
import math
from datetime import UTC, datetime
from typing import Any, Final, cast

from mixchat.domain.model import ModelRef

LATEST: Final = 32_503_680_000.0
"""The year 3000: a time beyond it is a mistake, and some calendars cannot show it."""
_MAKERS: Final = (
    ("gpt-", "openai"), ("chatgpt", "openai"), ("o1", "openai"), ("o3", "openai"), ("o4", "openai"),
    ("text-davinci", "openai"), ("claude", "anthropic"), ("gemini", "google"),
)  # fmt: skip


def identity(*parts: str, length: int) -> str:
    """Return an id that is the same whenever the same thing is imported."""
    joined = "\x1f".join(parts).encode(errors="replace")
    return hashlib.sha256(joined).hexdigest()[:length]


def clean(text: str) -> str:
    """Return `text` without halves of characters, which no file can hold, and without NUL."""
    return text.encode(errors="replace").decode().replace("\0", "")


def title(text: str, most: int = 200) -> str:
    """Return `text` as one line."""
    line = " ".join(clean(text).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def seconds(value: object, otherwise: float) -> float:
    """Return a time as seconds since the epoch; it may be a number, or text as ISO 8601 writes it."""
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return otherwise
        value = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return otherwise
    return float(value) if 0 <= value < LATEST else otherwise


def count(value: object) -> int | None:
    """Return a number of tokens, or `None` for anything else."""
    whole = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53
    return cast("int", value) if whole else None


def model(name: object) -> ModelRef | None:
    """Return the reference of a model that another program calls `name`."""
    if not isinstance(name, str) or not (name := title(name)):
        return None
    if "/" in name.strip("/"):
        provider, _, rest = name.strip("/").partition("/")
        return ModelRef(provider, rest)
    maker = next((maker for begins, maker in _MAKERS if name.lower().startswith(begins)), "imported")
    return ModelRef(maker, name)


def table(value: object) -> dict[str, Any]:
    """Return `value` if it is a JSON object, else an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """Return `value` if it is a JSON array, else an empty one."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def words(value: object) -> str:
    """Return `value` if it is text, else nothing."""
    return clean(value) if isinstance(value, str) else ""
