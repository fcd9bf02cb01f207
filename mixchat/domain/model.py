"""Which model: its reference, and what is known about it."""

from datetime import date
from typing import Literal, Self

from msgspec import Struct

Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]


class ModelRef(Struct, frozen=True, order=True):
    """A model at a provider, written `provider/model`; the first slash splits."""

    provider: str
    model: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the reference that `text` writes; the inverse of `str`.

        Raises:
            ValueError: when either side of the first slash is empty.
        """
        provider, slash, model = text.strip().partition("/")
        if not (provider and slash and model):
            raise ValueError(f"{text!r} is not a model reference; write provider/model")
        return cls(provider, model)

    def __str__(self) -> str:
        return f"{self.provider}/{self.model}"


class ModelCard(Struct, frozen=True, kw_only=True):
    """What is known about one model; `None` means nobody said."""

    ref: ModelRef
    name: str | None = None
    context_window: int | None = None
    """Tokens that prompt and reply may fill together."""
    max_output: int | None = None
    images: bool | None = None
    pdfs: bool | None = None
    thinks: bool | None = None
    silent: bool | None = None
    """Whether it may think for a minute without a sign of life; it is waited for longer."""
    search: bool | None = None
    """Whether the provider can ground the reply in a web search."""
    temperature: bool | None = None
    """Whether a sampling temperature is accepted."""
    efforts: tuple[Effort, ...] | None = None
    retires: date | None = None
    successor: ModelRef | None = None
    size_bytes: int | None = None
    """The size on this machine's disk, of a local model."""
