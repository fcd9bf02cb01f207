"""Which directory profiles the person has looked at: by their content, so that a changed one is asked about again."""

import hashlib
from pathlib import Path
from typing import Final, Literal

import msgspec

from mixchat.config.atomic import write_atomically

Answer = Literal["yes", "no"]
_MOST: Final = 500
"""Answers that are kept; the oldest go."""


class Trust:
    """Remembers what the person said about a profile; kept in the data directory."""

    def __init__(self, data: Path) -> None:
        self._path = data / "trusted.json"

    def said(self, profile: Path, text: str) -> Answer | None:
        """Return what was said about this content at this place, or `None` if nobody was asked."""
        return self._read().get(_key(profile, text))

    def say(self, profile: Path, text: str, answer: Answer) -> None:
        """Remember the answer.

        Raises:
            ConfigError: it cannot be written.
        """
        answers = self._read()
        answers[_key(profile, text)] = answer
        kept = dict(list(answers.items())[-_MOST:])
        write_atomically(self._path, msgspec.json.encode(kept).decode())

    def _read(self) -> dict[str, Answer]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, Answer])
        except (OSError, msgspec.MsgspecError):
            return {}


def _key(profile: Path, text: str) -> str:
    return hashlib.sha256(f"{profile.absolute()}\0{text}".encode(errors="replace")).hexdigest()
