"""Keys: every act has one name, can be given another key, and Ctrl+C and Esc do the innermost thing."""

from pathlib import Path

from mixchat.domain.events import TextDelta
from mixchat.tui.actions.keys import read_keys
from mixchat.tui.actions.table import ACTIONS
from tests.routing.scripted import Hang, reply
from tests.tui.stage import CONFIG, StagedRuntime, on_stage


def test_every_act_is_named_once_and_no_key_is_given_twice():
    names = [act.id for act in ACTIONS]
    keys = [key for act in ACTIONS for key in act.key.split(",") if key]
    assert len(names) == len(set(names))
    assert len(keys) == len(set(keys))
    assert not {"ctrl+i", "ctrl+m", "ctrl+h"} & set(keys)


def test_a_name_that_is_no_action_and_a_key_that_is_taken_are_said():
    keymap = read_keys({"retry": "ctrl+p", "nonsense": "f9"})
    assert dict(keymap.keys) == {"retry": "ctrl+p"}
    assert any("nonsense" in problem.sentence for problem in keymap.problems)
    assert any('"ctrl+p"' in problem.sentence and "retry" in problem.sentence for problem in keymap.problems)


async def test_the_users_key_goes_before_one_that_comes_along_as_it_is_said():
    given = {"retry": "ctrl+p", "help": "ctrl+q"}
    problems = read_keys(given).problems
    assert any('"ctrl+p"' in problem.sentence and "retry has it" in problem.sentence for problem in problems)
    assert any('"ctrl+q"' in problem.sentence and "quit has it" in problem.sentence for problem in problems)
    runtime = StagedRuntime(CONFIG + '[keys]\nretry = "ctrl+p"\n')
    async with on_stage(runtime) as stage:
        await stage.pilot.press("ctrl+p")
        await stage.until(lambda: "There is nothing to ask again yet." in stage.text)


async def test_an_act_is_reached_by_the_users_own_key():
    runtime = StagedRuntime(CONFIG + '[keys]\nhelp = "f12"\n')
    async with on_stage(runtime) as stage:
        await stage.pilot.press("f12")
        await stage.until(lambda: "a role, alias or model" in stage.text or "this role" in stage.text)


async def test_ctrl_c_stops_a_reply_and_otherwise_says_how_to_quit():
    async with on_stage() as stage:
        await stage.pilot.press("ctrl+c")
        await stage.until(lambda: "ctrl+q quits" in stage.text)
        assert stage.app.is_running
        stage.runtime.settings.providers.script("a/plain", [TextDelta("so far"), Hang()])
        await stage.send("Tell me about tea please")
        await stage.until(lambda: "so far" in stage.text)
        await stage.pilot.press("ctrl+c")
        await stage.idle()


async def test_ctrl_c_copies_a_selection_and_stops_nothing():
    async with on_stage() as stage:
        stage.runtime.settings.providers.script("a/plain", [TextDelta("so far"), Hang()])
        await stage.send("Tell me about tea please")
        await stage.until(lambda: "so far" in stage.text)
        await stage.type("copy me")
        stage.composer.area.select_all()
        await stage.pilot.press("ctrl+c")
        await stage.until(lambda: stage.app.clipboard == "copy me")
        assert stage.talk.busy


async def test_the_palette_lists_every_act_and_does_what_is_picked():
    async with on_stage() as stage:
        await stage.pilot.press("ctrl+p")
        await stage.until(lambda: "Commands" in stage.text)
        await stage.type("side panel")
        await stage.until(lambda: "Side panel" in stage.text)
        await stage.pilot.press("enter")
        await stage.until(
            lambda: not stage.screen.first.panel.display or stage.screen.first.panel.has_class("-hidden")
        )


async def test_quit_works_from_an_open_page():
    async with on_stage() as stage:
        await stage.pilot.press("f1")
        await stage.until(lambda: len(stage.app.screen_stack) == 2)
        await stage.pilot.press("ctrl+q")
        await stage.until(lambda: not stage.app.is_running)


async def test_the_reply_is_copied_and_its_code_saved(tmp_path: Path):
    async with on_stage() as stage:
        stage.runtime.settings.providers.script("a/plain", reply("See:\n\n```python\nprint(1)\n```\n"))
        await stage.send("Tell me about tea please")
        await stage.idle()
        await stage.pilot.press("ctrl+o")
        await stage.until(lambda: "print(1)" in stage.app.clipboard)
        await stage.send(f"/save {tmp_path / 'one.py'}")
        await stage.until(lambda: (tmp_path / "one.py").exists())
        assert (tmp_path / "one.py").read_text() == "print(1)\n"


async def test_retry_asks_again_in_the_same_place():
    async with on_stage() as stage:
        stage.runtime.settings.providers.script("a/plain", reply("One."), reply("Two."))
        await stage.send("Tell me about tea please")
        await stage.idle()
        await stage.pilot.press("f5")
        await stage.until(lambda: stage.turns[-1].reply == "Two.")
        await stage.idle()
        assert len(stage.turns) == 1
        assert "Two." in stage.text
        assert "One." not in stage.text
