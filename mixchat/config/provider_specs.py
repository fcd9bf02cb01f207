"""The services that can be asked: where each is, what it speaks and what it is particular about."""

import ipaddress
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import msgspec
from msgspec import Struct, structs

from mixchat.config.config import Api as ServerApi
from mixchat.config.config import Config, ProviderConfig

Api = Literal[ServerApi, "local", "embed"]


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
    largest_image: int | None = None
    """Bytes of Base64 that one picture may have there; `None`: nobody said."""
    largest_files: int | None = None
    """Bytes of Base64 that the pictures and PDFs of a message may have there together; `None`: nobody said."""
    models: tuple[str, ...] = ()
    """Models that the config names, where the server cannot be asked."""
    own: bool = False
    """Whether the config made it up: a server of one's own, not a service that mixchat knows."""
    problem: str = ""
    """Why it cannot be asked at all: a setting of its own that is none. The others are not touched by it."""

    @property
    def loopback(self) -> bool:
        """Whether the address is this machine's own."""
        return is_loopback(_host(self.base_url))

    @property
    def root(self) -> str:
        """The address without its query."""
        parts = urlsplit(self.base_url)
        return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))

    @property
    def query(self) -> dict[str, str]:
        """What every request has behind the question mark, such as Azure's `api-version`."""
        return dict(parse_qsl(urlsplit(self.base_url).query, keep_blank_values=True))

    def url(self, path: str) -> str:
        """Return the address of `path`, which begins with a slash, with the query behind it."""
        query = urlsplit(self.base_url).query
        return f"{self.root}{path}{'?' if query else ''}{query}"

    @property
    def local(self) -> bool:
        """Whether nothing that is sent there leaves this machine."""
        return self.on_machine and (self.api == "local" or self.loopback)

    @property
    def needs_network(self) -> bool:
        """Whether its silence may be the network's: a server of one's own on this machine is just not running."""
        return not self.local and not (self.own and self.loopback)

    @property
    def official(self) -> bool:
        """Whether the address is the vendor's own, not a server that speaks alike."""
        host = _host(self.base_url)
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

    An address that is none makes its own provider unusable, with the reason in `problem`, and no other.
    """
    known = {name: _moved(service, environ) for name, service in built_in().items()}
    for name, own in config.providers.items():
        known[name] = _laid_over(known.get(name), name, own, environ)
    return {
        name: _timed(_speaking(service, config.providers.get(name)), name, config)
        for name, service in known.items()
    }


def _timed(service: ProviderSpec, name: str, config: Config) -> ProviderSpec:
    """Return the service with the patience that the config has for it, or for all."""
    own = config.providers.get(name)
    seconds = (own.first_token if own else None) or config.router.first_token
    return service if seconds is None else structs.replace(service, first_token_timeout=seconds)


def _moved(service: ProviderSpec, environ: Mapping[str, str]) -> ProviderSpec:
    said = unquoted(environ.get(service.base_url_env or "", ""))
    if not said:
        return service
    url = ollama_url(said) if service.api == "ollama" else without_slash(said)
    if not url.startswith(("http://", "https://")) or not _host(url):
        shown = said if "@" not in said else said.rpartition("@")[2]
        words = f'{service.base_url_env} must be an address that begins with "https://" or "http://", not "{shown[:80]}".'
        return structs.replace(service, base_url="", placed=True, problem=words)
    return structs.replace(service, base_url=url, placed=True)


def _laid_over(
    base: ProviderSpec | None, name: str, own: ProviderConfig, environ: Mapping[str, str]
) -> ProviderSpec:
    """Return the service with the config's words on it; an address in the environment goes before the config's."""
    keyed = bool(own.key_env or own.key_command)
    if base is None:
        base = ProviderSpec(name=name, label=name, needs_key=keyed, first_token_timeout=60.0, own=True)
    moved = bool(base.base_url_env and environ.get(base.base_url_env, "").strip())
    changes: dict[str, object] = {"headers": base.headers | own.headers, "models": own.models or base.models}
    if own.base_url is not None and not moved:
        url = ollama_url(own.base_url) if base.api == "ollama" else without_slash(own.base_url.strip())
        changes |= {"base_url": url, "placed": True, "problem": ""}
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


def unquoted(said: str) -> str:
    """Return the value of a variable without the quotes that a file or a service manager left around it."""
    return said.strip().strip("\"'").strip()


def without_slash(url: str) -> str:
    """Return an address without the slash at the end of its path; its query stays as it is."""
    path, mark, query = url.partition("?")
    return f"{path.rstrip('/')}{mark}{query}"


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine: nothing that is sent there leaves it, or needs a proxy."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost":
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def ollama_url(host: str) -> str:
    """Return the address that `OLLAMA_HOST` means, read as Ollama's own `envconfig.Host` reads it.

    Quotes are taken off; scheme and port may be missing (80 and 443 where a scheme is given, else 11434); a port that is
    none is the usual one; and `0.0.0.0`, where a server listens, is this machine for a client.
    """
    text = unquoted(host)
    scheme, mark, rest = text.partition("://")
    if not mark:
        scheme, rest = "http", text
        if text == "ollama.com":
            scheme, rest = "https", "ollama.com:443"
    usual = {"http": "80", "https": "443"}.get(scheme, "11434") if mark else "11434"
    where, slash, path = rest.partition("/")
    user, at, where = where.rpartition("@")
    name, port = _split_port(where)
    if not (port.isascii() and port.isdigit() and int(port) <= 65535):
        port = usual
    name = name.strip("[]") or "127.0.0.1"
    name = "127.0.0.1" if name in {"0.0.0.0", "::"} else name
    name = f"[{name}]" if ":" in name else name
    return f"{scheme}://{user}{at}{name}:{port}{without_slash(slash + path)}"


def _split_port(where: str) -> tuple[str, str]:
    """Return host and port; a bare IPv6 address has colons and no port."""
    if where.startswith("["):
        inside, _, behind = where[1:].partition("]")
        return inside, behind.removeprefix(":")
    if where.count(":") > 1:
        return where, ""
    name, _, port = where.partition(":")
    return name, port
