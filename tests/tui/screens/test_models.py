"""The model picker: what is known of each model, and what Enter and its neighbours do with one."""

from mixchat.domain.errors import Overloaded
from mixchat.tui.screens.models.models_screen import ModelsScreen
from tests.routing.scripted import reply
from tests.tui.screens.scene import LARGE, SceneRuntime, opened, said
from tests.tui.stage import Stage, on_stage


async def models(stage: Stage) -> ModelsScreen:
    """Open the picker and wait for its models."""
    screen = await opened(stage, "models", ModelsScreen)
    await stage.until(lambda: "available of" in stage.text)
    return screen


def row(stage: Stage, name: str) -> str:
    """Return the line that names a model."""
    return next(line for line in stage.text.splitlines() if name in line)


async def test_a_row_says_price_window_abilities_and_what_stands_against_the_model():
    runtime = SceneRuntime()
    runtime.routing.health.failed(LARGE, Overloaded("b is overloaded.").failure)
    async with on_stage(runtime, size=(140, 40)) as stage:
        await models(stage)
        plain = row(stage, "a/plain")
        assert all(word in plain for word in ("1.00", "4.00", "200k", "vision · reasoning · web"))
        assert "retry in" in row(stage, "b/large")
        assert "needs FAR_KEY" in row(stage, "far/away")
        assert "?" in row(stage, "c/tiny")


async def test_a_model_that_ends_soon_is_flagged_with_its_successor():
    async with on_stage(SceneRuntime(), size=(160, 40)) as stage:
        await models(stage)
        assert "ends 20 Dec 2023 → plain" in row(stage, "b/large")


async def test_typing_finds_by_alias_and_enter_pins_the_next_message_alone():
    async with on_stage(SceneRuntime()) as stage:
        await models(stage)
        await stage.type("bee")
        await stage.until(lambda: "1 available of 1" in stage.text)
        await stage.pilot.press("enter")
        await stage.until(lambda: stage.app.screen is stage.screen)
        await stage.send("Hello there, how are you?")
        await stage.idle()
        assert str(stage.turns[-1].ref) == "b/large"
        await stage.send("And what about the weather?")
        await stage.idle()
        assert str(stage.turns[-1].ref) == "a/plain"


async def test_another_key_pins_the_whole_chat():
    async with on_stage(SceneRuntime()) as stage:
        await models(stage)
        await stage.type("tiny")
        await stage.pilot.press("ctrl+s")
        await stage.until(lambda: stage.app.screen is stage.screen)
        pin = stage.talk.chat.state.pin
        assert pin is not None
        assert pin.name == "c/tiny"


async def test_a_third_asks_the_last_prompt_again():
    async with on_stage(SceneRuntime()) as stage:
        await stage.send("Hello there, how are you?")
        await stage.idle()
        stage.runtime.settings.providers.script("c/tiny", reply("A tiny reply."))
        await models(stage)
        await stage.type("tiny")
        await stage.pilot.press("ctrl+r")
        await stage.until(lambda: "A tiny reply." in stage.text)
        assert len(stage.turns) == 1


async def test_a_model_out_of_reach_is_not_pinned():
    async with on_stage(SceneRuntime()) as stage:
        await models(stage)
        await stage.type("away")
        await stage.pilot.press("enter")
        await stage.until(lambda: "far/away needs FAR_KEY" in said(stage))
        assert isinstance(stage.app.screen, ModelsScreen)


async def test_a_reply_streams_on_while_the_picker_is_open():
    async with on_stage(SceneRuntime()) as stage:
        stage.runtime.settings.providers.script("a/plain", reply("It went on meanwhile."))
        await stage.send("Hello there, how are you?")
        await models(stage)
        await stage.idle()
        assert stage.turns[-1].reply == "It went on meanwhile."
