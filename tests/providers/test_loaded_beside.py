"""A library that is loaded for one provider, in a thread, while another one answers."""

import asyncio
import os
import subprocess
import sys
from functools import partial

import pytest

from tests.wires import Reply, Wires
from tests.wires.server import environment

ASKS_WHILE_HTTPX_IS_LOADED_HALFWAY = """
import asyncio, importlib, importlib.abc, sys, threading
from mixchat.domain.model import ModelRef
from mixchat.domain.request import Message, ModelRequest
from mixchat.runtime.runtime import build_runtime

halfway, asked = threading.Event(), threading.Event()

class Stalls(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == "httpx._client" and threading.current_thread() is beside:
            halfway.set()
            asked.wait(20)
        return None

def load():
    importlib.import_module("httpx")
    halfway.set()

async def ask(provider):
    request = ModelRequest(ref=ModelRef(provider.name, "m"), messages=(Message("user", "Hello?"),))
    return [event async for event in provider.stream(request)]

provider = build_runtime().settings.providers.get(sys.argv[1])
provider.preload()
sys.meta_path.insert(0, Stalls())
beside = threading.Thread(target=load)
beside.start()
assert halfway.wait(20)
try:
    print("".join(getattr(event, "text", "") for event in asyncio.run(ask(provider))))
finally:
    asked.set()
    beside.join()
"""


@pytest.mark.parametrize("provider", ["anthropic", "openai", "google"])
async def test_a_provider_answers_while_the_http_library_of_another_is_being_loaded(provider: str):
    async with Wires() as wires:
        wires.script("m", Reply("Here I am."))
        command = [sys.executable, "-c", ASKS_WHILE_HTTPX_IS_LOADED_HALFWAY, provider]
        run = partial(
            subprocess.run, command, env=os.environ | environment(wires.url), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        done = await asyncio.to_thread(run)
    assert done.stdout.strip() == "Here I am.", done.stderr
