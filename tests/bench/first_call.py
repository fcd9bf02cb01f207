"""Measures a provider's first calls in a process of its own: `python -m tests.bench.first_call KIND URL`.

Prints one JSON object: milliseconds to warm, to the first text of the first and of a later call,
and the longest time that the loop stood still, idle and at work, with the memory that it took.
"""

import asyncio
import json
import sys
import time
from contextlib import aclosing

import psutil

from mixchat.config.config import Config, ProviderConfig
from mixchat.config.credentials import Credentials
from mixchat.config.paths import Paths
from mixchat.config.provider_specs import provider_specs
from mixchat.domain.events import TextDelta
from mixchat.domain.model import ModelCard, ModelRef
from mixchat.domain.request import Message, ModelRequest
from mixchat.providers.registry import Registry, build_providers
from tests.wires.server import environment

REFS = {
    "anthropic": "anthropic/m",
    "responses": "openai/m",
    "chat": "openrouter/m",
    "google": "google/m",
    "ollama": "ollama/m",
}


def memory() -> float:
    """Return the resident memory in MB."""
    return psutil.Process().memory_info().rss / 1e6


async def lag(worst: list[float]) -> None:
    """Keep the longest time that the loop was late."""
    while True:
        before = time.perf_counter()
        await asyncio.sleep(0.001)
        worst[0] = max(worst[0], time.perf_counter() - before - 0.001)


def registry(url: str) -> Registry:
    """Return the providers, all at the fake server."""
    environ = environment(url) | {"OPENROUTER_API_KEY": "k", "OPENROUTER_BASE_URL": f"{url}/v1"}
    config = Config(providers={"openai": ProviderConfig(api="responses")})
    paths = Paths.from_environment(environ)
    credentials = Credentials(config, environ, provider_specs(config, environ))
    return build_providers(config, environ, credentials, lambda ref: ModelCard(ref=ref), paths)


async def first_text(providers: Registry, ref: ModelRef) -> float:
    """Return the milliseconds from the call to its first text."""
    began, first = time.perf_counter(), None
    request = ModelRequest(ref=ref, messages=(Message("user", "Hello?"),))
    async with aclosing(providers.get(ref.provider).stream(request)) as events:
        async for event in events:
            if first is None and isinstance(event, TextDelta):
                first = time.perf_counter()
    assert first is not None
    return (first - began) * 1000


async def measure(kind: str, url: str) -> dict[str, float]:
    """Return the figures of one provider."""
    worst, base = [0.0], memory()
    watch = asyncio.create_task(lag(worst))
    await asyncio.sleep(1)
    idle_lag, worst[0] = worst[0] * 1000, 0.0
    providers, ref = registry(url), ModelRef.parse(REFS[kind])
    began = time.perf_counter()
    await asyncio.to_thread(providers.get(ref.provider).preload)
    warm, import_lag = (time.perf_counter() - began) * 1000, worst[0] * 1000
    worst[0] = 0.0
    first = await first_text(providers, ref)
    first_lag = worst[0] * 1000
    later = sorted([await first_text(providers, ref) for _ in range(20)])[10]
    watch.cancel()
    await providers.aclose()
    return {
        "idle lag": idle_lag, "warm": warm, "lag while warming": import_lag, "first text": first, "lag at first": first_lag,
        "later text": later, "MB": memory() - base,
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(sys.argv[1], sys.argv[2]))))
