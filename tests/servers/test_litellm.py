"""A real LiteLLM proxy between us and the loopback provider: list, stream, cost, cancel, errors, fail-over."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
from msgspec import structs

from mixchat.config.provider_specs import built_in
from mixchat.domain.errors import NeedsKey, OutOfCredit, Overloaded, RateLimited, TooLong, UnknownModel
from mixchat.providers.adapter import Endpoint
from mixchat.providers.openai_chat import ChatProvider
from tests.providers.adapters import Desk
from tests.servers.processes import free_port, litellm_command, mixchat, server
from tests.wires import Reply, Status, Wires

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600), pytest.mark.asyncio(loop_scope="module")]

KEY = "sk-wire-0123456789"
CONFIG = {
    "model_list": [
        {
            "model_name": name,
            "litellm_params": {
                "model": f"openai/{name}", "api_base": "{upstream}", "api_key": "x",
                "input_cost_per_token": 0.000002, "output_cost_per_token": 0.000008,
            },
        }
        for name in ("good", "broken")
    ],
    "general_settings": {"master_key": KEY},
    "litellm_settings": {"num_retries": 0, "include_cost_in_streaming_usage": True, "telemetry": False},
    "router_settings": {"num_retries": 0, "disable_cooldowns": True},
}  # fmt: skip


class Proxy:
    """The proxy, and who stands behind it."""

    def __init__(self, upstream: Wires, port: int, folder: Path) -> None:
        self.upstream, self.url, self.folder = upstream, f"http://127.0.0.1:{port}", folder

    def desk(self, key: str = KEY) -> Desk:
        """Return the adapter of compatible servers at the proxy."""
        desk = Desk("chat", self.url)
        desk.service = structs.replace(built_in()["litellm"], base_url=f"{self.url}/v1")
        desk.provider = ChatProvider(Endpoint(desk.service, lambda: key, desk._card, desk.connections))  # pyright: ignore
        return desk


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def proxy(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Proxy]:
    folder, port = tmp_path_factory.mktemp("litellm"), free_port()
    command = await asyncio.to_thread(litellm_command)
    async with Wires() as upstream:
        config = folder / "config.yaml"
        config.write_text(json.dumps(CONFIG).replace("{upstream}", f"{upstream.url}/v1"))
        run = (command, "--config", config, "--port", str(port), "--host", "127.0.0.1")
        alive = f"http://127.0.0.1:{port}/health/liveliness"
        async with server(*run, alive=alive, folder=folder, LITELLM_LOCAL_MODEL_COST_MAP="True"):
            yield Proxy(upstream, port, folder)


async def test_its_models_are_listed(proxy: Proxy) -> None:
    desk = proxy.desk()
    assert {card.ref.model for card in await desk.provider.models()} == {"good", "broken"}
    await desk.aclose()


async def test_a_reply_streams_with_usage_and_what_the_proxy_charged(proxy: Proxy) -> None:
    desk = proxy.desk()
    proxy.upstream.script("good", Reply("Two words.", input=1000, output=100))
    heard = await desk.ask("good")
    assert heard.text == "Two words."
    usage = heard.ended.usage
    assert (usage.input, usage.output) == (1000, 100)
    assert usage.billed is not None
    assert float(usage.billed) == pytest.approx(0.0028)
    await desk.aclose()


async def test_a_cancelled_reply_is_cancelled_behind_the_proxy(proxy: Proxy) -> None:
    desk = proxy.desk()
    proxy.upstream.script("good", Reply("word " * 400, rate=20))
    task = asyncio.create_task(desk.ask("good"))
    before = len(proxy.upstream.seen)
    seen = await proxy.upstream.arrived(before + 1)
    await asyncio.sleep(0.5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await proxy.upstream.gone(seen, within=10) <= time.perf_counter()
    await desk.aclose()


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (Status(429, "Rate limit reached", retry_after="2"), RateLimited),
        (Status(503, "The engine is overloaded"), Overloaded),
        (
            Status(400, "This model's maximum context length is 8192 tokens.", "context_length_exceeded"),
            TooLong,
        ),
        (Status(429, "You exceeded your current quota", "insufficient_quota"), (OutOfCredit, RateLimited)),
        (Status(401, "Incorrect API key provided"), NeedsKey),
    ],
)
async def test_an_error_behind_the_proxy_keeps_its_name(
    proxy: Proxy, script: Status, kind: type[Exception] | tuple[type[Exception], ...]
) -> None:
    desk = proxy.desk()
    proxy.upstream.script("broken", script)
    error = (await desk.ask("broken")).error
    assert isinstance(error, kind), error
    assert script.message.rstrip(".") in error.message
    await desk.aclose()


async def test_the_proxys_own_errors_have_their_names(proxy: Proxy) -> None:
    desk, stranger = proxy.desk(), proxy.desk("sk-wrong-0123456789")
    assert isinstance((await desk.ask("nothing-like-it")).error, UnknownModel)
    wrong = (await stranger.ask("good")).error
    assert isinstance(wrong, NeedsKey), wrong
    await desk.aclose()
    await stranger.aclose()


async def test_fail_over_leads_from_one_of_its_models_to_another(proxy: Proxy, tmp_path: Path) -> None:
    config = tmp_path / "config"
    (config / "stacks").mkdir(parents=True)
    (config / "config.toml").write_text(
        f'stack = "mine"\n[providers.litellm]\nbase_url = "{proxy.url}/v1"\n'
        '[prices."litellm/good"]\ninput = 2.0\noutput = 8.0\n[prices."litellm/broken"]\ninput = 2.0\noutput = 8.0\n'
    )
    (config / "stacks" / "mine.toml").write_text(
        'name = "mine"\ndescription = "d"\n[roles.daily-driver]\nmodels = ["litellm/broken", "litellm/good"]\n'
    )
    proxy.upstream.script("broken", Status(401, "Incorrect API key provided"))
    proxy.upstream.script("good", Reply("From the second.", input=1000, output=100))
    code, out, err = await mixchat("ask", "--json", "Hello there", folder=tmp_path, LITELLM_PROXY_API_KEY=KEY)
    assert code == 0, err
    events = [json.loads(line) for line in out.splitlines()]
    last = events[-1]
    assert (last["type"], last["model"], last["attempts"]) == ("finished", "litellm/good", 2)
    assert any(event["type"] == "rerouted" for event in events)
    assert float(last["cost_usd"]) == pytest.approx(0.0028)
