"""Keys, and where each came from. A key is found by its provider's name and goes to that provider only."""

import os
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from msgspec import Struct

from mixchat.config.child_environment import password_manager_environment
from mixchat.config.command_words import command_words
from mixchat.config.config import Config
from mixchat.config.key_ring import KeyRing
from mixchat.domain.errors import ConfigError, NeedsKey
from mixchat.domain.plain_text import one_line


def run_key_command(
    command: str,
    provider: str,
    timeout: float,
    keys: Iterable[str] = (),
    environ: Mapping[str, str] = os.environ,
) -> str:
    """Return the first line that `command` prints; it runs without a shell and without a terminal.

    Args:
        command: the program and its arguments, quoted as for a shell.
        provider: whose key it is, for the error.
        timeout: seconds after which the program is ended.
        keys: the variables that hold keys of models, which it is not given.
        environ: the environment, all else of which it is given.

    Raises:
        NeedsKey: the command failed, was too slow or printed nothing.
    """
    name = f"The key_command of {provider}"
    try:
        words = command_words(command)
    except ValueError as error:
        raise NeedsKey(f"{name} cannot be read ({str(error).lower()}); check its quotes.") from None
    if not words:
        raise NeedsKey(f"{name} is empty; write the command that prints the key.")
    try:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            env=password_manager_environment(keys, environ),
            check=False,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired:
        raise NeedsKey(f"{name} said nothing for {timeout:g} s and was ended; run it by hand.") from None
    except (OSError, ValueError) as error:
        raise NeedsKey(f'{name} cannot be run: "{words[0]}" {_reason(error)}.') from None
    if done.returncode != 0:
        said = _last_words(done.stderr)
        why = f": {said}" if said else "; run it by hand to see why."
        raise NeedsKey(f"{name} failed with exit code {done.returncode}{why}")
    lines = done.stdout.decode(errors="replace").split("\n")
    key = next((line.strip() for line in lines if line.strip()), "")
    if not key:
        raise NeedsKey(f"{name} printed nothing; run it by hand to see why.")
    return key


def _last_words(output: bytes) -> str:
    """Return the last line that a program wrote to standard error, as a sentence, without a credential that is in it."""
    lines = [one_line(line) for line in output.decode(errors="replace").splitlines()]
    last = next((line for line in reversed(lines) if line), "")
    if not last:
        return ""
    from mixchat.secrets.scan import masked

    return masked(last[:_SAID]).rstrip(".") + "."


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "was not found"
    return f"gave {(getattr(error, 'strerror', None) or str(error)).lower()}"


PATIENCE = 60.0
"""Seconds that a `key_command` may take; some ask for a fingerprint."""
_SAID: Final = 160
"""Characters of what a failing `key_command` said that are passed on."""
_HOLDS: Final = 5.0
"""Seconds for which a failure holds: a provider's other models, asked next in the same turn, would meet it again."""


class Keyed(Protocol):
    """What a service says about its key."""

    @property
    def key_env(self) -> tuple[str, ...]:
        """Environment variables that may hold it, the strongest first."""
        ...


class Credential(Struct, frozen=True):
    """A key and where it was found. The key is in no representation of this value."""

    value: str
    source: str
    """`this session`, `environment (NAME)`, `config file (key_command)` or `key ring`."""

    def __repr__(self) -> str:
        return f"Credential(source={self.source!r})"


class Credentials:
    """Finds the keys at hand: one given for this session, else in the order environment, config file, key ring."""

    def __init__(
        self,
        config: Config,
        environ: Mapping[str, str],
        provider_specs: Mapping[str, Keyed],
        ring: KeyRing | None = None,
    ) -> None:
        self._config = config
        self._environ = environ
        self._provider_specs = provider_specs
        self._ring = ring
        self._asked: dict[str, Credential | None] = {}
        self._given: dict[str, str] = {}
        self._failed: dict[str, tuple[float, NeedsKey]] = {}
        """By provider: when a command or the key ring failed, and how."""
        self._lock = threading.Lock()

    def source(self, provider: str) -> str | None:
        """Return where the provider's key would come from; runs no command and opens no key ring."""
        if provider in self._given:
            return "this session"
        if name := self._variable(provider):
            return f"environment ({name})"
        own = self._config.providers.get(provider)
        if own is not None and own.key_command:
            return "config file (key_command)"
        if self._ring is not None and provider in self._ring.names():
            return "key ring"
        return None

    def has(self, provider: str) -> bool:
        """Return whether a key is at hand; runs no command and opens no key ring."""
        return self.source(provider) is not None

    def find(self, provider: str) -> Credential | None:
        """Return the provider's key, or `None` when nobody has one.

        The first call may block, up to a minute, on a `key_command` or a locked key ring; the answer is
        kept until `forget`.

        Raises:
            NeedsKey: a key should be there, but the command failed or the key ring is closed.
        """
        if given := self._given.get(provider):
            return Credential(given, "this session")
        if name := self._variable(provider):
            return Credential(_usable(self._environ[name], provider, name), f"environment ({name})")
        with self._lock:
            if provider not in self._asked:
                self._asked[provider] = self._ask_once(provider)
            return self._asked[provider]

    def _ask_once(self, provider: str) -> Credential | None:
        failed = self._failed.get(provider)
        if failed is not None and time.monotonic() - failed[0] < _HOLDS:
            raise NeedsKey(str(failed[1]))
        try:
            return self._ask(provider)
        except NeedsKey as error:
            self._failed[provider] = time.monotonic(), error
            raise

    def use(self, provider: str, key: str) -> None:
        """Use a key for as long as this process runs, before every other; it is kept nowhere.

        Raises:
            NeedsKey: it holds what no key holds.
        """
        self._given[provider] = _usable(key, provider, "this session")

    def forget(self, provider: str) -> None:
        """Ask again the next time: a key was added or removed."""
        with self._lock:
            self._asked.pop(provider, None)
            self._failed.pop(provider, None)

    def variables(self, provider: str) -> tuple[str, ...]:
        """Return the environment variables that may hold the provider's key, the strongest first."""
        own = self._config.providers.get(provider)
        if own is not None and own.key_env:
            return (own.key_env,)
        service = self._provider_specs.get(provider)
        return service.key_env if service is not None else ()

    def _variable(self, provider: str) -> str | None:
        return next((name for name in self.variables(provider) if self._environ.get(name, "").strip()), None)

    def _ask(self, provider: str) -> Credential | None:
        source = self.source(provider)
        if source is None:
            return None
        own = self._config.providers.get(provider)
        if own is not None and own.key_command:
            keys = [name for known in self._provider_specs for name in self.variables(known)]
            said = run_key_command(own.key_command, provider, PATIENCE, keys, self._environ)
            return Credential(_usable(said, provider), source)
        return self._from_ring(provider)

    def _from_ring(self, provider: str) -> Credential | None:
        if self._ring is None:
            return None
        try:
            key = self._ring.get(provider, next(iter(self.variables(provider)), ""))
        except ConfigError as error:
            raise NeedsKey(str(error)) from None
        return Credential(_usable(key, provider, "the key ring"), "key ring") if key else None


def _usable(key: str, provider: str, source: str = "the key_command") -> str:
    """Return the key without the space around it.

    Raises:
        NeedsKey: it holds what no key holds, and what no header may.
    """
    key = key.strip()
    if not key.isascii() or not key.isprintable() or " " in key:
        raise NeedsKey(f"The {provider} key from {source} holds characters that no key has; copy it again.")
    return key
