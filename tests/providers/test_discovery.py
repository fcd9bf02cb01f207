"""Servers on this machine that nobody named, at addresses where such servers usually are."""

import asyncio
import socket
import time
from pathlib import Path

import pytest
from msgspec import structs

from mixchat.config.catalog import Catalog
from mixchat.config.config import Config
from mixchat.config.credentials import Credentials
from mixchat.config.paths import Paths
from mixchat.config.provider_specs import ProviderSpec, built_in
from mixchat.domain.provider import Provider
from mixchat.providers.discovery import accepts, discover
from mixchat.providers.registry import Registry
from tests.wires.script import Web
from tests.wires.server import Wires

LISTING = Web('{"object": "list", "data": [{"id": "qwen3-8b"}]}', content_type="application/json")


def _no_local() -> Provider:
    raise AssertionError("the local engine is no server")


def machine(tmp_path: Path, wires: Wires, usual: str) -> tuple[list[ProviderSpec], Catalog, Registry]:
    """Return a machine on which LM Studio's usual address is `usual`, and nobody listens anywhere else."""
    known = {
        name: structs.replace(spec, base_url=f"{wires.refused_url}/v1") for name, spec in built_in().items()
    }
    known["lmstudio"] = structs.replace(known["lmstudio"], base_url=f"{usual}/v1")
    catalog = Catalog(Paths(tmp_path, tmp_path, tmp_path), Config())
    providers = Registry(known, Credentials(Config(), {}, known), catalog.card, _no_local)
    return list(known.values()), catalog, providers


async def test_a_server_at_its_usual_address_is_found_and_remembered(tmp_path: Path):
    async with Wires() as wires:
        wires.script("_listing", LISTING)
        specs, catalog, providers = machine(tmp_path, wires, wires.url)
        assert not await discover(specs, catalog, providers)
        assert catalog.listed("lmstudio") == ()
        assert await discover(specs, catalog, providers, unnamed=True)
        assert [card.ref.model for card in catalog.listed("lmstudio")] == ["qwen3-8b"]
        assert not await discover(specs, catalog, providers, unnamed=True)
        await providers.aclose()


async def test_what_listens_there_and_is_no_model_server_is_nothing(tmp_path: Path):
    async with Wires() as wires:
        wires.script("_listing", Web("<p>my blog"))
        specs, catalog, providers = machine(tmp_path, wires, wires.url)
        assert not await discover(specs, catalog, providers, unnamed=True)
        assert catalog.listed("lmstudio") == ()
        await providers.aclose()


async def test_a_server_without_a_model_is_asked_again(tmp_path: Path):
    async with Wires() as wires:
        wires.script("_listing", Web('{"data": []}', content_type="application/json"))
        specs, catalog, providers = machine(tmp_path, wires, wires.url)
        assert not await discover(specs, catalog, providers, unnamed=True)
        wires.script("_listing", LISTING)
        assert await discover(specs, catalog, providers, unnamed=True)
        await providers.aclose()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_server_is_there_however_busy_this_program_is(host: str):
    """What takes the loop for a second at the start is no reason to say that nothing runs."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        asked = asyncio.create_task(accepts(f"http://{host}:{port}/v1"))
        for _ in range(3):
            asyncio.get_running_loop().call_soon(time.sleep, 0.7)
            await asyncio.sleep(0)
        assert await asked
    assert not await accepts(f"http://{host}:{port}/v1")
    assert not await accepts("http://127.0.0.1:99999/v1")
