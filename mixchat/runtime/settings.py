"""What is set up on this machine: config, keys, providers, stacks, and what is known of models."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mixchat.config.auto_stack import LOCAL
from mixchat.config.config import Config
from mixchat.config.file_writer import FileWriter
from mixchat.config.load import load_config
from mixchat.config.paths import Paths
from mixchat.config.private_files import mend

if TYPE_CHECKING:
    from mixchat.config.allowed_secrets import AllowedSecrets
    from mixchat.config.catalog import Catalog
    from mixchat.config.credentials import Credentials
    from mixchat.config.key_ring import KeyRing
    from mixchat.config.provider_specs import ProviderSpec
    from mixchat.config.stacks import Stacks
    from mixchat.providers.embeddings import Embeddings
    from mixchat.providers.registry import Registry


class Settings:
    """Reads each part when it is first asked for, so that nothing waits for what it does not use."""

    def __init__(self, environ: Mapping[str, str], cwd: Path | None) -> None:
        self.environ = environ
        self.paths = Paths.from_environment(environ)
        self._cwd = cwd

    @cached_property
    def config(self) -> Config:
        """The config of this directory.

        Raises:
            ConfigError: a file cannot be used.
        """
        paths = self.paths
        mend(paths.config, paths.stacks, paths.themes, paths.data, paths.log)
        return load_config(paths, self._cwd, self.environ)

    def use_config(self, config: Config) -> None:
        """Let a changed config count from now on; the stacks are read again when they are asked for."""
        self.config = config
        self.__dict__.pop("stacks", None)
        self.catalog.own_aliases = config.aliases

    @cached_property
    def files(self) -> FileWriter:
        """Writes what the person chooses, and what is learned."""
        return FileWriter()

    @cached_property
    def provider_specs(self) -> "Mapping[str, ProviderSpec]":
        """Every provider that is known, by name."""
        from mixchat.config.provider_specs import provider_specs

        return provider_specs(self.config, self.environ)

    @cached_property
    def key_ring(self) -> "KeyRing":
        """The system key ring; it is opened only for a provider that has a key in it."""
        from mixchat.config.key_ring import KeyRing

        return KeyRing(self.paths)

    @cached_property
    def credentials(self) -> "Credentials":
        """The keys at hand."""
        from mixchat.config.credentials import Credentials

        return Credentials(self.config, self.environ, self.provider_specs, self.key_ring)

    @cached_property
    def allowed_secrets(self) -> "AllowedSecrets":
        """The credentials that the person lets pass for good."""
        from mixchat.config.allowed_secrets import AllowedSecrets

        return AllowedSecrets(self.paths.data, self.files)

    @cached_property
    def catalog(self) -> "Catalog":
        """What is known of models, and their aliases."""
        from mixchat.config.catalog import Catalog

        return Catalog(self.paths, self.config, files=self.files)

    @cached_property
    def stacks(self) -> "Stacks":
        """The stacks to choose from."""
        from mixchat.config.stacks import Stacks

        return Stacks(
            self.paths,
            self.config,
            aliases=self.catalog.aliases,
            found=self._found,
            listed=lambda provider: tuple(card.ref.model for card in self.catalog.listed(provider)),
            current=self.catalog.current,
            files=self.files,
        )

    @cached_property
    def providers(self) -> "Registry":
        """The providers, each connected when it is first used."""
        from mixchat.providers.registry import build_providers

        return build_providers(self.config, self.environ, self.credentials, self.catalog.card, self.paths)

    @cached_property
    def embeddings(self) -> "Embeddings":
        """Turns texts into vectors."""
        from mixchat.providers.embeddings import Embeddings

        return Embeddings(self.provider_specs, self.credentials)

    def _found(self, provider: str) -> bool:
        """Return whether `auto` may use the provider's models."""
        if provider != LOCAL:
            return self.providers.reachable(provider)
        from mixchat.providers.local.model_store import DEFAULT_MODEL, ModelStore

        return ModelStore.of(self.paths, self.config).path(DEFAULT_MODEL).is_file()

    async def aclose(self) -> None:
        """Close the connections that were opened, and end the local model's process."""
        if "embeddings" in self.__dict__:
            await self.embeddings.aclose()
        if "providers" in self.__dict__:
            await self.providers.aclose()
