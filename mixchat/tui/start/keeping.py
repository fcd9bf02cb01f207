"""Testing a provider's key, and keeping it in the system key ring."""

from typing import TYPE_CHECKING

from mixchat.words.error import ConfigError, NeedsKey, ProviderError

if TYPE_CHECKING:
    from mixchat.house import House


class Keeping:
    """Tries a key on its provider before it is kept. The key is in no message and no file."""

    def __init__(self, house: "House") -> None:
        self._house = house

    def providers(self) -> list[str]:
        """Return the providers that take a key."""
        return [name for name, service in self._house.services.items() if service.needs_key]

    async def keep(self, provider: str, key: str) -> str:
        """Test the key and keep it; return what came of it, in a sentence.

        Raises:
            NeedsKey: the provider does not take the key; nothing is kept.
            ConfigError: the key is good, but there is no key ring to keep it in.
        """
        tested = await self._test(provider, key.strip())
        self._house.key_ring.set(provider, key.strip())
        self._house.providers.forget(provider)
        label = self._house.services[provider].label or provider
        return f"{label} {tested}; the key is kept in the system key ring."

    async def _test(self, provider: str, key: str) -> str:
        from mixchat.papers.credentials import Credentials
        from mixchat.providers.registry import build_providers

        house = self._house
        variable = next(iter(house.credentials.variables(provider)), "")
        if not variable:
            raise ConfigError(f"{provider} says no environment variable for its key; set one in the config.")
        environ = {**house.environ, variable: key}
        credentials = Credentials(house.config, environ, house.services)
        trial = build_providers(house.config, environ, credentials, house.catalog.card, house.paths)
        try:
            models = await trial.get(provider).models()
        except NeedsKey:
            raise
        except ProviderError as error:
            return f"could not be asked ({error.message})"
        finally:
            await trial.aclose()
        return f"takes it and has {len(models)} models"
