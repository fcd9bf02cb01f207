"""The prompt library: files with names to fill in."""

from pathlib import Path

import pytest

from mixchat.config.prompts import Prompts, read_prompt
from mixchat.domain.errors import ConfigError

REVIEW = """+++
description = "reviews a diff"
role = "coding"
system = "You review in {{language}}."
[variables]
language = "English"
+++
Look at this for {{what}}:

{{input}}

Be brief.
"""


def test_names_are_filled_in_and_what_is_typed_stands_in_its_place():
    filled = read_prompt("review", REVIEW, "review.md").fill({"what": "races"}, "+ x = 1")
    assert filled.text == "Look at this for races:\n\n+ x = 1\n\nBe brief."
    assert (filled.system, filled.role, filled.model) == ("You review in English.", "coding", None)


def test_without_a_place_for_it_what_is_typed_stands_at_the_end_and_braces_in_it_are_text():
    assert (
        read_prompt("p", "Say it {{how}}.", "p.md").fill({"how": "twice"}, "{{how}}").text
        == "Say it twice.\n\n{{how}}"
    )


def test_a_missing_and_a_strange_name_are_said():
    prompt = read_prompt("review", REVIEW, "review.md")
    with pytest.raises(ConfigError, match=r"needs what: write what=\.\.\."):
        prompt.fill({})
    with pytest.raises(ConfigError, match="has no color; it has language, what"):
        prompt.fill({"color": "red"})


def test_a_head_alone_is_a_persona():
    prompt = read_prompt("pirate", '+++\nsystem = "Arr."\n+++\n', "p.md")
    assert prompt.is_persona
    assert prompt.fill({}, "Hello").text == "Hello"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("+++\nrole = 3\n+++\nx", "line 2: role must be text in quotes"),
        ("+++\n\nrol = 'coding'\n+++\nx", 'line 3: there is no key "rol"; did you mean "role"?'),
        ("+++\nrole = 'a'\nmodel = 'b'\n+++\nx", "model cannot stand beside role"),
        ("+++\nrole = 'a'\n", "does not end"),
    ],
)
def test_a_wrong_head_is_said_with_its_line(text: str, said: str):
    with pytest.raises(ConfigError, match=said.replace("?", r"\?")):
        read_prompt("p", text, "p.md")


def test_the_library_lists_begins_and_removes_files(tmp_path: Path):
    prompts = Prompts(tmp_path / "prompts")
    assert prompts.names() == ()
    assert prompts.get("idea") if prompts.make("idea") else None
    assert prompts.names() == ("idea",)
    prompts.remove("idea")
    with pytest.raises(ConfigError, match='There is no prompt "idea"'):
        prompts.get("idea")
    for name in ("../evil", "", "a/b", ".hidden"):
        with pytest.raises(ConfigError):
            prompts.make(name)
