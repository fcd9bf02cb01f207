"""Setting a chat up, or the next message: by command and on the screen, with what the model does not take."""

from mixchat.tui.screens.chat_settings_screen import ChatSettingsScreen
from tests.tui.screens.scene import SceneRuntime, opened, said
from tests.tui.stage import Stage, on_stage


async def ask(stage: Stage, text: str = "Hello there, how are you?") -> object:
    """Send a prompt and return the request that its model got."""
    await stage.send(text)
    await stage.idle()
    ref = stage.turns[-1].ref
    assert ref is not None
    return stage.runtime.settings.providers.made[ref.provider].requests[-1]


async def test_commands_set_the_chat_up():
    async with on_stage(SceneRuntime()) as stage:
        await stage.send("/effort high")
        await stage.send("/temperature 0.3")
        await stage.send("/max-tokens 2,000")
        await stage.send("/system Answer in verse.")
        await stage.send("/search on")
        await stage.until(lambda: stage.talk.chat.state.settings.search)
        request = await ask(stage)
        said = [
            getattr(request, name) for name in ("effort", "temperature", "max_tokens", "system", "search")
        ]
        assert said == ["high", 0.3, 2000, "Answer in verse.", True]


async def test_next_sets_one_message_alone():
    async with on_stage(SceneRuntime()) as stage:
        await stage.send("/effort next low")
        await stage.send("/temperature next 0.9")
        await stage.until(lambda: stage.composer.settings.temperature == 0.9)
        first = await ask(stage)
        second = await ask(stage, "And what about the weather?")
        assert [getattr(first, name) for name in ("effort", "temperature")] == ["low", 0.9]
        assert [getattr(second, name) for name in ("effort", "temperature")] == [None, None]


async def test_default_takes_a_setting_away():
    async with on_stage(SceneRuntime()) as stage:
        await stage.send("/effort high")
        await stage.send("/effort default")
        await stage.until(lambda: "is the default of the stack again" in said(stage))
        assert stage.talk.chat.state.settings.effort is None


async def test_what_cannot_be_set_is_said():
    async with on_stage(SceneRuntime()) as stage:
        await stage.send("/effort enormous")
        await stage.until(lambda: "is not an effort" in said(stage))
        await stage.send("/temperature hot")
        await stage.until(lambda: "is not a temperature" in said(stage))
        await stage.send("/max-tokens none")
        await stage.until(lambda: "is not a number of tokens" in said(stage))
        await stage.send("/search maybe")
        await stage.until(lambda: "neither" in said(stage))


async def test_what_the_model_in_line_does_not_take_is_said():
    async with on_stage(SceneRuntime()) as stage:
        await stage.send("/pin b/large")
        await stage.send("/temperature 0.5")
        await stage.until(lambda: "b/large takes no temperature" in said(stage))
        await stage.send("/pin a/plain")
        await stage.send("/effort max")
        await stage.until(lambda: "a/plain takes the efforts low, high" in said(stage))


async def test_the_screen_shows_chat_message_and_slot_and_sets_both():
    async with on_stage(SceneRuntime()) as stage:
        await opened(stage, "setup", ChatSettingsScreen)
        assert "a/plain would answer" in stage.text
        await stage.type("temp")
        await stage.pilot.press("enter", "1", "enter")
        await stage.until(lambda: stage.talk.chat.state.settings.temperature == 1.0)
        await stage.pilot.press("ctrl+s", "2", "enter")
        await stage.until(lambda: stage.composer.settings.temperature == 2.0)
        await stage.pilot.press("ctrl+d")
        await stage.until(lambda: stage.talk.chat.state.settings.temperature is None)
        assert stage.composer.settings.temperature is None


async def test_a_setting_is_still_there_when_the_chat_is_opened_again():
    runtime = SceneRuntime()
    async with on_stage(runtime) as stage:
        await ask(stage)
        await stage.send("/effort low")
        await stage.until(lambda: stage.talk.chat.state.settings.effort == "low")
        assert runtime.saved_chat(stage.talk.chat.id).state.settings.effort == "low"


async def test_what_can_be_counted_is_offered_while_one_types():
    async with on_stage(SceneRuntime()) as stage:
        await stage.type("/effort hi")
        await stage.until(lambda: "xhigh" in stage.text)
        await stage.pilot.press("enter", "enter")
        await stage.until(lambda: stage.talk.chat.state.settings.effort == "high")
