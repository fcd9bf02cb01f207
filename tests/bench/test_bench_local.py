"""The local model's figures: load, first token, tokens a second, memory, and what the main loop feels of it.

The control of the jitter is llama.cpp in this very process, beside a loop that does nothing else.
"""

import asyncio
import statistics
import time
from contextlib import aclosing
from pathlib import Path
from typing import Any

import psutil
import pytest

from mixchat.config.config import Config, EngineConfig
from mixchat.config.paths import Paths
from mixchat.domain.events import StreamEnd, TextDelta
from mixchat.domain.model import ModelRef
from mixchat.domain.request import Message, ModelRequest
from mixchat.providers.local.llama_http import complete
from mixchat.providers.local.provider import LocalProvider
from mixchat.providers.local.server_process import ServerAddress

pytestmark = [pytest.mark.bench, pytest.mark.model, pytest.mark.timeout(300)]
ROUNDS = 5
REQUEST = ModelRequest(
    ref=ModelRef("local", "tiny"),
    messages=(Message("user", "Write three sentences about the sea."),),
    max_tokens=120,
)


def made(tmp_path: Path, weights: Path, **engine: int) -> LocalProvider:
    paths = Paths(tmp_path / "config", tmp_path / "data", tmp_path / "log")
    config = Config(local={"tiny": str(weights)}, engine=EngineConfig(**engine))  # type: ignore[arg-type]
    return LocalProvider(paths, config)


async def timed(events: Any) -> tuple[float, float]:  # noqa: ANN401
    """Return seconds to the first piece of text, and tokens a second after it."""
    started, first, pieces = time.perf_counter(), 0.0, 0
    async with aclosing(events):
        async for event in events:
            if isinstance(event, TextDelta):
                first = first or time.perf_counter()
                pieces += 1
            if isinstance(event, StreamEnd):
                pieces = event.usage.output or pieces
    return first - started, (pieces - 1) / (time.perf_counter() - first)


async def lags(stop: asyncio.Event) -> list[float]:
    """Return how late each of the loop's 5 ms naps was, in ms."""
    found: list[float] = []
    while not stop.is_set():
        started = time.perf_counter()
        await asyncio.sleep(0.005)
        found.append((time.perf_counter() - started - 0.005) * 1000)
    return found


def tell(name: str, found: list[float]) -> None:
    found.sort()
    high = found[int(len(found) * 0.99)]
    print(f"{name:<24} median {statistics.median(found):6.2f} ms  p99 {high:6.2f}  max {found[-1]:6.2f}")


@pytest.mark.parametrize("threads", [1, 2])
async def test_load_first_token_speed_and_memory(tmp_path: Path, weights: Path, threads: int) -> None:
    provider = made(tmp_path, weights, threads=threads)
    cold: list[float] = []
    for _ in range(ROUNDS):
        await asyncio.to_thread(provider.engine.stop)
        cold.append((await timed(provider.stream(REQUEST)))[0])
    warm = [await timed(provider.stream(REQUEST)) for _ in range(ROUNDS)]
    used = psutil.Process(provider.engine.pid).memory_info().rss / 1e6
    await provider.aclose()
    firsts, speeds = zip(*warm, strict=True)
    print(
        f"\n{threads} thread(s): first token cold {statistics.median(cold):.2f} s, "
        f"warm {statistics.median(firsts) * 1000:.0f} ms, {statistics.median(speeds):.0f} tokens/s, {used:.0f} MB"
    )
    assert statistics.median(firsts) < 1.0


async def test_what_the_main_loop_feels(tmp_path: Path, weights: Path) -> None:
    import xllamacpp

    async def beside(events: Any) -> list[float]:  # noqa: ANN401
        stop = asyncio.Event()
        watch = asyncio.create_task(lags(stop))
        await timed(events)
        stop.set()
        return await watch

    stop = asyncio.Event()
    idle = asyncio.create_task(lags(stop))
    await asyncio.sleep(1.5)
    stop.set()
    print()
    tell("nothing", await idle)

    provider = made(tmp_path, weights)
    await timed(provider.stream(REQUEST))
    child = await beside(provider.stream(REQUEST))
    await provider.aclose()
    tell("child process", child)

    module: Any = xllamacpp
    params = module.CommonParams()
    params.model.path, params.n_ctx, params.port, params.api_keys = str(weights), 8192, 0, ["t"]
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    server = await asyncio.to_thread(module.Server, params)
    door = ServerAddress(server.listening_address, "t", "tiny", 8192)
    await timed(complete(door, REQUEST, None))
    tell("in this process", await beside(complete(door, REQUEST, None)))
    assert statistics.median(child) < 20
