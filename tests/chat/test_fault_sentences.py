"""What a person reads of each fault, word for word, from the socket to the turn."""

import json
import os
import socket
from collections.abc import Generator

import pytest

from mixchat.domain.turn import Turn
from mixchat.runtime.runtime import build_runtime
from tests.chat.test_fault_matrix import answer, runtime_at
from tests.routing.steered import FastClock
from tests.wires.script import Hangup, Raw, Reply, Script, Status, Web
from tests.wires.server import Wires

SAID = "One two three four five six seven eight nine ten."
SENTENCES: dict[str, tuple[Script, str]] = {
    "no credit": (
        Status(402, "You have no money left."),
        "The account at work is out of credit (You have no money left); top it up.",
    ),
    "quota": (
        Status(429, "You exceeded your current quota, please check your plan and billing details.", kind="insufficient_quota"),
        "The account at work is out of credit (You exceeded your current quota, please check your plan and billing "
        "details); top it up.",
    ),
    "unknown model": (
        Status(404, "The model `wire` does not exist.", kind="model_not_found"),
        "Work has no wire (The model `wire` does not exist); choose another model.",
    ),
    "too long": (
        Status(400, "This model's maximum context length is 8192 tokens.", kind="context_length_exceeded"),
        "The conversation is too long for work/wire (This model's maximum context length is 8192 tokens); shorten it.",
    ),
    "region": (
        Status(403, "Country, region, or territory not supported.", kind="unsupported_country_region_territory"),
        "Work does not serve the place you connect from (Country, region, or territory not supported); choose another "
        "provider.",
    ),
    "network address": (
        Status(403, "Your IP address is not authorized to use this key.", kind="ip_not_authorized"),
        "Work does not allow this network address (Your IP address is not authorized to use this key); add it to the "
        "key's allow list.",
    ),
    "verification": (
        Status(403, "Your organization must be verified to use the model `wire`."),
        "Work wants the organisation verified first (Your organization must be verified to use the model `wire`); do so "
        "in its console.",
    ),
    "no permission for the model": (
        Status(403, "The key is not allowed to access this model.", kind="key_model_access_denied"),
        "This key may not use wire at Work (The key is not allowed to access this model); choose another model.",
    ),
    "no permission": (
        Status(403, "You do not have permission to do this.", kind="permission_error"),
        "Work does not allow this (You do not have permission to do this); check the key's permissions.",
    ),
    "firewall": (
        Web("<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title>", status=403),
        "A firewall or sign-in page stands before Work (Attention Required! | Cloudflare); check the network "
        "and {url}/v1.",
    ),
    "sign-in page": (Web(), "Work answered with a web page instead of a reply; check its address {url}/v1."),
    "wrong path": (
        Web("Not Found", status=404, content_type="text/plain"),
        "Work cannot be asked at {url}/v1 (status 404); check the address.",
    ),
    "gateway": (
        Web("<html><head><title>502 Bad Gateway</title></head><h1>nginx</h1></html>", status=502),
        "Work is having trouble (status 502: a web page: 502 Bad Gateway); try again.",
    ),
    "server's own timeout": (Status(504, "upstream timed out"), "Work is having trouble (status 504: upstream timed out); try again."),
    "closed": (
        Hangup(),
        "The connection to Work broke before the reply began; start the server, or correct the address.",
    ),
    "no end": (Reply(SAID, ending="truncate", after=8), "work/wire ended the reply before it was finished."),
    "nonsense": (Reply(SAID, ending="garbage", after=8), "work/wire sent something that makes no sense."),
    "stalled": (
        Reply(SAID, ending="stall", after=8),
        "work/wire fell silent in the middle of its reply for 90 seconds.",
    ),
    "overloaded in the stream": (Reply(SAID, ending="error", after=8), "Work is having trouble (status 503: Overloaded); try again."),
    "empty": (
        Raw(('data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n', "data: [DONE]\n\n")),
        "work/wire sent an empty reply.",
    ),
    "limit used up": (
        Raw((
            'data: {"choices":[{"index":0,"delta":{"reasoning_content":"Hm"},"finish_reason":null}]}\n\n',
            'data: {"choices":[{"index":0,"delta":{},"finish_reason":"length"}]}\n\n', "data: [DONE]\n\n",
        )),
        "work/wire used up its limit of tokens on thinking and wrote nothing; ask again with a higher max_tokens or less "
        "effort.",
    ),
    "too much": (
        Raw(("data: ", *["y" * 1024 * 1024] * 18)),
        "Work sent an event of more than 16 MB; the rest was not read.",
    ),
}  # fmt: skip


async def told(wires: Wires, model: str) -> str:
    """Return what is said of a message that is pinned to `model`."""
    clock = FastClock(50)
    runtime = runtime_at(wires, model, clock)
    try:
        turn = await answer(runtime.new_chat(), runtime.routing.resolve_name(model))
    finally:
        await runtime.aclose()
    assert turn.failure is not None
    return turn.failure.message


@pytest.mark.parametrize("fault", SENTENCES)
async def test_a_fault_is_told_in_these_words(fault: str):
    script, sentence = SENTENCES[fault]
    async with Wires() as wires:
        wires.script("wire", script)
        assert await told(wires, "work/wire") == sentence.format(url=wires.url)


@pytest.fixture
def nobody() -> Generator[str]:
    """An address on this machine where nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{held.getsockname()[1]}"


async def test_servers_of_ones_own_that_do_not_run_are_not_the_network(nobody: str):
    named = "".join(f'[providers.{name}]\nbase_url = "http://{nobody}/v1"\n' for name in ("one", "two"))
    turn = await answered_by('stack = "stage"\n' + named, ["one/x", "two/x"], {})
    assert turn.failure is not None
    assert turn.failure.message == (
        f"One cannot be reached at http://{nobody}/v1; start the server, or correct the address. "
        "two/x failed, too."
    )


async def test_without_a_network_a_server_of_ones_own_on_this_machine_still_answers(nobody: str):
    dead = {"ANTHROPIC_BASE_URL": f"http://{nobody}", "OPENAI_BASE_URL": f"http://{nobody}/v1"}
    keys = {"ANTHROPIC_API_KEY": "nobody's", "OPENAI_API_KEY": "nobody's"}
    slots = ["anthropic/x", "openai/x", "one/x"]
    async with Wires() as wires:
        config = f'stack = "stage"\n[providers.one]\nbase_url = "{wires.url}/v1"\n'
        turn = await answered_by(config, slots, dead | keys)
    assert turn.reply == "Hello from x."
    turn = await answered_by('stack = "stage"\n', slots[:2], dead | keys)
    assert turn.failure is not None
    assert turn.failure.message == (
        "You seem to be offline: neither anthropic nor openai can be reached. Check the network, then send again."
    )


async def answered_by(config: str, slots: list[str], environ: dict[str, str]) -> Turn:
    """Return the turn of an unpinned message with these slots in order."""
    runtime = build_runtime(environ={**os.environ, **environ})
    runtime.storage.clock = FastClock(50)
    paths = runtime.settings.paths
    (paths.config / "stacks").mkdir(parents=True, exist_ok=True)
    paths.config_file.write_text(config, "utf-8")
    stack = f'name = "stage"\n[roles.daily-driver]\nmodels = {json.dumps(slots)}\n'
    (paths.config / "stacks" / "stage.toml").write_text(stack, "utf-8")
    for name in {slot.partition("/")[0] for slot in slots}:  # an import takes long on this clock
        runtime.settings.providers.get(name).preload()
    try:
        return await answer(runtime.new_chat(), None)
    finally:
        await runtime.aclose()
