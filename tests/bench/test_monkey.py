"""A monkey at the keyboard: 100,000 keys over every screen, seeded, and nothing fails.

pytest -m bench -s tests/bench/test_monkey.py                                all twenty seeds
MIXCHAT_MONKEY_SEEDS=3,4 pytest -m bench -s tests/bench/test_monkey.py      these alone
"""

import asyncio
import contextlib
import contextvars
import os
import random
import time
import traceback
from pathlib import Path

import pytest
from textual import events
from textual.keys import _character_to_key
from textual.message_pump import MessagePump

from mixchat.domain.errors import Overloaded
from mixchat.domain.events import Notice, TextDelta, ThinkingDelta
from mixchat.tui.actions.table import ACTIONS
from tests.routing.scripted import Hang, Pause, Script, reply
from tests.tui.stage import CONFIG, STACK, Stage, StagedRuntime, on_stage

KEYS = int(os.environ.get("MIXCHAT_MONKEY_KEYS", "5000"))
SEEDS = [
    int(seed) for seed in os.environ.get("MIXCHAT_MONKEY_SEEDS", ",".join(map(str, range(20)))).split(",")
]
pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

STEERING = [
    "up", "down", "left", "right", "home", "end", "pageup", "pagedown", "tab", "shift+tab", "enter", "enter", "enter", "escape",
    "escape", "backspace", "delete", "space", "shift+up", "shift+down", "shift+left", "shift+right", "ctrl+left", "ctrl+right",
    "ctrl+home", "ctrl+end", "alt+enter", "shift+enter", "ctrl+j", "ctrl+a", "ctrl+e", "ctrl+k", "ctrl+u", "ctrl+w", "ctrl+z",
    "ctrl+y", "ctrl+v", "ctrl+x", "ctrl+c", "ctrl+d", "ctrl+n", "ctrl+p", "ctrl+r", "ctrl+t", "ctrl+b", "ctrl+o", "alt+left",
    "alt+right", "alt+1", "alt+2", "alt+m", *(f"f{number}" for number in range(1, 13)),
]  # fmt: skip
LEAVING = {"ctrl+q"}
SHORTCUTS = [key for action in ACTIONS for key in action.key.split(",") if key and key not in LEAVING]
LETTERS = "abcdefghijklmnopqrstuvwxyz 0123456789 @/#:.,-_?!()[]{}'\"\\äß漢🙂"
COMMANDS = [
    f"/{command}" for action in ACTIONS for command in action.commands if command not in {"quit", "exit", "q"}
]
ARGUMENTS = [
    "",
    "",
    "a/plain",
    "quick",
    "nothing here",
    "on",
    "1",
    "-1",
    "next high",
    "a/plain b/large tea",
    "0.5",
    "\x1b[2J",
]


def scripts() -> list[Script]:
    """Return what a model says: made anew for each loop, which what hangs is bound to."""
    return [
        reply("A reply.\n\n- one\n- two\n\n```python\nprint(1)\n```\n"),
        reply("| a | b |\n|---|---|\n| 1 | 2 |\n", "and **more** [link](https://a.example/x)."),
        [ThinkingDelta("Hm. "), *reply("After a thought.")],
        [TextDelta("Half of "), Overloaded("It has trouble.")],
        [Overloaded("It has trouble.")],
        [Notice("info", "a notice"), TextDelta("Slowly "), Pause(0.05), *reply("it comes.")],
        [TextDelta("It never ends."), Hang()],
    ]


class Monkey:
    """Presses keys on a stage, and remembers the last of them for whoever looks for a fault."""

    def __init__(self, stage: Stage, dice: random.Random) -> None:
        self.stage = stage
        self.dice = dice
        self.pressed: list[str] = []
        self.screens: set[str] = set()

    async def press(self, count: int) -> None:
        """Press so many keys, several in one packet now and then."""
        while len(self.pressed) < count:
            for _ in range(self.dice.choice([1, 1, 2, 3, 8, 20])):
                self._one()
            await asyncio.sleep(0 if self.dice.random() < 0.5 else 0.002)
            for _ in range(5_000):
                if self.stage.app.message_queue_size + len(self.stage.app._input._waiting) <= 40:
                    break
                await asyncio.sleep(0.002)
            self.screens.add(type(self.stage.app.screen).__name__)

    def _one(self) -> None:
        chance = self.dice.random()
        if chance < 0.45:
            self._key(self.dice.choice(STEERING))
        elif chance < 0.6:
            self._key(self.dice.choice(SHORTCUTS))
        elif chance < 0.97:
            self._letter(self.dice.choice(LETTERS))
        else:
            for letter in f"{self.dice.choice(COMMANDS)} {self.dice.choice(ARGUMENTS)}".strip():
                self._letter(letter)
            self._key("enter")

    def _letter(self, letter: str) -> None:
        self._send(letter if letter.isalnum() else _character_to_key(letter), letter)

    def _key(self, key: str) -> None:
        self._send(key, {"enter": "\r", "tab": "\t", "space": " "}.get(key))

    def _send(self, name: str, character: str | None) -> None:
        key = events.Key(name, character)
        key.set_sender(self.stage.app)
        driver = self.stage.app._driver
        assert driver is not None
        driver.send_message(key)
        self.pressed.append(name)


class Findings:
    """What came of the keys so far."""

    def __init__(self) -> None:
        self.failures: list[str] = []
        self.pressed = 0
        self.screens: set[str] = set()
        self.starts = 0

    async def watch(self, dice: random.Random, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let a monkey play with a fresh app until it was left or is bored."""
        vim = "[ui]\nvim = true\n" if dice.random() < 0.3 else ""
        runtime = StagedRuntime(CONFIG + vim, STACK)
        for model in ("a/plain", "b/large", "c/tiny"):
            runtime.settings.providers.script(model, *dice.choices(scripts(), k=400))
        self.starts += 1
        async with on_stage(runtime, size=dice.choice([(120, 40), (80, 24), (60, 15)])) as stage:
            app, monkey = stage.app, Monkey(stage, dice)
            stage.screen.first.choices.armed_after = 0.0
            monkeypatch.setattr(app.app_exit, "_go_on_after", self._note)
            monkeypatch.setattr(MessagePump, "_dispatch_message", DISPATCH)
            app.survive()
            task = asyncio.create_task(monkey.press(min(KEYS - self.pressed, 1_250)))
            while not task.done() and app.is_running and app.return_code is None and not self.failures:
                await asyncio.wait([task], timeout=0.1)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            self.screens |= monkey.screens
            self.pressed += len(monkey.pressed)
            if self.failures or app.app_exit.fault is not None:
                self.failures.append(f"{app.app_exit.fault!r}, after {monkey.pressed[-60:]}")

    def _note(self, error: Exception) -> None:
        self.failures.append("".join(traceback.format_exception(error)))


DISPATCH = MessagePump._dispatch_message


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("seed", SEEDS)
async def test_no_key_at_any_moment_is_a_failure(seed: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    dice, found, began = random.Random(seed), Findings(), time.perf_counter()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EDITOR", "true")
    monkeypatch.setenv("PATH", "")
    while found.pressed < KEYS and not found.failures:
        # Each app in a context of its own, as in a process of its own.
        task = asyncio.create_task(found.watch(dice, monkeypatch), context=contextvars.copy_context())
        await task
    assert not found.failures, "\n".join(found.failures[-4:])
    print(
        f"\nseed {seed}: {found.pressed:,} keys in {time.perf_counter() - began:.0f} s, {found.starts} starts, "
        f"{len(found.screens)} screens: {', '.join(sorted(found.screens))}"
    )
    assert len(found.screens) >= 6
