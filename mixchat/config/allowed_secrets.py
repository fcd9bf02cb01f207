"""The credentials that the person lets pass for good. Only a salted hash of each is kept; nothing can be read from it."""

import hashlib
import os
import time
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import Struct, structs

from mixchat.config.atomic import write_atomically

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

    def __init__(self, data: "Path") -> None:
        self._path = data / "allowed-secrets.json"
        self._seen: tuple[int, int] | None = None
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
        kept = self._read()
        salt = kept.salt or os.urandom(16).hex()
        fresh = AllowedSecret(self._hash(value, salt), kind, time.time())
        self._write(_File(salt, (*kept.secrets, fresh)))

    def remove(self, secret_id: str) -> bool:
        """Stop prompts with that credential again; return whether there was one.

        Raises:
            ConfigError: it cannot be written down.
        """
        kept = self._read()
        left = tuple(each for each in kept.secrets if each.id != secret_id)
        if len(left) == len(kept.secrets):
            return False
        self._write(structs.replace(kept, secrets=left))
        return True

    def _hash(self, value: str, salt: str) -> str:
        known = self._hashes.get(value)
        if known is None:
            if len(self._hashes) >= _REMEMBERED:
                self._hashes.clear()
            raw = value.encode(errors="surrogatepass")
            known = hashlib.scrypt(raw, salt=bytes.fromhex(salt), n=_COST, r=8, p=1, dklen=32).hex()
            self._hashes[value] = known
        return known

    def _write(self, kept: _File) -> None:
        write_atomically(self._path, msgspec.json.encode(kept).decode())
        self._seen = None

    def _read(self) -> _File:
        """Return the file as it is now: another window, or the command line, may have changed it."""
        try:
            state = self._path.stat()
            if self._seen != (state.st_mtime_ns, state.st_size):
                kept = msgspec.json.decode(self._path.read_bytes(), type=_File)
                bytes.fromhex(kept.salt)
                if kept.salt != self._kept.salt:
                    self._hashes.clear()
                self._kept, self._seen = kept, (state.st_mtime_ns, state.st_size)
        except (OSError, ValueError):  # nobody can read it: each is asked about again
            return _File()
        return self._kept
