"""The list of models that servers speaking OpenAI's API give."""

from collections.abc import AsyncIterable
from datetime import date
from typing import Final, cast

from mixchat.providers.reading import Event, count, table
from mixchat.words.model import ModelCard, ModelRef

_WINDOWS: Final = ("context_length", "context_window", "max_model_len", "max_context_length")
"""What OpenRouter and Together, Groq, vLLM, and Mistral call it."""


async def listed(provider: str, models: AsyncIterable[Event]) -> tuple[ModelCard, ...]:
    """Return a card for each model; what servers add to OpenAI's fields is read where it is there."""
    return tuple([_card(provider, model) async for model in models])


def _card(provider: str, model: Event) -> ModelCard:
    shutdown = getattr(model, "shutdown_date", None)
    window = next((size for name in _WINDOWS if (size := count(getattr(model, name, None)))), None)
    architecture = getattr(model, "architecture", None)
    inputs = table(architecture).get("input_modalities")
    name = getattr(model, "name", None)
    return ModelCard(
        ref=ModelRef(provider, model.id),
        name=name if isinstance(name, str) else None,
        context_window=window,
        images="image" in cast("list[object]", inputs) if isinstance(inputs, list) else None,
        retires=date.fromisoformat(shutdown[:10]) if isinstance(shutdown, str) and shutdown else None,
    )
