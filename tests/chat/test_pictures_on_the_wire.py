"""A picture goes to a model that can take it, or nothing is sent and one sentence says why."""

import base64
from collections.abc import AsyncGenerator
from contextlib import aclosing
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from mixchat.config.catalog import Listing, Listings
from mixchat.domain.events import Notice
from mixchat.domain.model import ModelCard, ModelRef
from mixchat.domain.turn import Turn
from mixchat.runtime.runtime import Runtime, build_runtime
from tests.wires.script import Reply, Status
from tests.wires.server import Wires, environment

STACK = """
[roles.daily-driver]
models = {models}
"""


@pytest.fixture
async def wires(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Wires]:
    (tmp_path / "CONFIG" / "stacks").mkdir(parents=True)
    for part in ("CONFIG", "DATA", "LOG"):
        monkeypatch.setenv(f"MIXCHAT_{part}_DIR", str(tmp_path / part))
    monkeypatch.setenv("MIXCHAT_STACK", "wire")
    async with Wires() as served:
        for name, value in environment(served.url).items():
            monkeypatch.setenv(name, value)
        served.script("wire", Reply("From Anthropic."))
        served.script("wire2", Reply("From OpenAI."))
        yield served


def picture(size: int) -> bytes:
    """Return a whole PNG of that many bytes: what it lacks is in a chunk that nobody draws."""
    made = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(made, "png")
    whole = made.getvalue()
    filling = size - len(whole) - 12
    chunk = filling.to_bytes(4) + b"miXc" + bytes(filling) + bytes(4)
    return whole[:33] + chunk + whole[33:]


async def told(tmp_path: Path, models: list[str], *sizes: int, pin: str | None = None) -> Turn:
    """Return the turn of a message with pictures of these sizes."""
    (tmp_path / "CONFIG" / "stacks" / "wire.toml").write_text(STACK.format(models=models))
    blind = tuple(ModelCard(ref=ModelRef("openai", name), images=False) for name in ("blind", "blind2"))
    Listings(tmp_path / "DATA" / "listings").keep("openai", Listing(9e9, blind))
    runtime = build_runtime()
    try:
        return await _sent(runtime, tmp_path, sizes, pin)
    finally:
        await runtime.aclose()


async def _sent(runtime: Runtime, tmp_path: Path, sizes: tuple[int, ...], pin: str | None) -> Turn:
    chat = runtime.new_chat()
    files = []
    for number, size in enumerate(sizes):
        path = tmp_path / f"cat{number}.png"
        path.write_bytes(picture(size))
        files.append(chat.attachments.add(path))
    chosen = runtime.routing.resolve_name(pin) if pin else None
    async with aclosing(chat.send("What is this?", files=files, pin=chosen)) as events:
        async for _ in events:
            pass
    return chat.turns[-1]


async def test_a_picture_too_large_for_one_provider_goes_to_the_next_model(wires: Wires, tmp_path: Path):
    turn = await told(tmp_path, ["anthropic/wire", "openai/wire2"], 8_000_000)
    assert turn.reply == "From OpenAI."
    assert [seen.model for seen in wires.seen] == ["wire2"]
    assert turn.decision is not None
    assert turn.decision.skipped == (("anthropic/wire", "takes images of up to 7.5 MB"),)


async def test_a_picture_of_just_the_size_that_is_told_is_sent(wires: Wires, tmp_path: Path):
    turn = await told(tmp_path, ["anthropic/wire", "openai/wire2"], 7_500_000)
    assert turn.reply == "From Anthropic."


@pytest.mark.parametrize(
    ("pin", "sizes", "sentence"),
    [
        ("anthropic/wire", (8_000_000,), "anthropic/wire takes images of up to 7.5 MB;"),
        ("google/wire3", (8_000_000, 7_000_001), "google/wire3 takes files of up to 14.2 MB together;"),
        ("openai/blind", (900,), "openai/blind cannot see images;"),
    ],
)
async def test_a_pinned_model_that_cannot_take_it_is_asked_nothing_and_the_code_is_no_key(
    wires: Wires, tmp_path: Path, pin: str, sizes: tuple[int, ...], sentence: str
):
    turn = await told(tmp_path, ["openai/wire2"], *sizes, pin=pin)
    assert turn.failure is not None
    assert turn.failure.code == "bad_request"
    assert turn.failure.message == f"{sentence} leave the file out or pin another model."
    assert not wires.seen


async def test_where_nobody_can_see_it_is_said_and_nothing_is_sent(wires: Wires, tmp_path: Path):
    turn = await told(tmp_path, ["openai/blind", "openai/blind2"], 900)
    assert turn.failure is not None
    assert turn.failure.code == "bad_request"
    assert turn.failure.message == (
        "No model of the fallback order can take the file (openai/blind cannot see images; "
        "openai/blind2 cannot see images); leave the file out or pin another model."
    )
    assert not wires.seen


async def test_an_earlier_picture_that_is_too_large_for_a_model_is_left_out_with_a_word(
    wires: Wires, tmp_path: Path
):
    (tmp_path / "CONFIG" / "stacks" / "wire.toml").write_text(STACK.format(models=["openai/wire2"]))
    runtime = build_runtime()
    try:
        chat = runtime.new_chat()
        path = tmp_path / "cat.png"
        path.write_bytes(picture(8_000_000))
        for pin, files in (("openai/wire2", [chat.attachments.add(path)]), ("anthropic/wire", [])):
            chosen = runtime.routing.resolve_name(pin)
            async with aclosing(chat.send("What is this?", files=files, pin=chosen)) as events:
                async for _ in events:
                    pass
        assert chat.turns[-1].reply == "From Anthropic."
        assert chat.turns[-1].notices == ("1 earlier file was left out: this model cannot read it",)
    finally:
        await runtime.aclose()


@pytest.mark.parametrize("model", ["anthropic/wire", "openai/wire2", "google/wire", "ollama/wire"])
async def test_an_earlier_picture_that_is_refused_later_does_not_block_the_chat(
    wires: Wires, tmp_path: Path, model: str
):
    (tmp_path / "CONFIG" / "stacks" / "wire.toml").write_text(STACK.format(models=[model]))
    name = model.partition("/")[2]
    wires.script(name, Reply("A cat."), Status(400, message="Could not process image"), Reply("Black."))
    runtime = build_runtime()
    try:
        chat = runtime.new_chat()
        path = tmp_path / "cat.png"
        path.write_bytes(picture(5_000))
        async for _ in chat.send("What is this?", files=[chat.attachments.add(path)]):
            pass
        notices = [event.text async for event in chat.send("Of which colour?") if isinstance(event, Notice)]
        assert [turn.reply for turn in chat.turns] == ["A cat.", "Black."]
        assert "1 earlier file was left out: the model rejected the request with it" in notices
        assert len(chat.turns[-1].attempts) == 2
        assert "cat.png" in str(chat.turns[0].files), "the chat keeps what was attached"
        # What is attached now goes along: only what came before may be in the way.
        wires.script(name, Status(400, message="Could not process image"), Reply("A cat again."))
        async for _ in chat.send("And this?", files=[chat.attachments.add(path)]):
            pass
        sent = [str(seen.json).count(base64.b64encode(picture(5_000)).decode()[:200]) for seen in wires.seen]
        assert sent == [1, 1, 0, 2, 1]
        assert chat.turns[-1].reply == "A cat again."
    finally:
        await runtime.aclose()
