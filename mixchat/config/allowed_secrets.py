"""The credentials that the person lets pass for good. Only a salted hash of each is kept; nothing can be read from it."""

import hashlib
import os
import time
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import Struct, structs

from mixchat.config.file_writer import FileWriter
from mixchat.domain.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

_COST: Final = 2**12
"""Of scrypt: some ten milliseconds a guess, so that a short password cannot be tried out from its hash."""


_REMEMBERED: Final = 1_000
"""Hashes that are not made anew within a process."""


class AllowedSecret(Struct, frozen=True):
    """What is kept of one."""

    hash: str
    kind: str
    """What it is, such as `an OpenAI key`."""
    at: float
    """When it was allowed, in seconds since the epoch."""

    @property
    def id(self) -> str:
        """What it is called when it is to be forgotten."""
        return self.hash[:10]


class _File(Struct, frozen=True):
    salt: str = ""
    secrets: tuple[AllowedSecret, ...] = ()


class AllowedSecrets:
    """Remembers which credentials are no reason to stop a prompt; kept in the data directory."""

    def __init__(self, data: "Path", files: FileWriter | None = None) -> None:
        """Read nothing yet.

        Args:
            data: the directory.
            files: writes the file; left out, it is written at once.
        """
        self._path = data / "allowed-secrets.json"
        self._files = files or FileWriter()
        self._seen: tuple[int, int, int] | None = None
        self._kept = _File()
        self._hashes: dict[str, str] = {}
        """What was hashed before in this process."""

    def __call__(self, value: str) -> bool:
        """Return whether the credential may pass."""
        kept = self._read()
        return bool(kept.secrets) and self._hash(value, kept.salt) in {each.hash for each in kept.secrets}

    def list(self) -> tuple[AllowedSecret, ...]:
        """Return those that are allowed, the oldest first."""
        return self._read().secrets

    def allow(self, value: str, kind: str) -> None:
        """Let a credential pass from now on.

        Raises:
            ConfigError: it cannot be written down.
        """
        if self(value):
            return
        salt, now = os.urandom(16).hex(), time.time()

        def edited(text: str | None) -> str:
            kept = _decoded(text)
            fresh = AllowedSecret(_hash(value, kept.salt or salt), kind, now)
            others = (each for each in kept.secrets if each.hash != fresh.hash)
            return _encoded(_File(kept.salt or salt, (*others, fresh)))

        self._files.change(self._path, edited)

    def remove(self, secret_id: str) -> bool:
        """Stop prompts with that credential again; return whether there was one.

        Raises:
            ConfigError: it cannot be written down.
        """

        def edited(text: str | None) -> str:
            kept = _decoded(text)
            left = tuple(each for each in kept.secrets if each.id != secret_id)
            return _encoded(structs.replace(kept, secrets=left))

        found = any(each.id == secret_id for each in self.list())
        if found:
            self._files.change(self._path, edited)
        return found

    def _hash(self, value: str, salt: str) -> str:
        known = self._hashes.get(value)
        if known is None:
            if len(self._hashes) >= _REMEMBERED:
                self._hashes.clear()
            known = self._hashes[value] = _hash(value, salt)
        return known

    def _read(self) -> _File:
        """Return the file as it is now: another window, or the command line, may have changed it."""
        try:
            if self._path in self._files.changing(self._path.parent):
                seen, kept = None, _decoded(self._files.text(self._path))
            else:
                state = self._path.stat()
                seen = (state.st_mtime_ns, state.st_ino, state.st_size)
                if seen == self._seen:
                    return self._kept
                kept = _decoded(self._files.text(self._path))
        except (OSError, ConfigError):  # nobody can read it: each is asked about again
            return _File()
        if kept.salt != self._kept.salt:
            self._hashes.clear()
        self._kept, self._seen = kept, seen
        return kept


def _decoded(text: str | None) -> _File:
    try:
        kept = msgspec.json.decode(text or "", type=_File)
        bytes.fromhex(kept.salt)
    except ValueError:
        return _File()
    return kept


def _encoded(kept: _File) -> str:
    return msgspec.json.encode(kept).decode()


def _hash(value: str, salt: str) -> str:
    raw = value.encode(errors="surrogatepass")
    return hashlib.scrypt(raw, salt=bytes.fromhex(salt), n=_COST, r=8, p=1, dklen=32).hex()
