"""The OpenAI-compatible API as a process, spoken to by OpenAI's own client, by `llm`, and by sockets."""

import asyncio
import json
import os
import random
import re
import shutil
import signal
import string
import sys
import time
from collections.abc import AsyncGenerator, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from tests.server.conftest import Served, Standing, serving, standing
from tests.wires.script import Reply, Status
from tests.wires.server import Wires

SAY: list[Any] = [{"role": "user", "content": "Tell me something nice, please."}]
CODE: list[Any] = [
    {"role": "user", "content": "```python\nprint(1)\n```\nFix this TypeError in my function."}
]


@pytest.fixture
async def served(wires: Wires) -> AsyncGenerator[Served]:
    async with serving("--api") as served:
        yield served


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """One server for everything that it refuses."""
    with standing(tmp_path_factory.mktemp("api"), "--api") as api:
        yield api


def client(served: Served, **options: object) -> Any:  # noqa: ANN401 - answers have more than the client's types know
    all_options: dict[str, Any] = {
        "base_url": served.address,
        "api_key": served.token,
        "max_retries": 0,
    } | options
    return openai.AsyncOpenAI(**all_options)


def body_of(error: openai.APIError) -> dict[str, Any]:
    assert isinstance(error.body, dict)
    return error.body


async def spent() -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "mixchat", "spend", "--json", stdout=asyncio.subprocess.PIPE
    )
    return json.loads((await process.communicate())[0])


async def test_a_whole_answer_has_the_model_the_usage_the_role_and_the_cost(wires: Wires, served: Served):
    wires.script("gemini-3.8-flash", Reply("Bees **dance**.", input=1000, output=10, cache_read=500))
    async with client(served) as api:
        answer = await api.chat.completions.create(model="mixchat/coding", messages=SAY)
    assert answer.choices[0].message.content == "Bees **dance**."
    assert answer.choices[0].finish_reason == "stop"
    assert answer.model == "google/gemini-3.8-flash"
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens, answer.usage.total_tokens) == (
        1000,
        10,
        1010,
    )
    assert answer.usage.prompt_tokens_details.cached_tokens == 500
    facts = answer.mixchat
    assert facts["role"] == "coding"
    assert facts["attempts"] == [{"model": "google/gemini-3.8-flash", "step": "answer", "error": None}]
    assert Decimal(facts["cost_usd"]) == Decimal((await spent())["total_usd"]) > 0


async def test_a_stream_comes_piece_by_piece_with_usage_at_its_end(wires: Wires, served: Served):
    wires.script("gemini-3.8-flash", Reply("one two three", thinking="hm", rate=20))
    options = {"include_usage": True}
    async with client(served) as api:
        stream = await api.chat.completions.create(
            model="mixchat/coding",
            messages=CODE,
            stream=True,
            stream_options=options,
            temperature=0.2,
            max_tokens=77,
        )
        chunks = [(time.monotonic(), chunk) async for chunk in stream]
    texts = [(at, c.choices[0].delta.content) for at, c in chunks if c.choices and c.choices[0].delta.content]
    assert "".join(text for _, text in texts) == "one two three"
    assert texts[-1][0] - texts[0][0] > 0.05
    assert any(getattr(c.choices[0].delta, "reasoning_content", None) == "hm" for _, c in chunks if c.choices)
    assert {c.model for _, c in chunks} == {"google/gemini-3.8-flash"}
    assert [c.choices[0].finish_reason for _, c in chunks if c.choices][-1] == "stop"
    assert chunks[-1][1].usage.completion_tokens > 0
    assert chunks[-2][1].mixchat["role"] == "coding"
    sent = wires.seen[-1].json
    assert "You write code." in json.dumps(sent)
    assert "77" in json.dumps(sent)


async def test_models_are_auto_the_roles_and_those_of_the_stack(served: Served):
    async with client(served) as api:
        names = [model.id async for model in api.models.list()]
        assert (await api.models.retrieve("mixchat/coding")).owned_by == "mixchat"
    assert names == [
        "mixchat/auto", "mixchat/daily-driver", "mixchat/coding",
        "ollama/near", "openai/gpt-6.1-sol", "google/gemini-3.8-flash", "anthropic/claude-sonnet-5-5",
    ]  # fmt: skip


async def test_a_model_is_a_pin_and_never_another(wires: Wires, served: Served):
    wires.script("gpt-6.1-sol", Status(500))
    async with client(served) as api:
        with pytest.raises(openai.InternalServerError) as failed:
            await api.chat.completions.create(model="openai/gpt-6.1-sol", messages=SAY)
        with pytest.raises(openai.NotFoundError) as unknown:
            await api.chat.completions.create(model="gpt-nothing", messages=SAY)
    assert body_of(failed.value)["mixchat"] == "overloaded"
    assert unknown.value.code == "model_not_found"
    assert {seen.model for seen in wires.seen} == {"gpt-6.1-sol"}


