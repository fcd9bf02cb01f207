"""A key that a sentence names is the one that is set: people give actions other keys."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import mixchat
from mixchat.domain.events import TextDelta
from mixchat.tui.actions.keys import key_named, read_keys
from mixchat.tui.actions.table import ACTIONS, BY_ID
from tests.routing.scripted import Hang, reply
from tests.tui.stage import CONFIG, StagedRuntime, on_stage

PACKAGE = Path(mixchat.__file__).parent
KEY = re.compile(r"(?i)\b(?:ctrl|alt|shift|super|meta)\+\S|(?<![\w.])f\d{1,2}\b(?!-)|\besc\b")
SPELLED = {
    # what keys are called, for somebody who writes them
    "A key such as f5, ctrl+k or alt+x; several with commas between them.",
    "keys are written f5, ctrl+k, alt+left or shift+tab.",
    # keys of a text field, which no action has
    "new line; shift+enter and alt+enter, too, where the terminal tells them apart",
}
"""Sentences about keys themselves."""
TERMINALS_OWN = PACKAGE / "tui" / "plain"
"""Reads lines as a shell does: its keys are the terminal's and cannot be changed."""


def sentences(path: Path) -> Iterator[tuple[int, str]]:
    """Yield every text of a module that has words in it, docstrings and what stands below a field apart."""
    tree = ast.parse(path.read_text("utf-8"))
    own = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in own
            and " " in node.value
        ):
            yield node.lineno, node.value


def test_no_sentence_names_a_key_by_itself():
    found = [
        f"{path.relative_to(PACKAGE)}:{line} {text!r}"
        for path in PACKAGE.rglob("*.py")
        if TERMINALS_OWN not in path.parents
        for line, text in sentences(path)
        if KEY.search(text) and text not in SPELLED
    ]
    assert found == []


@pytest.mark.parametrize("text", ["f5 asks again", " · esc stops", "press Ctrl+K", "alt+→ shows"])
def test_a_key_in_a_sentence_is_found(text: str):
    assert KEY.search(text)


@pytest.mark.parametrize("text", ["a file of f-strings", "to escape", "F1-score", "0.5f4"])
def test_a_word_is_no_key(text: str):
    assert not KEY.search(text)


def test_every_action_that_a_sentence_names_exists():
    named = re.compile(r"(?:context\.key\(|key_on\(self, |keymap\.label\()[\"']([\w-]+)[\"']\)")
    asked = [name for path in PACKAGE.rglob("*.py") for name in named.findall(path.read_text("utf-8"))]
    assert len(asked) > 30
    assert set(asked) <= set(BY_ID)


def test_an_action_is_named_by_its_key_or_else_by_its_command():
    keymap = read_keys({"retry": "ctrl+up,f12", "compare": ""})
    assert keymap.label("retry") == "ctrl+↑"
    assert keymap.label("compare") == "/compare"
    assert keymap.label("stop") == "esc"
    assert all(keymap.label(action.id) for action in ACTIONS)


def test_a_key_as_it_is_written_is_the_key_that_a_click_presses():
    keymap = read_keys({})
    for action in ACTIONS:
        for key in action.keys:
            assert key_named(keymap.label(action.id)) == action.keys[0], key
    assert key_named("/compare") == key_named("↑↓") == ""


async def test_sentences_footer_and_questions_follow_the_keys_of_the_person():
    keys = '[keys]\nretry = "f12"\nstop = "f10"\nundo = ""\ncontinue = "alt+w"\n'
    runtime = StagedRuntime(CONFIG + keys)
    async with on_stage(runtime) as stage:
        runtime.settings.providers.script("a/plain", [TextDelta("Tea is"), Hang()])
        await stage.send("Tell me about tea please")
        await stage.until(lambda: "Tea is" in stage.text)
        await stage.until(lambda: "f10 stop" in stage.text)
        await stage.send("/undo")
        await stage.until(lambda: "A reply is still coming; f10 stops it." in stage.text)
        await stage.pilot.press("f10")
        await stage.idle()
        runtime.settings.providers.script("a/plain", reply("Water."))
        await stage.send("Tell me about water please")
        await stage.idle()
        await stage.send("/continue")
        await stage.until(lambda: "complete; f12 asks again" in stage.text)
        await stage.send("/delete")
        await stage.until(lambda: "deleted; /undo brings it back." in stage.text)
