"""The services that can be asked: where each is, what it speaks and what it is particular about."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct, structs

from mixchat.config.config import Config, ProviderConfig
from mixchat.domain.errors import ConfigError

Api = Literal["anthropic", "responses", "chat", "google", "ollama", "local", "embed"]

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class ProviderSpec(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One service, as data."""

    name: str
    label: str = ""
    """What people call it."""
    api: Api = "chat"
    base_url: str = ""
    base_url_env: str | None = None
    """The environment variable that moves it elsewhere."""
    key_env: tuple[str, ...] = ()
    """Environment variables that may hold the key, the strongest first."""
    needs_key: bool = True
    keys_page: str | None = None
    """Where a person gets a key."""
    headers: dict[str, str] = {}
    """Further headers of every request."""
    on_machine: bool = False
    """Whether a server of this kind on a loopback address keeps everything on this machine."""
    placed: bool = False
    """Whether somebody said where it is; false: `base_url` is the usual address."""
    first_token_timeout: float = 10.0
    """Seconds to wait for the first sign of life."""
    max_tokens: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    """What Chat Completions calls the limit there."""
    effort: Literal["reasoning_effort", "reasoning"] = "reasoning_effort"
    """What Chat Completions calls the effort there; `reasoning` takes a table."""
    stream_usage: bool = True
    """Whether usage has to be asked for with `stream_options`."""
    extra: dict[str, object] = {}
    """Further fields of every Chat Completions request."""
    search: dict[str, object] | None = None
    """The fields that make Chat Completions search the web there; `None`: it cannot."""
    models: tuple[str, ...] = ()
    """Models that the config names, where the server cannot be asked."""

    @property
    def loopback(self) -> bool:
        """Whether the address is this machine's own."""
        host = urlsplit(self.base_url).hostname or ""
        return host in _LOOPBACK or host.startswith("127.")

    @property
    def local(self) -> bool:
        """Whether nothing that is sent there leaves this machine."""
        return self.on_machine and (self.api == "local" or self.loopback)

    @property
    def official(self) -> bool:
        """Whether the address is the vendor's own, not a server that speaks alike."""
        host = urlsplit(self.base_url).hostname or ""
        own = {"openai": "openai.com", "anthropic": "anthropic.com", "google": "googleapis.com"}.get(
            self.name
        )
        return own is not None and (host == own or host.endswith(f".{own}"))


def built_in() -> dict[str, ProviderSpec]:
    """Return the services that mixchat knows, by name."""
    text = Path(__file__).with_name("providers.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    return {name: msgspec.convert({"name": name, **table}, ProviderSpec) for name, table in tables.items()}


def provider_specs(config: Config, environ: Mapping[str, str]) -> dict[str, ProviderSpec]:
    """Return every service by name: the built-in ones and the config's, moved by environment and config.

    Raises:
        ConfigError: an address in the environment is none.
    """
    known = {name: _moved(service, environ) for name, service in built_in().items()}
    for name, own in config.providers.items():
        known[name] = _laid_over(known.get(name), name, own, environ)
    return {name: _speaking(service, config.providers.get(name)) for name, service in known.items()}


def _moved(service: ProviderSpec, environ: Mapping[str, str]) -> ProviderSpec:
    said = environ.get(service.base_url_env or "", "").strip()
    if not said:
        return service
    url = ollama_url(said) if service.api == "ollama" else said.rstrip("/")
    if not url.startswith(("http://", "https://")):
        raise ConfigError(f'{service.base_url_env} must begin with "https://" or "http://", not "{said}".')
    return structs.replace(service, base_url=url, placed=True)


def _laid_over(
    base: ProviderSpec | None, name: str, own: ProviderConfig, environ: Mapping[str, str]
) -> ProviderSpec:
    """Return the service with the config's words on it; an address in the environment goes before the config's."""
    keyed = bool(own.key_env or own.key_command)
    if base is None:
        base = ProviderSpec(name=name, label=name, needs_key=keyed, first_token_timeout=60.0)
    moved = bool(base.base_url_env and environ.get(base.base_url_env, "").strip())
    changes: dict[str, object] = {"headers": base.headers | own.headers, "models": own.models or base.models}
    if own.base_url is not None and not moved:
        url = ollama_url(own.base_url) if base.api == "ollama" else own.base_url.rstrip("/")
        changes |= {"base_url": url, "placed": True}
    if own.local is not None:
        changes["on_machine"] = own.local
    if own.key_env is not None:
        changes["key_env"] = (own.key_env,)
    if keyed:
        changes["needs_key"] = True
    return structs.replace(base, **changes)


def _speaking(service: ProviderSpec, own: ProviderConfig | None) -> ProviderSpec:
    """Return the service with the API it speaks at its address: the config's word, else OpenAI's only at OpenAI."""
    said = own.api if own is not None else None
    if service.name == "openai" and not service.official:
        plain = structs.replace(service, api="chat", max_tokens="max_tokens", search=None)
        return structs.replace(service, api=said) if said == "responses" else plain
    return structs.replace(service, api=said) if said is not None else service


def ollama_url(host: str) -> str:
    """Return the address that `OLLAMA_HOST` means: scheme and port may be missing, `0.0.0.0` is this machine.

    Defaults as in Ollama's own envconfig: http, port 11434; 80 and 443 where a scheme is given.

    Raises:
        ConfigError: the port is no number.
    """
    text = host.strip().rstrip("/")
    scheme, mark, rest = text.partition("://")
    if not mark:
        scheme, rest = "http", text
    parts = urlsplit(f"{scheme}://{rest}")
    name = parts.hostname or "127.0.0.1"
    name = "127.0.0.1" if name in {"0.0.0.0", "::"} else name
    try:
        port = parts.port or ({"http": 80, "https": 443}.get(scheme, 11434) if mark else 11434)
    except ValueError:
        raise ConfigError(
            f'OLLAMA_HOST must be an address such as "localhost:11434", not "{host}".'
        ) from None
    name = f"[{name}]" if ":" in name else name
    return f"{scheme}://{name}:{port}{parts.path}"
