"""What is asked of a model: plain neutral text that any provider can be sent."""

from typing import Literal

from msgspec import Struct

from mixchat.domain.model import Effort, ModelRef

MediaType = Literal["image/png", "image/jpeg", "image/webp", "image/gif", "application/pdf", "text/plain"]


class FileLimits(Struct, frozen=True):
    """How large the files of one message may be at a provider, in bytes of Base64; `None`: nobody said."""

    image: int | None = None
    """One picture."""
    together: int | None = None
    """All pictures and PDFs."""


class Attachment(Struct, frozen=True):
    """A file that goes with a message; a text file's content is in `data`, too."""

    name: str
    media_type: MediaType
    data: bytes

    @property
    def size(self) -> int:
        """Its bytes."""
        return len(self.data)

    @property
    def is_image(self) -> bool:
        """Whether a model needs eyes for it."""
        return self.media_type.startswith("image/")


class Message(Struct, frozen=True):
    """One side's words. Thinking is never replayed, so there is no place for it here."""

    role: Literal["user", "assistant"]
    text: str
    attachments: tuple[Attachment, ...] = ()
    private: bool = False
    """It belongs to a private turn: it is left out of what is sent off this machine."""
    given: bool = False
    """It came from a program that says a model wrote it; nobody here saw that."""


class ModelRequest(Struct, frozen=True, kw_only=True):
    """One call to one model. `None` leaves a setting to the provider's default."""

    ref: ModelRef
    messages: tuple[Message, ...]
    system: str | None = None
    effort: Effort | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    search: bool = False
    conversation: str | None = None
    """The same for every request of a chat, so that a provider can look for its beginning in the same cache."""
    long_cache: bool = False
    """Whether the provider is asked to keep what it reads for an hour rather than for minutes."""
