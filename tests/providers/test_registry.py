"""Which providers are within reach, what they are given, and what they are not."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import get_args

import pytest

from mixchat.config.config import Api, Config, ProviderConfig
from mixchat.config.credentials import Credentials
from mixchat.config.paths import Paths
from mixchat.config.provider_specs import provider_specs
from mixchat.domain.errors import NeedsKey, ProviderError, UnknownModel
from mixchat.domain.events import ProviderEvent, StreamEnd, TextDelta
from mixchat.domain.model import ModelCard, ModelRef
from mixchat.domain.provider import Liveness
from mixchat.domain.request import Message, ModelRequest
from mixchat.providers.registry import _ADAPTERS, Registry, build_providers
from tests.providers.adapters import KINDS
from tests.wires import Wires
from tests.wires.server import environment


def registry(
    environ: Mapping[str, str], config: Config | None = None, root: Path = Path("/nowhere")
) -> Registry:
    config = config or Config()
    credentials = Credentials(config, environ, provider_specs(config, environ))
    paths = Paths(root / "config", root / "data", root / "log")
    return build_providers(config, environ, credentials, lambda ref: ModelCard(ref=ref), paths)


async def reply(providers: Registry, ref: str) -> str:
    request = ModelRequest(ref=ModelRef.parse(ref), messages=(Message("user", "Hello?"),))
    async with aclosing(providers.get(request.ref.provider).stream(request)) as stream:
        events = [event async for event in stream]
    assert isinstance(events[-1], StreamEnd)
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def test_every_protocol_of_the_config_has_an_adapter_and_every_adapter_is_under_contract() -> None:
    assert {*get_args(Api)} == {*_ADAPTERS} == {*KINDS}


def test_a_key_or_a_keyless_server_makes_a_provider_reachable() -> None:
    providers = registry({"GEMINI_API_KEY": "k", "CO_API_KEY": "k"})
    assert providers.reachable("google")
    assert providers.reachable("ollama")
    assert providers.reachable("local")
    assert not providers.reachable("anthropic")
    assert not providers.reachable("cohere")
    assert not providers.reachable("nobody")


def test_a_missing_key_says_what_to_set() -> None:
    with pytest.raises(NeedsKey, match=r"set ANTHROPIC_API_KEY or run `mixchat keys set anthropic`"):
        registry({}).get("anthropic")
    with pytest.raises(UnknownModel, match=r"\[providers.nobody\]"):
        registry({}).get("nobody")


async def test_a_key_with_odd_characters_is_said_before_anything_is_sent() -> None:
    with pytest.raises(NeedsKey, match="ANTHROPIC_API_KEY"):
        await reply(registry({"ANTHROPIC_API_KEY": "sk-clé"}), "anthropic/m")


async def test_every_protocol_answers_by_the_environment_of_the_contract(wires: Wires) -> None:
    own = Config(providers={"work": ProviderConfig(base_url=f"{wires.url}/v1", key_env="WORK_KEY")})
    providers = registry({**environment(wires.url), "WORK_KEY": " work-key\n"}, own)
    for ref in ("anthropic/a", "openai/b", "google/c", "ollama/d:e", "work/f/g"):
        assert (
            await reply(providers, ref)
            == f"Hello from {ref.partition('/')[2].split(':')[0] if 'google' in ref else ref.partition('/')[2]}."
        )
    await providers.aclose()
    assert [seen.dialect for seen in wires.seen] == ["anthropic", "chat", "google", "ollama", "chat"]
    assert wires.seen[-1].headers["authorization"] == "Bearer work-key"


async def test_nothing_of_one_service_reaches_anothers_endpoint(
    wires: Wires, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = {
        "OPENAI_API_KEY": "openai-secret", "OPENAI_ORG_ID": "org-secret", "OPENAI_PROJECT_ID": "project-secret",
        "OPENAI_CUSTOM_HEADERS": "X-Custom: custom-secret", "ANTHROPIC_API_KEY": "anthropic-secret",
        "ANTHROPIC_CUSTOM_HEADERS": "X-Other: other-secret", "ANTHROPIC_AUTH_TOKEN": "token-secret",
        "GOOGLE_API_KEY": "google-secret", "GOOGLE_GENAI_USE_VERTEXAI": "true", "OPENAI_ADMIN_KEY": "admin-secret",
    }  # fmt: skip
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    own = {
        "plain": ProviderConfig(base_url=f"{wires.url}/v1"),
        "other": ProviderConfig(base_url=wires.url, api="anthropic", headers={"X-Team": "mine"}),
        "third": ProviderConfig(base_url=wires.url, api="google"),
        "fourth": ProviderConfig(base_url=f"{wires.url}/v1", api="responses"),
        "fifth": ProviderConfig(base_url=wires.url, api="ollama"),
    }
    providers = registry(secrets, Config(providers=own))
    for name in own:
        await reply(providers, f"{name}/m")
        await providers.get(name).models()
    await providers.aclose()
    assert wires.seen[2].headers["x-team"] == "mine"
    for seen in wires.seen:
        assert "secret" not in str(seen.headers), seen
        assert "openai-organization" not in seen.headers


async def test_the_first_call_loads_only_its_own_sdk(wires: Wires) -> None:
    code = """
