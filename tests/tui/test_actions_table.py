"""The table of actions: every row is done by somebody, everybody has a row, and `[keys]` is held to it."""

import importlib
import pkgutil

import pytest
from textual.widgets import OptionList

from mixchat.tui import handlers
from mixchat.tui.actions.chat import CHAT, FIRST
from mixchat.tui.actions.dispatch import marked_methods
from mixchat.tui.actions.keys import read_keys
from mixchat.tui.actions.screens import SCREENS
from mixchat.tui.actions.table import ACTIONS, BY_ID, GROUPS, find_slash
from mixchat.tui.actions.turns import TURNS
from mixchat.tui.handlers.handler import ChatHandler
from mixchat.tui.widgets.picker import Picker
from tests.routing.scripted import reply
from tests.tui.stage import CONFIG, Stage, StagedRuntime, on_stage


def _handled() -> list[str]:
    """Return every action that a method of the product is marked with."""
    found: list[str] = []
    for module in pkgutil.iter_modules(handlers.__path__, "mixchat.tui.handlers."):
        names = vars(importlib.import_module(module.name)).values()
        for kind in names:
            own = isinstance(kind, type) and issubclass(kind, ChatHandler) and kind.__module__ == module.name
            if own:
                found += [action_id for action_id, _ in marked_methods(object.__new__(kind))]
    return found


def test_every_row_has_a_handler_and_every_handler_a_row():
    handled = _handled()
    assert sorted(handled) == sorted({*handled})
    assert {*handled} == {action.id for action in ACTIONS if not action.same_as}
    assert all(BY_ID[action.same_as].argument for action in ACTIONS if action.same_as)


def test_no_slash_command_and_no_id_is_given_twice():
    commands = [command for action in ACTIONS for command in action.commands]
    assert len(commands) == len({*commands})
    assert len(BY_ID) == len(ACTIONS)


@pytest.mark.parametrize(
    ("command", "action_id"),
    [
        ("clear", "new-chat"), ("model", "models"), ("cost", "spend"), ("usage", "spend"), ("exit", "quit"),
        ("quit", "quit"), ("export", "export"), ("resume", "chats"), ("help", "help"),
    ],
)  # fmt: skip
def test_commands_that_fingers_know(command: str, action_id: str):
    found = find_slash(command)
    assert found is not None
    assert found.id == action_id


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({"hepl": "f2"}, 'keys.hepl is not an action; did you mean "help"?'),
        ({"help": "banana"}, 'keys.help: there is no key "banana"'),
        ({"help": "ctrl+pgup"}, 'did you mean "ctrl+pageup"?'),
    ],
)
def test_a_key_that_cannot_count_is_said_with_what_was_meant(table: dict[str, str], sentence: str):
    keymap = read_keys(table)
    assert any(sentence in problem.sentence for problem in keymap.problems), keymap.problems
    assert dict(keymap.keys) == {}


async def test_a_key_that_is_none_leaves_the_default():
    async with on_stage(StagedRuntime(CONFIG + '[keys]\nhelp = "banana"\n')) as stage:
        await stage.until(lambda: "there is no key" in stage.text)
        await stage.pilot.press("f1")
        await stage.until(lambda: len(stage.app.screen_stack) == 2)


async def test_an_empty_text_takes_a_key_away():
    async with on_stage(StagedRuntime(CONFIG + '[keys]\nhelp = ""\n')) as stage:
        await stage.pilot.press("f1")
        await stage.pilot.pause(0.1)
        assert len(stage.app.screen_stack) == 1


async def test_the_last_line_says_the_key_as_it_is_set():
    async with on_stage(StagedRuntime(CONFIG + '[keys]\npalette = "f12"\n')) as stage:
        await stage.until(lambda: "f12 commands" in stage.text)
        assert "ctrl+p" not in stage.text.splitlines()[-1]
        await stage.pilot.press("f12")
        await stage.until(lambda: "Commands" in stage.text)


async def test_an_action_without_a_key_can_be_given_one():
    async with on_stage(StagedRuntime(CONFIG + '[keys]\nprivate = "f12"\n')) as stage:
        await stage.pilot.press("f12")
        await stage.until(lambda: stage.talk.chat.record.private)


async def test_quit_leaves_as_a_command():
    async with on_stage() as stage:
        await stage.send("/quit")
        await stage.until(lambda: not stage.app.is_running)