async def test_another_model_takes_over_before_the_first_word_and_both_are_counted(
    wires: Wires, served: Served
):
    wires.script("near", Status(401))
    async with client(served) as api:
        answer = await api.chat.completions.create(model="mixchat/daily-driver", messages=SAY)
    assert answer.model == "openai/gpt-6.1-sol"
    assert [attempt["error"] for attempt in answer.mixchat["attempts"]] == ["auth", None]


async def test_a_reply_that_is_cut_off_ends_the_stream_with_an_error(wires: Wires, served: Served):
    wires.script("near", Reply("some words and then nothing", ending="truncate", after=2))
    async with client(served) as api:
        stream = await api.chat.completions.create(model="mixchat/auto", messages=SAY, stream=True)
        with pytest.raises(openai.APIError) as failed:
            async for _ in stream:
                pass
    assert body_of(failed.value)["mixchat"] == "interrupted"


async def test_a_budget_and_a_secret_stop_the_call_before_it_is_made(wires: Wires):
    config = Path(os.environ["MIXCHAT_CONFIG_DIR"]) / "config.toml"
    config.write_text("[budget]\nmessage = 0.0000001\n")
    async with serving("--api") as served, client(served, max_retries=2) as api:
        with pytest.raises(openai.RateLimitError) as budget:
            await api.chat.completions.create(model="mixchat/coding", messages=SAY)
        assert budget.value.code == "insufficient_quota"
        config.write_text("")
    async with serving("--api") as served, client(served) as api:
        key = (
            f"sk-ant-api03-{''.join(random.Random(7).choices(string.ascii_letters + string.digits, k=93))}AA"
        )
        for messages in (
            [{"role": "user", "content": f"my key is {key}"}],
            [{"role": "system", "content": f"key {key}"}, *SAY],
        ):
            with pytest.raises(openai.BadRequestError) as secret:
                await api.chat.completions.create(model="mixchat/coding", messages=messages)
            assert body_of(secret.value)["mixchat"] == "secret"
            assert key not in str(secret.value)
            reply = {"role": "assistant", "content": f"Your key is {key}."}
            with pytest.raises(openai.BadRequestError) as earlier:
                await api.chat.completions.create(
                    model="mixchat/coding", messages=[*SAY, reply, {"role": "user", "content": "Go on."}]
                )
            assert body_of(earlier.value)["mixchat"] == "secret"
            assert "an earlier reply" in str(earlier.value)
    assert wires.seen == []


async def test_a_client_that_leaves_ends_the_call_and_it_is_counted(wires: Wires, served: Served):
    wires.script("near", Reply("word " * 500, rate=20))
    async with client(served) as api:
        stream = await api.chat.completions.create(model="mixchat/auto", messages=SAY, stream=True)
        async for chunk in stream:
            if chunk.choices and chunk.choices[0].delta.content:
                break
        await stream.close()
    left = time.perf_counter()
    assert await wires.gone(wires.seen[0]) - left < 1
    wires.script("near", Reply(wait=60))
    asking = asyncio.create_task(
        httpx.AsyncClient().post(
            f"{served.address}/chat/completions",
            headers={"Authorization": f"Bearer {served.token}"},
            json={"model": "mixchat/auto", "messages": SAY},
        )
    )
    seen = await wires.arrived(2)
    asking.cancel()
    await wires.gone(seen)
    await asyncio.sleep(0.3)
    assert (await spent())["rows"][0]["calls"] == 2


