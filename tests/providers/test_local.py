"""The provider `local` with the real model behind it."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import httpx
import psutil
import pytest

from mixchat.config.config import Config, EngineConfig
from mixchat.config.paths import Paths
from mixchat.domain.errors import BadRequest, Interrupted, TooLong, UnknownModel
from mixchat.domain.events import Notice, ProviderEvent, StreamEnd, TextDelta, UsageUpdate
from mixchat.domain.model import ModelRef
from mixchat.domain.request import Attachment, Message, ModelRequest
from mixchat.providers.local.provider import LocalProvider
from mixchat.providers.local.wheel import WHEELS

REF = ModelRef("local", "tiny")
LONG = "Write a very long story about a ship, with many chapters."

pytestmark = pytest.mark.model


def ask(prompt: str, **settings: object) -> ModelRequest:
    return ModelRequest(ref=REF, messages=(Message("user", prompt),), **settings)  # type: ignore[arg-type]


def made(tmp_path: Path, weights: Path, **engine: float) -> LocalProvider:
    config = Config(local={"tiny": str(weights)}, engine=EngineConfig(**engine))  # type: ignore[arg-type]
    return LocalProvider(Paths(tmp_path / "config", tmp_path / "data", tmp_path / "log"), config)


@pytest.fixture
async def provider(tmp_path: Path, weights: Path) -> AsyncGenerator[LocalProvider]:
    provider = made(tmp_path, weights, context=2048)
    yield provider
    await provider.aclose()


def _tear(whole: Path, torn: Path) -> None:
    torn.write_bytes(whole.read_bytes()[:3_000_000])


async def heard(provider: LocalProvider, request: ModelRequest) -> list[ProviderEvent]:
    async with aclosing(provider.stream(request)) as events:
        return [event async for event in events]


def text(events: list[ProviderEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def comes_to_rest(provider: LocalProvider) -> bool:
    """Return whether the child stops computing soon; the reply it was at would keep it busy for far longer."""
    child = psutil.Process(provider.engine.pid)
    for _ in range(40):
        before = sum(child.cpu_times()[:2])
        await asyncio.sleep(0.1)
        if sum(child.cpu_times()[:2]) - before < 0.02:
            return True
    return False


async def test_a_reply_streams_and_ends_with_exact_usage(provider: LocalProvider) -> None:
    events = await heard(provider, ask("What is 2+2?", temperature=0.0, max_tokens=40))
    assert isinstance(events[0], Notice)
    assert events[0].kind == "loading"
    assert "4" in text(events)
    ended = events[-1]
    assert isinstance(ended, StreamEnd)
    assert ended.usage.input == 37
    assert ended.usage.output is not None
    assert sum(isinstance(event, TextDelta) for event in events) <= ended.usage.output <= 40
    assert any(isinstance(event, UsageUpdate) for event in events)


async def test_the_model_is_loaded_once(provider: LocalProvider) -> None:
    await heard(provider, ask("Hi", max_tokens=1))
    pid = provider.engine.pid
    again = await heard(provider, ask("Hi", max_tokens=1))
    assert provider.engine.pid == pid
    assert not any(isinstance(event, Notice) for event in again)


async def test_the_token_limit_stops_a_reply_with_length(provider: LocalProvider) -> None:
    ended = (await heard(provider, ask(LONG, max_tokens=5)))[-1]
    assert isinstance(ended, StreamEnd)
    assert ended.stop == "length"
    assert ended.usage.output == 5


async def test_a_system_prompt_takes_the_place_of_the_models_own(provider: LocalProvider) -> None:
    plain = (await heard(provider, ask("Hi", max_tokens=1)))[-1]
    given = (await heard(provider, ask("Hi", max_tokens=1, system="Be brief.")))[-1]
    assert isinstance(plain, StreamEnd)
    assert isinstance(given, StreamEnd)
    assert plain.usage.input is not None
    assert given.usage.input is not None
    assert given.usage.input < plain.usage.input


async def test_a_text_file_is_read_and_an_image_is_refused_before_anything_is_sent(
    provider: LocalProvider,
) -> None:
    note = Attachment("note.txt", "text/plain", b"The colour is green. " * 20)
    request = ModelRequest(ref=REF, messages=(Message("user", "Hi", (note,)),), max_tokens=1)
    ended = (await heard(provider, request))[-1]
    assert isinstance(ended, StreamEnd)
    assert ended.usage.input is not None
    assert ended.usage.input > 100
    picture = Attachment("cat.png", "image/png", b"")
    with pytest.raises(BadRequest, match=r"cannot see images"):
        await heard(provider, ModelRequest(ref=REF, messages=(Message("user", "Hi", (picture,)),)))


async def test_what_no_local_model_can_do_is_left_out_and_said(provider: LocalProvider) -> None:
    events = await heard(provider, ask("Hi", max_tokens=1, search=True, effort="high"))
    said = [event.text for event in events if isinstance(event, Notice) and event.kind == "parameter"]
    assert len(said) == 2
    assert isinstance(events[-1], StreamEnd)


async def test_a_conversation_longer_than_the_window_is_too_long(provider: LocalProvider) -> None:
    with pytest.raises(TooLong, match=r"2048"):
        await heard(provider, ask("word " * 3000))
    assert await comes_to_rest(provider)


@pytest.mark.parametrize("pieces", [0, 1, 5])
async def test_cancelling_frees_the_model_promptly(provider: LocalProvider, pieces: int) -> None:
    await heard(provider, ask("Hi", max_tokens=1))

    async def listen() -> None:
        count = 0
        async with aclosing(provider.stream(ask(LONG))) as events:
            async for event in events:
                count += isinstance(event, TextDelta)
                reached.set() if count >= max(pieces, 1) else None

    reached = asyncio.Event()
    task = asyncio.create_task(listen())
    await (asyncio.sleep(0.01) if pieces == 0 else reached.wait())
    task.cancel()
    started = time.monotonic()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - started < 1.0
    assert await comes_to_rest(provider)


async def test_closing_the_generator_at_rest_frees_the_model(provider: LocalProvider) -> None:
    stream = provider.stream(ask(LONG))
    async for event in stream:
        if isinstance(event, TextDelta):
            break
    await stream.aclose()
    assert await comes_to_rest(provider)


async def test_cancelling_while_it_loads_ends_the_child(provider: LocalProvider) -> None:
    stream = provider.stream(ask("Hi"))
    assert isinstance(await anext(stream), Notice)
    task = asyncio.create_task(anext(stream))  # type: ignore[arg-type]
    await asyncio.sleep(0.2)
    assert provider.engine.address is None, "the model was loaded before it could be cancelled"
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert provider.engine.address is None
    assert isinstance((await heard(provider, ask("Hi", max_tokens=1)))[-1], StreamEnd)


async def test_a_crash_in_the_middle_interrupts_the_reply_and_the_next_call_works(
    provider: LocalProvider,
) -> None:
    stream = provider.stream(ask(LONG))
    while not isinstance(await anext(stream), TextDelta):
        continue
    assert provider.engine.pid is not None
    os.kill(provider.engine.pid, signal.SIGTERM)
    with pytest.raises(Interrupted, match=r"next message"):
        [event async for event in stream]
    assert provider.engine.address is None
    events = await heard(provider, ask("Hi", max_tokens=1))
    assert isinstance(events[0], Notice)
    assert isinstance(events[-1], StreamEnd)


async def test_an_idle_model_is_unloaded_and_comes_back_when_asked(tmp_path: Path, weights: Path) -> None:
    provider = made(tmp_path, weights, idle=0.2, context=512)
    try:
        await heard(provider, ask("Hi", max_tokens=1))
        pid = provider.engine.pid
        assert pid is not None
        for _ in range(400):
            if not psutil.pid_exists(pid):
                break
            await asyncio.sleep(0.05)
        assert not psutil.pid_exists(pid)
        assert provider.engine.pid is None
        assert isinstance((await heard(provider, ask("Hi", max_tokens=1)))[-1], StreamEnd)
    finally:
        await provider.aclose()


async def test_two_replies_at_once_wait_for_each_other(provider: LocalProvider) -> None:
    first, second = await asyncio.gather(
        heard(provider, ask("Hi", max_tokens=20)), heard(provider, ask("Hi", max_tokens=20))
    )
    assert isinstance(first[-1], StreamEnd)
    assert isinstance(second[-1], StreamEnd)
    assert any(isinstance(event, Notice) and "waiting" in event.text for event in second)


async def test_nobody_else_on_the_machine_can_use_the_port(provider: LocalProvider) -> None:
    await heard(provider, ask("Hi", max_tokens=1))
    door = provider.engine.address
    assert door is not None
    async with httpx.AsyncClient(trust_env=False) as stranger:
        answer = await stranger.post(f"{door.url}/v1/chat/completions", json={"messages": []})
    assert answer.status_code == 401


async def test_closing_the_provider_ends_the_child_which_knew_no_key(
    tmp_path: Path, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "nobody's")
    provider = made(tmp_path, weights, context=512)
    await heard(provider, ask("Hi", max_tokens=1))
    pid = provider.engine.pid
    assert pid is not None
    assert "OPENAI_API_KEY" not in psutil.Process(pid).environ()
    await provider.aclose()
    assert not psutil.pid_exists(pid)


async def test_the_log_of_llama_cpp_goes_to_a_file_and_not_to_the_screen(
    provider: LocalProvider, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    await heard(provider, ask("Hi", max_tokens=1))
    await provider.aclose()
    assert capfd.readouterr() == ("", "")
    assert [file.name for file in (tmp_path / "log").iterdir()] == ["llama.log"]


async def test_a_model_that_does_not_fit_is_refused_with_one_sentence(tmp_path: Path, weights: Path) -> None:
    provider = made(tmp_path, weights, memory=0.1)
    with pytest.raises(UnknownModel, match=r"needs about 0\.\d GB of memory and 0\.1 GB may be used"):
        await heard(provider, ask("Hi"))
    assert provider.engine.pid is None


async def test_weights_that_llama_cpp_cannot_load_are_named(tmp_path: Path, weights: Path) -> None:
    torn = tmp_path / "torn.gguf"
    await asyncio.to_thread(_tear, weights, torn)
    provider = made(tmp_path, torn, context=512)
    with pytest.raises(UnknownModel, match=r"torn\.gguf.*llama\.log"):
        await heard(provider, ask("Hi"))
    assert provider.engine.pid is None


async def test_a_model_lists_its_window_and_size(provider: LocalProvider, weights: Path) -> None:
    (card,) = await provider.models()
    assert card.ref == REF
    assert card.context_window == 2048
    assert card.size_bytes == WHEELS["smollm2-135m"].size
