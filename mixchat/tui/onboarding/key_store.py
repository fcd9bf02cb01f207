"""Keeps a key that was pasted in: whose it is, whether it is good, and where it is put."""

import asyncio
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from mixchat.domain.errors import ConfigError, NeedsKey, ProviderError

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime


class KeptKey(Struct, frozen=True):
    """What came of a key that its provider takes."""

    sentence: str
    outranked: bool = False
    """Whether it is kept but not used, since another one goes before it."""
    passing: bool = False
    """Whether it is used now and not kept."""


class KeyStore:
    """Tries a key on its provider before it is kept. The key is in no message and no file."""

    def __init__(self, runtime: "Runtime") -> None:
        self._runtime = runtime

    def providers(self) -> list[str]:
        """Return the providers that take a key."""
        return [name for name, service in self._runtime.settings.provider_specs.items() if service.needs_key]

    async def keep(self, provider: str, key: str) -> KeptKey:
        """Test the key and keep it; without a key ring, use it for this session.

        Raises:
            NeedsKey: the provider does not take the key; nothing is kept.
        """
        key = key.strip()
        settings = self._runtime.settings
        label = settings.provider_specs[provider].label or provider
        tested = f"{label} {await self._test(provider, key)}"
        variable = next(iter(settings.credentials.variables(provider)), "")
        try:
            await asyncio.to_thread(settings.key_ring.set, provider, key, variable)
        except ConfigError as error:
            self.use(provider, key)
            return KeptKey(f"{tested}. The key is used until mixchat is closed. {error}", passing=True)
        self._renew(provider)
        if (stronger := self._stronger(provider, key)) is None:
            return KeptKey(f"{tested}. The key is kept in the system key ring.")
        said = (
            f"{tested}. The key is kept in the system key ring, but the one in the {stronger} goes before it."
        )
        return KeptKey(said, outranked=True)

    def use(self, provider: str, key: str) -> None:
        """Use the key until mixchat is closed, whatever else there is."""
        self._runtime.settings.credentials.use(provider, key.strip())
        self._renew(provider)

    def _renew(self, provider: str) -> None:
        self._runtime.settings.providers.forget(provider)
        self._runtime.routing.health.forgive(provider)

    def _stronger(self, provider: str, key: str) -> str | None:
        """Return where another key is that goes before the key ring's; a `key_command` is not run for that."""
        credentials = self._runtime.settings.credentials
        source = credentials.source(provider)
        if source is None or source == "key ring":
            return None
        if source.startswith("environment") or source == "this session":
            with suppress(NeedsKey):
                found = credentials.find(provider)
                if found is not None and found.value == key:
                    return None
        return source

    async def _test(self, provider: str, key: str) -> str:
        from mixchat.config.credentials import Credentials
        from mixchat.providers.registry import build_providers

        runtime = self._runtime
        environ = runtime.settings.environ
        credentials = Credentials(runtime.settings.config, environ, runtime.settings.provider_specs)
        credentials.use(provider, key)
        trial = build_providers(
            runtime.settings.config,
            environ,
            credentials,
            runtime.settings.catalog.card,
            runtime.settings.paths,
        )
        try:
            models = await trial.get(provider).models()
        except NeedsKey as error:
            raise _of_pasted(error) from error
        except ProviderError as error:
            return f"could not be asked to test it: {error.message.rstrip('.')}"
        finally:
            await trial.aclose()
        return f"accepts it: {len(models)} model{'' if len(models) == 1 else 's'}"


def _of_pasted(refused: NeedsKey) -> NeedsKey:
    """Return the refusal of a key that stands in a field: not the variable or the key ring is to be corrected."""
    said, _, advice = refused.message.rpartition("; ")
    return NeedsKey(f"{said}; paste another one.") if "`mixchat keys set" in advice else refused


_SHAPES: Final = (
    (r"sk-ant-[\w-]{20,}", "anthropic"),
    (r"sk-or-[\w-]{20,}", "openrouter"),
    (r"AIza[\w-]{30,}", "google"),
    (r"gsk_\w{20,}", "groq"),
    (r"xai-\w{20,}", "xai"),
    (r"sk-(?:proj-|svcacct-)?[\w-]{20,}", "openai"),
)
"""How keys look, the more particular first."""


def provider_of(key: str) -> str | None:
    """Return whose key this looks like, or `None`."""
    text = key.strip()
    return next((provider for shape, provider in _SHAPES if re.fullmatch(shape, text)), None)