def test_every_action_stands_in_one_group_of_the_list():
    rows = [action.id for action in (*FIRST, *TURNS, *CHAT, *SCREENS)]
    grouped = [id_ for ids in GROUPS.values() for id_ in ids]
    assert sorted([*rows, "help"]) == sorted(grouped)


async def test_commands_are_grouped_the_recent_first_and_what_cannot_be_done_is_left_out():
    async with on_stage() as stage:
        await stage.pilot.press("ctrl+p")
        await stage.until(lambda: "Commands" in stage.text and "New chat" in stage.text)
        assert "Retry" not in stage.text  # nothing was said yet
        assert "Recent" not in stage.text
        assert "escape" not in stage.text
        await stage.type("spending")
        await stage.pilot.press("enter")
        await stage.until(lambda: type(stage.app.screen).__name__ == "SpendScreen")
        await stage.pilot.press("escape")
        await stage.pilot.press("ctrl+p")
        await stage.until(lambda: "Recent" in stage.text)
        rows = [row.strip() for row in stage.text.splitlines()]
        shown = stage.text[stage.text.index("Commands") :]
        assert shown.index("Spending") < shown.index("Chats")
        assert any("alt+c" in row for row in rows)


async def test_f1_is_a_page_of_keys_as_people_write_them():
    async with on_stage() as stage:
        await stage.pilot.press("f1")
        await stage.until(lambda: "Writing" in stage.text)
        assert "escape" not in stage.text
        assert "ctrl+enter" in stage.text or "ctrl+j" in stage.text


@pytest.mark.parametrize("command", ["clear", "model", "cost", "exit", "export", "resume", "usage", "help"])
def test_the_slash_commands_that_fingers_know_are_there(command: str):
    assert find_slash(command) is not None


async def _commands(stage: Stage) -> str:
    """Return the whole list of commands, and leave it."""
    await stage.pilot.press("ctrl+p")
    await stage.until(lambda: isinstance(stage.app.screen, Picker))
    titles = "\n".join(str(option.prompt) for option in stage.app.screen.query_one(OptionList).options)
    await stage.pilot.press("escape")
    await stage.until(lambda: stage.app.screen is stage.screen)
    return titles


async def test_what_would_only_say_that_it_cannot_be_done_is_not_among_the_commands():
    async with on_stage() as stage:
        providers = stage.runtime.settings.providers
        providers.script(
            "a/plain", reply("Tea is a leaf."), reply("See [this](https://tea.example):\n\n```\nbrew()\n```")
        )
        none = (
            "Retry",
            "Continue",
            "Undo",
            "Redo",
            "Copy the",
            "Links",
            "Merge",
            "Pick answer",
            "Next favourite",
        )
        listed = await _commands(stage)
        assert [title for title in none if title in listed] == []
        assert "Earlier prompts" not in listed

        await stage.send("tell me about tea")
        await stage.idle()
        listed = await _commands(stage)
        for title in ("Retry", "Undo", "Copy the reply", "Earlier prompts"):
            assert title in listed, title
        for title in (
            "Continue",
            "Redo",
            "Copy the code",
            "Save the code",
            "Links",
            "Merge",
            "Undo what was learned",
        ):
            assert title not in listed, title

        await stage.pilot.press("f5")
        await stage.until(lambda: len(stage.talk.chat.path.siblings(stage.turns[-1].id)) == 2)
        await stage.idle()
        listed = await _commands(stage)
        for title in ("Merge", "Previous answer", "Copy the code", "Links"):
            assert title in listed, title
        assert "Pick answer" not in listed, "two answers, but none of them stand side by side"

        await stage.pilot.press("alt+z")
        await stage.until(lambda: not stage.turns or stage.composer.typed)
        assert "Redo" in await _commands(stage)


async def test_an_answer_can_be_picked_from_the_commands_while_answers_are_compared():
    async with on_stage(size=(160, 40)) as stage:
        await stage.send("/compare a/plain b/large What is tea?")
        await stage.until(lambda: "Continue with" in stage.text)
        listed = await _commands(stage)
        assert "Pick answer 2" in listed
        assert "Pick answer 3" not in listed
        assert "Merge" in listed


async def test_a_command_that_needs_a_file_is_written_for_its_name_to_be_added():
    async with on_stage() as stage:
        await stage.send("tell me about tea")
        await stage.idle()
        await stage.pilot.press("ctrl+p")
        await stage.until(lambda: isinstance(stage.app.screen, Picker))
        await stage.type("export")
        await stage.pilot.press("enter")
        await stage.until(lambda: stage.composer.typed == "/export ")
