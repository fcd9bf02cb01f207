"""`/NAME` in the app writes a prompt of the library; `/export` writes the chat in the format of its file."""

import json
import os
from pathlib import Path

import pytest

from tests.routing.scripted import reply
from tests.tui.stage import on_stage


@pytest.fixture(autouse=True)
def library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    folder = Path(os.environ["MIXCHAT_CONFIG_DIR"]) / "prompts"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "review.md").write_text("+++\nrole = 'coding'\n+++\nReview in {{language}}: {{input}}\n")
    (folder / "pirate.md").write_text("+++\nsystem = 'Talk like a pirate.'\n+++\n")


async def test_a_prompt_is_filled_in_and_stands_in_the_composer_until_it_is_sent():
    async with on_stage() as stage:
        stage.runtime.settings.providers.script("b/large", reply("Fine."))
        await stage.send('/review language="plain French" x = 1')
        await stage.until(
            lambda: stage.screen.context.composer.typed == "@coding Review in plain French: x = 1"
        )
        assert not stage.talk.chat.turns
        await stage.pilot.press("enter")
        await stage.idle()
        (turn,) = stage.talk.chat.turns
        assert (turn.prompt, turn.pin) == ("Review in plain French: x = 1", "coding")


async def test_what_is_missing_is_said_and_the_command_comes_back():
    async with on_stage() as stage:
        await stage.send("/review x = 1")
        await stage.until(lambda: "needs language" in stage.text)
        assert stage.screen.context.composer.typed == "/review x = 1"


async def test_a_persona_sets_the_chat_up():
    async with on_stage() as stage:
        await stage.send("/pirate")
        await stage.until(lambda: stage.talk.chat.state.settings.system == "Talk like a pirate.")
        assert stage.screen.context.composer.is_empty


async def test_prompts_are_offered_while_one_types():
    async with on_stage() as stage:
        await stage.type("/rev")
        await stage.until(lambda: "a prompt of your library" in stage.text)


async def test_export_writes_the_format_of_the_files_name_and_never_over_a_file(tmp_path: Path):
    async with on_stage() as stage:
        stage.runtime.settings.providers.script("a/plain", reply("Leaves and water."))
        await stage.send("Tell me about tea please")
        await stage.idle()
        for name in ("chat.md", "chat.html", "chat.json"):
            await stage.send(f"/export {name}")
            await stage.until(lambda name=name: (tmp_path / name).exists())
        await stage.send("/export chat.md")
        await stage.until(lambda: "is there already" in stage.text)
    assert (tmp_path / "chat.md").read_text().startswith("---\n")
    assert "Leaves and water." in (tmp_path / "chat.html").read_text()
    assert (
        json.loads((tmp_path / "chat.json").read_text())["chats"][0]["turns"][0]["reply"]
        == "Leaves and water."
    )
