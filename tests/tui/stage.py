"""The app on a stage: a real runtime whose providers play scripts, and a pilot that waits for what it expects."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import cached_property
from pathlib import Path

from textual import events
from textual._context import visible_screen_stack
from textual.keys import _character_to_key
from textual.pilot import Pilot

from mixchat.domain.chat_request import RoutingInput
from mixchat.domain.clock import Clock, SystemClock
from mixchat.domain.decision import Classification, Evidence
from mixchat.domain.stack import Stack
from mixchat.routing.router import Router
from mixchat.runtime.routing import Routing
from mixchat.runtime.runtime import Runtime
from mixchat.runtime.settings import Settings
from mixchat.runtime.storage import Storage
from mixchat.tui.app import MixApp
from mixchat.tui.chat_screen import ChatScreen
from mixchat.tui.launch_options import LaunchOptions
from tests.routing.scripted import ScriptedProviders

CONFIG = """
stack = "stage"
[providers.a]
base_url = "https://a.example/v1"
[providers.b]
base_url = "https://b.example/v1"
[providers.c]
base_url = "https://c.example/v1"
[aliases]
bee = "b/large"
[prices."a/plain"]
input = 1.0
output = 4.0
"""
STACK = """
name = "stage"
description = "scripted models"
[roles.daily-driver]
models = ["a/plain", "b/large"]
[roles.coding]
models = ["b/large", "a/plain"]
[roles.quick]
models = ["c/tiny"]
"""


class StillClock:
    """Stands still until it is told to skip, so that every picture has the same times. Sleeping is real."""

    def __init__(self) -> None:
        self._at = 1_700_000_000.0

    def now(self) -> float:
        return self._at

    def monotonic(self) -> float:
        return self._at

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def skip(self, seconds: float) -> None:
        """Go on by so much."""
        self._at += seconds


class PlainClassifier:
    """Reads one word."""

    is_loaded = True

    async def load(self) -> None:
        """There is nothing to load."""

    def classify(self, question: RoutingInput, stack: Stack) -> Classification:
        if "code" in question.prompt:
            evidence = (Evidence("'code'", 1.0),)
            return Classification("coding", 0.9, "local", evidence, (("coding", 0.9), ("daily-driver", 0.1)))
        return Classification("daily-driver", 0.5, "default", (), (("daily-driver", 0.5), ("quick", 0.3)))


class StagedSettings(Settings):
    """Settings whose models play scripts."""

    def __init__(self, config: str, stack: str, clock: Clock) -> None:
        super().__init__(dict(os.environ), Path.cwd())
        self.clock = clock
        (self.paths.config / "stacks").mkdir(parents=True, exist_ok=True)
        if not self.paths.config_file.exists():
            self.paths.config_file.write_text(config, "utf-8")
        (self.paths.config / "stacks" / "stage.toml").write_text(stack, "utf-8")

    @cached_property
    def providers(self) -> ScriptedProviders:  # type: ignore[override]
        """The scripted ones."""
        return ScriptedProviders(self.clock)

    async def aclose(self) -> None:
        """Nothing was opened."""


class StagedRouting(Routing):
    """Routing by words that a test can foresee."""

    @cached_property
    def router(self) -> Router:
        """One that gives `coding` to what says so, and everything else to the daily driver."""
        return Router(self.stack, classifier=PlainClassifier(), resources=self.services)


class StagedRuntime(Runtime):
    """A runtime whose models play scripts."""

    settings: StagedSettings
    settings_type = StagedSettings
    routing_type: type[Routing] = StagedRouting

    def __init__(self, config: str = CONFIG, stack: str = STACK, clock: Clock | None = None) -> None:
        settings = self.settings_type(config, stack, clock or SystemClock())
        storage = Storage(settings, clock=clock)
        super().__init__(settings, storage, self.routing_type(settings, storage, teaching=True))

    def start_log(self) -> None:
        """Write none."""

    def preload_prices(self) -> None:
        """Read none."""

    def preload(self) -> None:
        """Import nothing."""


class Stage:
    """The running app, with words for what a person does and sees."""

    def __init__(self, app: MixApp, pilot: Pilot[int], runtime: StagedRuntime) -> None:
        self.app = app
        self.pilot = pilot
        self.runtime = runtime

    @property
    def screen(self) -> ChatScreen:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, ChatScreen)
        return screen

    @property
    def composer(self):
        return self.screen.first.composer

    @property
    def talk(self):
        return self.screen.context.queue

    @property
    def turns(self):
        return self.talk.chat.turns

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        """Wait until `condition` holds, for seconds at most."""
        for _ in range(1_500):
            if condition():
                return
            await asyncio.sleep(0.02)
        raise AssertionError(what or f"never came true; the screen says:\n{self.text}")

    async def type(self, text: str) -> None:
        """Type fast: all keys are on their way before the first one is handled."""
        driver = self.app._driver
        assert driver is not None
        for character in text:
            name = "escape" if character == "\x1b" else _character_to_key(character)
            key = events.Key(character if character.isalnum() else name, character)
            key.set_sender(self.app)
            driver.send_message(key)
        await self.pilot.pause()
        await self.until(lambda: self.app._input._settling is None, "not every key had its effect")
        await self.pilot.pause()

    async def send(self, text: str) -> None:
        """Write a prompt and press Enter."""
        self.composer.area.insert(text)
        await self.pilot.press("enter")

    async def idle(self) -> None:
        """Wait until no reply is under way."""
        await self.until(lambda: not self.talk.busy)
        await self.pilot.pause()

    @property
    def text(self) -> str:
        """What the screen shows, as text."""
        width, height = self.app.size
        # What is rendered is kept for the next frame: a list over the chat has to find the chat below it, as when painted.
        visible_screen_stack.set(self.app._background_screens)
        lines = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip)[:width] for strip in lines[:height])


@asynccontextmanager
async def on_stage(
    runtime: StagedRuntime | None = None,
    opening: LaunchOptions | None = None,
    size: tuple[int, int] = (120, 40),
) -> AsyncGenerator[Stage]:
    """Run the app until everything is mounted, and leave it well."""
    runtime = runtime or StagedRuntime()
    app = MixApp(runtime, opening or LaunchOptions())
    async with app.run_test(size=size, notifications=True) as pilot:
        stage = Stage(app, pilot, runtime)
        await stage.until(lambda: stage.screen.ready.is_set(), "the app never was ready")
        await pilot.pause()
        yield stage
        if app.is_running:
            await app.action_quit()
