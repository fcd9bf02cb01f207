"""What a provider costs: its import, its first request, its later ones, and how long a cancelled call holds on.

pytest -m bench tests/bench/test_bench_providers.py -s
"""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from mixchat.domain.events import TextDelta
from mixchat.domain.model import ModelRef
from mixchat.domain.provider import Provider
from mixchat.domain.request import Message, ModelRequest
from tests.bench.first_call import REFS, registry
from tests.wires import Reply, Wires

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]

CONTROL = """
import json, sys, time
began = time.perf_counter()
import httpx
with httpx.Client() as client:
    imported = time.perf_counter()
    def ask():
        body = {"model": "m", "messages": [{"role": "user", "content": "Hello?"}]}
        start = time.perf_counter()
        with client.stream("POST", sys.argv[1] + "/v1/chat/completions", json=body) as response:
            for chunk in response.iter_bytes():
                if b"Hello" in chunk:
                    first = time.perf_counter()
        return (first - start) * 1000
    first = ask()
    later = sorted(ask() for _ in range(20))[10]
print(json.dumps({"warm": (imported - began) * 1000, "first text": first, "later text": later}))
"""
"""A bare httpx request to the same server: nothing with an HTTP client can be quicker."""


@pytest.fixture
async def wires() -> AsyncGenerator[Wires]:
    async with Wires() as server:
        yield server


async def run(*arguments: str) -> dict[str, float]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=pipe)
    out, _ = await process.communicate()
    assert process.returncode == 0
    return json.loads(out)


async def test_import_and_first_request_of_each_provider(wires: Wires) -> None:
    rows = {"bare httpx": [await run("-c", CONTROL, wires.url) for _ in range(3)]}
    for kind in REFS:
        rows[kind] = [await run("-m", "tests.bench.first_call", kind, wires.url) for _ in range(3)]
    names = ("idle lag", "warm", "lag while warming", "first text", "lag at first", "later text", "MB")
    print("\n", " " * 10, *(f"{name:>18}" for name in names), "(ms; median of 3 processes)")
    for kind, runs in rows.items():
        figures = [statistics.median(one.get(name, float("nan")) for one in runs) for name in names]
        print(f"{kind:>11}", *(f"{figure:18.1f}" for figure in figures))
    for kind in REFS:
        assert statistics.median(one["lag while warming"] for one in rows[kind]) < 80


async def test_a_cancelled_call_lets_go(wires: Wires) -> None:
    providers = registry(wires.url)
    for kind, name in REFS.items():
        ref, took = ModelRef.parse(name), []
        wires.script("m", Reply("one two three", ending="stall", after=2))
        for _ in range(20):
            reached = asyncio.Event()
            task = asyncio.create_task(_reading(providers.get(ref.provider), ref, reached))
            await asyncio.wait_for(reached.wait(), 30)
            seen = wires.seen[-1]
            cancelled = time.perf_counter()
            task.cancel()
            took.append((await wires.gone(seen) - cancelled) * 1000)
        print(
            f"{kind:>11} cancelled to closed: median {statistics.median(took):.1f} ms, worst {max(took):.1f} ms"
        )
        assert statistics.median(took) < 50
    await providers.aclose()


async def _reading(provider: Provider, ref: ModelRef, reached: asyncio.Event) -> None:
    async with aclosing(
        provider.stream(ModelRequest(ref=ref, messages=(Message("user", "Hello?"),)))
    ) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                reached.set()
