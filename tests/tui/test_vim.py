"""Vim keys in the composer, for those who ask for them in the config."""

import pytest

from mixchat.domain.events import TextDelta
from tests.routing.scripted import Hang
from tests.tui.stage import CONFIG, StagedRuntime, on_stage

VIM = CONFIG + "[ui]\nvim = true\n"


@pytest.mark.parametrize(
    ("keys", "left"),
    [
        ("0dw", "two three"),
        ("0x", "ne two three"),
        ("03x", " two three"),
        ("0D", ""),
        ("0wD", "one"),
        ("dd", ""),
        ("0ihey ", "hey one two three"),
        ("A four", "one two three four"),
        ("0ddu", "one two three"),
        ("ccnew", "new"),
    ],
)
async def test_normal_mode_moves_and_changes(keys: str, left: str):
    async with on_stage(StagedRuntime(VIM)) as stage:
        stage.composer.area.insert("one two three")
        await stage.pilot.press("escape")
        await stage.type(keys)
        assert stage.composer.typed.rstrip() == left


async def test_escape_leaves_insert_mode_first_and_then_stops_the_reply():
    async with on_stage(StagedRuntime(VIM)) as stage:
        stage.runtime.providers.script("a/plain", [TextDelta("on and on"), Hang()])
        await stage.send("Tell me about tea please")
        await stage.until(lambda: "on and on" in stage.text)
        await stage.type("next")
        await stage.pilot.press("escape")
        assert stage.talk.busy
        await stage.pilot.press("escape")
        await stage.idle()
        assert stage.composer.typed == "next"


async def test_without_the_config_letters_are_letters():
    async with on_stage() as stage:
        await stage.type("dd")
        await stage.pilot.press("escape")
        await stage.type("x")
        assert stage.composer.typed == "ddx"
