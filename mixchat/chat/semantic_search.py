"""Finding earlier turns by what they mean rather than by their words."""

from collections.abc import Awaitable, Callable
from typing import Literal

from mixchat.storage.search import Hit
from mixchat.storage.vectors import Vectors

_AT_ONCE = 500
"""Turns that one search makes vectors of, where they have none; the next search goes on."""

Embed = Callable[[list[str], Literal["document", "query"]], Awaitable[list[list[float]]]]


async def index_prompts(
    words: str, vectors: Vectors, embed: Embed, *, model: str, private: bool, limit: int = 20
) -> list[Hit]:
    """Return the turns nearest to `words` in meaning; new turns are embedded first and kept.

    Args:
        words: what is looked for.
        vectors: where vectors are kept.
        embed: turns texts into vectors.
        model: the name that vectors are kept under.
        private: whether private turns may be looked at: only when `embed` stays on this machine.
        limit: the most hits.

    Raises:
        ProviderError: the texts cannot be embedded; what was embedded before is kept.
    """
    missing = vectors.missing(model, _AT_ONCE, private=private)
    if missing:
        made = await embed(list(missing.values()), "document")
        vectors.add(model, dict(zip(missing, made, strict=True)))
    (asked,) = await embed([words], "query")
    return vectors.nearest(model, asked, limit, private=private)
