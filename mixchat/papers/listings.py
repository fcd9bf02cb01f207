"""The models that each provider listed when it was last asked, one small file a provider."""

from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from mixchat.papers.disk import write_atomically
from mixchat.words.error import ConfigError
from mixchat.words.model import ModelCard


class Listing(Struct, frozen=True):
    """A provider's models, and when it named them."""

    asked: float
    """Seconds since the epoch, UTC."""
    cards: tuple[ModelCard, ...]


class Listings:
    """Keeps listings in a directory. A file that is missing or damaged is as good as none."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, Listing | None] = {}

    def get(self, provider: str) -> Listing | None:
        """Return the provider's last listing."""
        if provider not in self._read:
            self._read[provider] = self._load(provider)
        return self._read[provider]

    def keep(self, provider: str, listing: Listing) -> None:
        """Put a listing in place of the one before; where nothing can be written it holds for this run."""
        self._read[provider] = listing
        with suppress(ConfigError):
            write_atomically(self._path(provider), msgspec.json.encode(listing).decode())

    def _load(self, provider: str) -> Listing | None:
        try:
            return msgspec.json.decode(self._path(provider).read_bytes(), type=Listing)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return None

    def _path(self, provider: str) -> Path:
        return self._folder / f"{provider}.json"
