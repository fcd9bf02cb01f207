"""llama.cpp's own server, from its package: list, stream, cost, cancel, errors, fail-over."""

import asyncio
import json
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from mixchat.config.config import Config
from mixchat.config.paths import Paths
from mixchat.providers.local.provider import LocalProvider
from mixchat.providers.local.server_process import ServerAddress
from tests.servers.processes import mixchat

pytestmark = [pytest.mark.servers, pytest.mark.model, pytest.mark.timeout(300)]


@pytest.fixture
async def server(tmp_path: Path, weights: Path) -> AsyncGenerator[ServerAddress]:
    local = LocalProvider(
        Paths(tmp_path / "c", tmp_path / "d", tmp_path / "l"), Config(local={"tiny": str(weights)})
    )
    await asyncio.to_thread(local.engine.start, local.fitting("tiny"), 2048, 1)
    assert local.engine.address is not None
    yield local.engine.address
    await asyncio.to_thread(local.engine.stop)


async def test_the_shell_lists_it_asks_it_and_falls_over_to_it(server: ServerAddress, tmp_path: Path) -> None:
    config = tmp_path / "config"
    (config / "stacks").mkdir(parents=True)
    (config / "config.toml").write_text(
        f'stack = "mine"\n[providers.llamacpp]\nbase_url = "{server.url}/v1"\n'
        '[providers.gone]\nbase_url = "http://127.0.0.1:9/v1"\n'
    )
    (config / "stacks" / "mine.toml").write_text(
        'name = "mine"\ndescription = "d"\n[roles.daily-driver]\nmodels = ["gone/x", { model = "llamacpp/tiny", max_tokens = 16 }]\n'
    )
    keyed = {"LLAMACPP_API_KEY": server.token}
    code, out, err = await mixchat("models", "--json", "--refresh", folder=tmp_path, **keyed)
    assert code == 0, err
    assert "llamacpp/" in out
    code, out, err = await mixchat("ask", "--json", "Say hello.", folder=tmp_path, **keyed)
    assert code == 0, err
    last = json.loads(out.splitlines()[-1])
    assert (last["type"], last["model"]) == ("finished", "llamacpp/tiny")
    assert last["cost_usd"] == "0"
    assert last["usage"]["input"]
    assert last["usage"]["output"] <= 16


async def test_its_errors_and_its_cancelling_are_the_adapters(server: ServerAddress) -> None:
    from mixchat.domain.errors import NeedsKey, TooLong
    from tests.providers.test_llamacpp_server import adapter, heard

    provider, connections = adapter(server, server.token)
    stranger, others = adapter(server, "wrong")
    with pytest.raises(TooLong):
        await heard(provider, "word " * 4000)
    with pytest.raises(NeedsKey):
        await heard(stranger, "Hello?")
    request_events = heard(provider, "Count to a thousand.", limit=800)
    task = asyncio.create_task(request_events)
    await asyncio.sleep(1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await heard(provider, "Hello?", limit=4)
    await connections.aclose()
    await others.aclose()