async def test_sixty_four_clients_are_answered_at_once(wires: Wires, served: Served):
    wires.script("near", Reply("fine", wait=1.0))
    async with client(served, timeout=30) as api:
        began = time.monotonic()
        answers = await asyncio.gather(
            *(api.chat.completions.create(model="mixchat/daily-driver", messages=SAY) for _ in range(64))
        )
        took = time.monotonic() - began
    assert [answer.choices[0].message.content for answer in answers] == ["fine"] * 64
    assert took < 15
    assert sum(row["calls"] for row in (await spent())["rows"]) == 64


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": "Bearer TOKEN", "Origin": "https://evil.example"}, 403),
        ({"Authorization": "Bearer TOKEN", "Origin": "null"}, 403),
        ({"Authorization": "Bearer TOKEN", "Host": "evil.example"}, 403),
        ({"Authorization": "Bearer TOKEN", "Host": "evil.example:PORT"}, 403),
        ({"Authorization": "Bearer TOKEN", "Origin": "http://localhost:PORT", "Host": "localhost:PORT"}, 200),
    ],
)
async def test_who_has_no_token_or_comes_from_elsewhere_is_refused(
    api: Standing, headers: dict[str, str], status: int
):
    sent = {name: api.put(value) for name, value in headers.items()}
    async with httpx.AsyncClient() as http:
        answer = await http.get(f"{api.address}/models", headers=sent)
        posted = await http.post(
            f"{api.address}/chat/completions", headers=sent, json={"model": "mixchat/auto"}
        )
    assert answer.status_code == status
    assert posted.status_code == (400 if status == 200 else status)
    if status != 200:
        assert set(answer.json()["error"]) >= {"message", "type", "param", "code"}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"not json", "not a chat completion"),
        (b"[" * 200_000, "not a chat completion"),
        ({"model": "mixchat/auto", "messages": []}, "The last message must be a user's"),
        ({"model": "mixchat/auto", "messages": [{"role": "tool", "content": "x"}]}, "messages[0].role"),
        ({"model": "mixchat/auto", "messages": SAY, "n": 2}, "n cannot be used"),
        ({"model": "mixchat/auto", "messages": SAY, "tools": [{}]}, "tools cannot be used"),
        ({"model": "mixchat/auto", "messages": SAY, "temperature": 9}, "temperature must be"),
        ({"model": "mixchat/auto", "messages": [{"role": "user", "content": [
            {"type": "image_url", "image_url": {"url": "https://evil.example/x.png"}}]}]}, "mixchat fetches none"),
        ({"model": "mixchat/auto", "messages": [{"role": "user", "content": [
            {"type": "image_url", "image_url": {"url": "data:image/svg+xml;base64,AAAA"}}]}]}, "cannot be attached"),
        ({"model": "mixchat/auto", "messages": [{"role": "user", "content": [
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUg=="}}]}]}, "cut off or damaged"),
    ],
    ids=range(10),
)  # fmt: skip
async def test_a_wrong_request_is_said_in_one_sentence(api: Standing, body: object, said: str):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {api.token}"}) as http:
        answer = await http.post(f"{api.address}/chat/completions", content=content)
        assert (await http.get(f"{api.address}/nothing")).json()["error"]["code"] == "not_found"
    assert answer.status_code == 400
    assert said in answer.json()["error"]["message"]


async def test_a_picture_and_an_earlier_talk_are_sent_on(wires: Wires, served: Served):
    picture = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
    messages: list[Any] = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hi."},
        {"role": "user", "content": [
            {"type": "text", "text": "What is this?"},
            {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{picture}"}},
        ]},
    ]  # fmt: skip
    async with client(served) as api:
        await api.chat.completions.create(model="anthropic/claude-sonnet-5-5", messages=messages, seed=1)
    sent = json.dumps(wires.seen[-1].json)
    assert all(piece in sent for piece in (picture, "Be brief.", "Hi.", "What is this?"))


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_it_ends_within_two_seconds_also_in_the_middle_of_a_reply(
    wires: Wires, served: Served, how: int
):
    wires.script("near", Reply("word " * 500, rate=10))
    async with client(served) as api:
        stream = await api.chat.completions.create(model="mixchat/auto", messages=SAY, stream=True)
        await anext(aiter(stream))
        began = time.monotonic()
        code = await served.stop(how)
    assert time.monotonic() - began < 2
    assert code == (0 if how == signal.SIGTERM else 130)
    assert (await spent())["rows"][0]["calls"] == 1


async def test_what_it_prints_is_the_address_and_the_token_once(served: Served):
    await served.stop()
    assert served.process.stdout is not None
    assert served.process.stderr is not None
    assert await served.process.stdout.read() == b""
    assert await served.process.stderr.read() == b""


async def test_a_port_that_is_taken_and_a_token_that_is_short_are_said(served: Served):
    async def run(*args: str, **environ: str) -> tuple[int | None, str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "mixchat", "serve", "--api", *args,
            stderr=asyncio.subprocess.PIPE, env=os.environ | environ,
        )  # fmt: skip
        _, err = await process.communicate()
        return process.returncode, err.decode()

    code, said = await run("--port", str(served.port))
    assert (code, "cannot be used" in said, said.count("\n")) == (2, True, 1)
    code, said = await run(MIXCHAT_SERVE_TOKEN="short")
    assert (code, "at least 16" in said) == (2, True)
    assert (await run("--port", "x"))[0] == 2


async def test_llm_talks_to_it_as_to_any_other_server(wires: Wires, served: Served, tmp_path: Path):
    pytest.importorskip("llm")
    wires.script("near", Reply("Hello, llm."))
    home = tmp_path / "llm"
    home.mkdir()
    (home / "extra-openai-models.yaml").write_text(
        f'- model_id: mix\n  model_name: mixchat/auto\n  api_base: "{served.address}"\n  api_key_name: mixchat\n'
    )
    environ = os.environ | {"LLM_USER_PATH": str(home)}
    keys = json.dumps({"mixchat": served.token})
    (home / "keys.json").write_text(keys)
    for options in ([], ["--no-stream"]):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "llm", "-m", "mix", *options, "Say hello",
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env=environ,
        )  # fmt: skip
        out, err = await process.communicate()
        assert out.decode().strip() == "Hello, llm.", err.decode()


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
async def test_the_readmes_fetch_talks_to_it(wires: Wires, served: Served):
    wires.script("near", Reply("Because of the air."))
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```js\n(.*?)^```", readme, re.S | re.M)
    process = await asyncio.create_subprocess_exec(
        "node", "--input-type=module", "-e", code, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"MIXCHAT_URL": served.address, "MIXCHAT_TOKEN": served.token},
    )  # fmt: skip
    out, err = await process.communicate()
    assert out.decode().startswith("Because of the air. ollama/near daily-driver 0.0"), err.decode()