import asyncio, sys
from tests.providers.test_registry import registry, reply
async def main():
    providers = registry({"ANTHROPIC_BASE_URL": sys.argv[1], "ANTHROPIC_API_KEY": "k"})
    assert not {"anthropic", "httpx2", "httpx", "openai"} & set(sys.modules), "too early"
    await reply(providers, "anthropic/m")
    await providers.aclose()
    assert not {"openai", "google.genai"} & set(sys.modules)
asyncio.run(main())
"""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, wires.url)
    assert await process.wait() == 0


async def test_closing_closes_what_was_used_and_what_was_given(wires: Wires) -> None:
    double = Double()
    config, environ = Config(), environment(wires.url)
    credentials = Credentials(config, environ, provider_specs(config, environ))
    paths = Paths(Path("/nowhere"), Path("/nowhere"), Path("/nowhere"))
    providers = build_providers(
        config, environ, credentials, lambda ref: ModelCard(ref=ref), paths, extra={"double": double}
    )
    assert providers.get("double") is double
    assert providers.reachable("double")
    assert providers.is_local("double")
    await providers.aclose()
    assert double.closed


class Double:
    """Stands in for a provider."""

    name = "double"
    local = True
    first_token_timeout = 1.0
    ready = True
    closed = False

    def preload(self) -> None: ...

    async def stream(
        self, request: ModelRequest, liveness: Liveness | None = None
    ) -> AsyncGenerator[ProviderEvent]:
        yield TextDelta(str(request.ref))

    async def models(self) -> tuple[ModelCard, ...]:
        return ()

    async def aclose(self) -> None:
        self.closed = True


async def test_a_changed_key_is_used_at_once(wires: Wires) -> None:
    environ = {"ANTHROPIC_BASE_URL": wires.url, "ANTHROPIC_API_KEY": "first-key"}
    providers = registry(environ)
    await reply(providers, "anthropic/m")
    environ["ANTHROPIC_API_KEY"] = "second-key"
    providers.forget("anthropic")
    await reply(providers, "anthropic/m")
    await providers.aclose()
    assert [seen.headers["authorization"][-10:] for seen in wires.seen] == [" first-key", "second-key"]


async def test_a_certificate_file_that_is_missing_is_said(
    wires: Wires, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    providers = registry(environment(wires.url))
    with pytest.raises(ProviderError, match="SSL_CERT_FILE"):
        await reply(providers, "anthropic/m")
    await providers.aclose()


async def test_a_proxy_that_is_none_is_said(wires: Wires, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "gopher://proxy.example")
    elsewhere = environment(wires.url) | {"OPENAI_BASE_URL": "https://llm.example.com/v1", "NO_PROXY": ""}
    providers = registry(elsewhere)
    with pytest.raises(ProviderError, match="proxy"):
        await reply(providers, "openai/m")
    assert await reply(providers, "ollama/m")  # loopback never goes through one
    await providers.aclose()


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_proxy_of_the_environment_is_used_for_the_rest(
    wires: Wires, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    asked: list[bytes] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.read(100))
        if scheme == "socks5":
            writer.write(b"\x05\x00")
            await reader.read(100)
            writer.write(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
            await reader.read(100)
        writer.close()

    server = await asyncio.start_server(proxy, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    monkeypatch.delenv("NO_PROXY")
    monkeypatch.setenv("HTTPS_PROXY", f"{scheme}://127.0.0.1:{port}")
    providers = registry({"ANTHROPIC_API_KEY": "k"})
    with pytest.raises(ProviderError):
        await reply(providers, "anthropic/m")
    await providers.aclose()
    server.close()
    assert asked[0].startswith(b"CONNECT api.anthropic.com:443" if scheme == "http" else b"\x05")
