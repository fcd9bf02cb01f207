"""The stack: seen, changed in the user's own file, and changed back."""

from pathlib import Path

from mixchat.tui.screens.stack.stack_screen import StackScreen
from tests.tui.screens.scene import SceneRuntime, opened, said
from tests.tui.stage import Stage, on_stage

COMMENTED = """# my slots
name = "stage"
description = "scripted models"
[roles.daily-driver]   # every day
models = [
  "a/plain",  # cheap
  "bee",
]
[roles.quick]
models = ["c/tiny"]
"""


async def stack(stage: Stage) -> StackScreen:
    """Open the screen."""
    return await opened(stage, "stack", StackScreen)


def file(runtime: SceneRuntime) -> Path:
    """Return the stack's file."""
    return runtime.settings.paths.stacks / "stage.toml"


def slots(runtime: SceneRuntime, role: str = "daily-driver") -> list[str]:
    """Return the fallback order that counts."""
    return [str(slot.ref) for slot in runtime.routing.stack.roles[role].slots]


async def test_roles_are_seen_with_their_slots_and_what_stands_against_them():
    async with on_stage(SceneRuntime()) as stage:
        await stack(stage)
        text = stage.text
        assert all(word in text for word in ("daily-driver", "coding", "a/plain", "b/large", "ready"))
        assert "stage · your own" in text


async def test_a_model_is_added_moved_and_removed_and_each_step_is_taken_back():
    runtime = SceneRuntime(stack=COMMENTED)
    async with on_stage(runtime) as stage:
        await stack(stage)
        await stage.pilot.press("down", "enter")
        await stage.until(lambda: "Add a model to daily-driver" in stage.text and "c/tiny" in stage.text)
        await stage.type("tiny")
        await stage.pilot.press("enter")
        await stage.until(lambda: slots(runtime) == ["a/plain", "c/tiny", "b/large"])
        await stage.pilot.press("shift+up")
        await stage.until(lambda: slots(runtime) == ["c/tiny", "a/plain", "b/large"])
        await stage.pilot.press("ctrl+d")
        await stage.until(lambda: slots(runtime) == ["a/plain", "b/large"])
        written = file(runtime).read_text()
        assert "# my slots" in written
        assert "# cheap" in written
        assert '"bee"' in written, "an alias stays as it was written"
        await stage.pilot.press("ctrl+z", "ctrl+z", "ctrl+z")
        await stage.until(lambda: file(runtime).read_text() == COMMENTED)
        assert slots(runtime) == ["a/plain", "b/large"]


async def test_the_successor_takes_a_slot_of_a_model_that_ends():
    runtime = SceneRuntime()
    async with on_stage(runtime) as stage:
        await stack(stage)
        await stage.pilot.press("down", "down")
        await stage.pilot.press("ctrl+u")
        await stage.until(lambda: slots(runtime) == ["a/plain", "a/plain"])


async def test_a_preset_is_copied_before_it_is_changed():
    runtime = SceneRuntime(config='stack = "coding"\n')
    async with on_stage(runtime) as stage:
        await stack(stage)
        before = slots(runtime)
        await stage.pilot.press("down", "ctrl+d")
        await stage.until(lambda: runtime.routing.stack.name == "my-coding")
        assert slots(runtime) == before[1:]
        assert 'stack = "my-coding"' in runtime.settings.paths.config_file.read_text()
        await stage.pilot.press("ctrl+z")
        await stage.until(lambda: runtime.routing.stack.name == "coding")
        assert not (runtime.settings.paths.stacks / "my-coding.toml").exists()
        assert slots(runtime) == before


async def test_another_stack_is_put_to_use_and_back():
    runtime = SceneRuntime()
    async with on_stage(runtime) as stage:
        await stack(stage)
        await stage.pilot.press("ctrl+s")
        await stage.until(lambda: "comes with mixchat" in stage.text)
        await stage.type("budget")
        await stage.pilot.press("enter")
        await stage.until(lambda: runtime.routing.stack.name == "budget")
        await stage.pilot.press("ctrl+z")
        await stage.until(lambda: runtime.routing.stack.name == "stage")


async def test_a_role_that_the_config_slots_is_changed_there():
    runtime = SceneRuntime(config='stack = "stage"\n[roles.quick]\nmodels = ["a/plain"]\n')
    async with on_stage(runtime) as stage:
        await stack(stage)
        await stage.type("quick")
        await stage.pilot.press("down", "ctrl+d")
        await stage.until(lambda: "goes before every stack" in said(stage))
        assert slots(runtime, "quick") == ["a/plain"]
