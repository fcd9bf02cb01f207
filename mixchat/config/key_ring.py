"""Keys in the system's key ring.

A list beside the config file names the providers that have one, so that starting mixchat asks the key
ring (and imports it) only when there is something in it.
"""

from typing import Protocol, cast

from mixchat.config.atomic import write_atomically
from mixchat.config.paths import Paths
from mixchat.domain.errors import ConfigError

SERVICE = "mixchat"


class Backend(Protocol):
    """What is used of a key ring; the library's own class does not say its types."""

    priority: float

    def get_password(self, service: str, username: str) -> str | None:
        """Return what is kept."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep it."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Forget it."""
        ...


class KeyRing:
    """The keys that mixchat keeps in the system's key ring, one a provider."""

    def __init__(self, paths: Paths) -> None:
        self._list = paths.ring_list

    def names(self) -> tuple[str, ...]:
        """Return the providers that have a key here. Does not open the key ring."""
        try:
            lines = self._list.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return ()
        return tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))

    def get(self, provider: str, variable: str = "") -> str | None:
        """Return the provider's key. May block while the person unlocks the key ring.

        Args:
            provider: whose key it is.
            variable: the environment variable to offer when the key ring cannot be used.

        Raises:
            ConfigError: the key ring cannot be opened.
        """
        try:
            return _backend(variable).get_password(SERVICE, provider)
        except Exception as error:  # noqa: BLE001 - a backend raises what its own service raises
            raise _closed(error, variable) from None

    def set(self, provider: str, key: str, variable: str = "") -> None:
        """Keep `key` for `provider`, in place of one that was there.

        Args:
            provider: whose key it is.
            key: the key.
            variable: the environment variable to offer when the key ring cannot be used.

        Raises:
            ConfigError: the key ring cannot be opened, or the list beside the config not written.
        """
        try:
            _backend(variable).set_password(SERVICE, provider, key)
        except Exception as error:  # noqa: BLE001 - a backend raises what its own service raises
            raise _closed(error, variable) from None
        write_atomically(self._list, "".join(f"{name}\n" for name in sorted({*self.names(), provider})))

    def remove(self, provider: str) -> bool:
        """Forget the provider's key; return whether there was one.

        Raises:
            ConfigError: the key ring cannot be opened, or the list beside the config not written.
        """
        from keyring.errors import PasswordDeleteError

        listed = provider in self.names()
        try:
            _backend().delete_password(SERVICE, provider)
        except PasswordDeleteError:
            found = False
        except Exception as error:  # noqa: BLE001 - a backend raises what its own service raises
            raise _closed(error) from None
        else:
            found = True
        if listed:
            write_atomically(self._list, "".join(f"{name}\n" for name in self.names() if name != provider))
        return found or listed


def _backend(variable: str = "") -> Backend:
    """Return the system's key ring.

    Raises:
        ConfigError: there is none that keeps a secret.
    """
    import keyring

    backend = cast("Backend", keyring.get_keyring())
    if backend.priority < 1:  # the fallbacks that keep nothing, or keep it in a plain file
        raise _closed("there is none", variable)
    return backend


def _closed(reason: object, variable: str = "") -> ConfigError:
    from keyring.errors import KeyringError

    if isinstance(reason, ConfigError):  # it was said before what is wrong
        return reason
    # What a backend's own exceptions say may hold what was to be kept.
    said = reason if isinstance(reason, str | KeyringError) else type(reason).__name__
    words = " ".join(str(said).split()).rstrip(".") or "it is locked"
    instead = variable or "the provider's environment variable, such as OPENAI_API_KEY,"
    return ConfigError(f"The system's key ring cannot be used ({words[:120]}); set {instead} instead.")
