"""Keys that arrive together, as over a slow line."""

import asyncio
from typing import ClassVar

from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Static

from mixchat.tui.terminal.input_order import InputOrder
from mixchat.tui.terminal.ordered_keys import OrderedInput
from tests.tui.stage import Stage, on_stage


def press_at_once(stage: Stage, *keys: str) -> None:
    """Hand keys to the app with no time between them."""
    for key in keys:
        character = {"space": " ", "backspace": "\x7f", "enter": "\r"}.get(
            key, key if len(key) == 1 else None
        )
        stage.app.post_message(events.Key(key, character))


async def test_a_backspace_deletes_what_was_typed_before_it():
    async with on_stage() as stage:
        press_at_once(
            stage, *"teh", "backspace", "backspace", *"he", "left", "left", "home", *"a", "end", *"z"
        )
        await stage.until(lambda: stage.composer.typed == "athez")


async def test_enter_sends_what_was_typed_before_it_and_the_rest_is_the_next_message():
    async with on_stage() as stage:
        press_at_once(stage, *"hello", "enter", *"more")
        await stage.until(lambda: stage.turns and stage.composer.typed == "more")
        assert stage.turns[0].prompt == "hello"
        await stage.idle()


async def test_the_arrow_up_brings_the_prompt_that_the_next_key_changes():
    async with on_stage() as stage:
        await stage.send("hello")
        await stage.idle()
        press_at_once(stage, "up", "end", "backspace", *"p")
        await stage.until(lambda: stage.composer.typed == "hellp")


async def test_a_tab_completes_the_word_that_came_with_it():
    async with on_stage() as stage:
        press_at_once(stage, *"@codi", "tab", *"fix")
        await stage.until(lambda: "fix" in stage.composer.typed)
        assert stage.composer.typed.split() == ["@coding", "fix"]


class OneField(App[None]):
    def compose(self) -> ComposeResult:
        yield OrderedInput()


async def test_a_field_keeps_the_order_too():
    app = OneField()
    async with app.run_test() as pilot:
        for key, character in (("a", "a"), ("b", "b"), ("backspace", "\x7f"), ("c", "c")):
            app.post_message(events.Key(key, character))
        await pilot.pause()
        await pilot.pause()
        assert app.query_one(OrderedInput).value == "ac"


async def test_enter_takes_no_completion_of_a_word_that_went_on():
    async with on_stage() as stage:
        press_at_once(stage, *"/nonsense", "enter")
        await stage.until(lambda: "no command /nonsense" in stage.text)
        assert stage.composer.typed == "/nonsense"


async def test_keys_behind_one_that_opens_a_screen_are_for_that_screen():
    async with on_stage() as stage:
        press_at_once(stage, "f1", "escape", *"typed")
        await stage.until(lambda: stage.composer.typed == "typed")
        press_at_once(stage, "ctrl+s", *"nothing like it")
        await stage.until(lambda: "nothing like it" in stage.text)
        assert stage.composer.typed == "typed"
        press_at_once(stage, "escape", "enter", *"next")
        await stage.until(lambda: stage.turns and stage.composer.typed == "next")
        assert stage.turns[0].prompt == "typed"
        await stage.idle()


async def test_keys_pressed_twice_on_every_screen_leave_the_app_as_once():
    async with on_stage() as stage:
        await stage.send("hello")
        await stage.idle()
        for opener in ("f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "ctrl+s", "ctrl+p", "ctrl+o"):
            for closer in ("enter", "escape"):
                press_at_once(stage, opener, opener, closer, closer, "escape", "escape", "escape", "escape")
                await stage.until(lambda: len(stage.app.screen_stack) == 1)
                await stage.idle()
        assert stage.app.is_running


async def test_a_screen_that_is_dismissed_twice_closes_nothing_else():
    async with on_stage() as stage:
        stage.composer.area.insert("kept")
        for opener in ("f1", "ctrl+s", "ctrl+p"):
            await stage.pilot.press(opener)
            await stage.until(lambda: len(stage.app.screen_stack) == 2)
            screen = stage.app.screen
            screen.dismiss(None)
            screen.dismiss(None)
            await stage.pilot.pause()
            assert stage.app.screen_stack == [stage.screen]
        assert stage.composer.typed == "kept"


async def test_keys_of_the_conversation_reach_it_from_an_empty_prompt():
    async with on_stage() as stage:
        for number in range(12):
            await stage.send(f"prompt {number}\n" * 4)
            await stage.idle()
        transcript = stage.screen.context.widgets.transcript
        end = transcript.scroll_y
        press_at_once(stage, "pageup")
        await stage.until(lambda: transcript.scroll_y < end)
        press_at_once(stage, "home")
        await stage.until(lambda: transcript.scroll_y == 0)
        press_at_once(stage, "pagedown")
        await stage.until(lambda: 0 < transcript.scroll_y < end)
        press_at_once(stage, "end")
        await stage.until(lambda: transcript.scroll_y == end)
        press_at_once(stage, *"ab", "home", "c")
        await stage.until(lambda: stage.composer.typed == "cab")
        assert transcript.scroll_y == end


class Slow(Screen[None]):
    """A screen whose widgets take their time, with a key that works with them."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("down", "name", priority=True)]
    named = ""

    async def on_mount(self) -> None:
        await asyncio.sleep(0.3)
        await self.mount(Static("there", id="late"))

    def action_name(self) -> None:
        self.named = str(self.query_one("#late", Static).content)


class OpensSlowly(App[None]):
    """Hands its keys on as mixchat does."""

    def __init__(self) -> None:
        super().__init__()
        self.order = InputOrder(self, super().on_event, self._handle_exception)
        self.slow = Slow()

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.InputEvent):
            await self.order.take(event)
        else:
            await super().on_event(event)


async def test_a_key_waits_until_the_screen_that_was_opened_has_its_widgets():
    app = OpensSlowly()
    async with app.run_test() as pilot:
        app.push_screen(app.slow)
        app.post_message(events.Key("down", None))
        for _ in range(100):
            await pilot.pause(0.02)
            if app.slow.named:
                break
        assert app.slow.named == "there"
