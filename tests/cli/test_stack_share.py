"""Stacks passed on: a card out, and in only after what it brings was seen."""

from pathlib import Path

import pytest

from mixchat.cli.stack_share import differences
from mixchat.config.stacks import PRESETS
from mixchat.runtime.runtime import build_runtime
from tests.cli.conftest import Shell

MINE = """name = "mine"
description = "for tests"
[roles.coding]
models = ["google/gemini-2.5-flash", "anthropic/claude-nothing-9", "nobody/x"]
[roles.daily-driver]
models = ["ollama/llama3.3:70b"]
"""


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_every_preset_comes_back_as_it_was(shell: Shell, name: str):
    before = build_runtime().settings.stacks.get(name)
    card = shell("stack", "export", name)
    assert card.code == 0, card.err
    assert card.out.startswith(f"# {name}: ")
    taken = shell("stack", "import", "-", "--yes", stdin=card.out)
    assert taken.code == 0, taken.err
    after = build_runtime().settings.stacks.get(name)
    assert after == before
    assert list(differences(before, after)) == []


def test_an_import_says_what_it_brings_and_keeps_nothing_without_a_yes(shell: Shell, tmp_path: Path):
    (tmp_path / "mine.toml").write_text(MINE)
    said = shell("stack", "import", "mine.toml")
    assert (said.code, said.out) == (2, "")
    for words in (
        "A new stack:",
        "+ coding: google/gemini-2.5-flash > anthropic/claude-nothing-9 > nobody/x",
        "Missing here: a key or an address for anthropic",
        "Missing here: a key or an address for google",
        "No provider is called nobody",
        "anthropic/claude-nothing-9 is not a model that mixchat knows",
        " on 2026-12-01; take google/gemini-",
        "say --yes",
    ):
        assert words in said.err, words
    assert "mine" not in shell("stack", "list").out.split()
    assert shell("stack", "import", "mine.toml", "--yes").code == 0
    changed = MINE.replace('["ollama/llama3.3:70b"]', '["ollama/qwen3"]').replace(
        "[roles.coding]", "[roles.quick]"
    )
    said = shell("stack", "import", "-", stdin=changed).err
    assert "It replaces the stack of that name:" in said
    assert "~ daily-driver: ollama/llama3.3:70b -> ollama/qwen3" in said
    assert "+ quick:" in said
    assert "- coding" in said


def test_another_name_keeps_both(shell: Shell, tmp_path: Path):
    (tmp_path / "mine.toml").write_text("# mine\n" + MINE)
    assert shell("stack", "import", "mine.toml", "--yes", "--name", "theirs").code == 0
    assert {"theirs"} <= set(shell("stack", "list").out.split())
    assert "# mine" in shell("stack", "export", "theirs").out
    assert shell("stack", "import", "mine.toml", "--yes", "--name", "no/name").code == 2


def test_no_credential_leaves_with_a_stack(shell: Shell):
    key = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    text = MINE.replace("[roles.coding]", f'[roles.coding]\nsystem = "token {key}"  # {key}')
    assert shell("stack", "import", "-", "--yes", stdin=text).code == 0
    assert key not in shell("stack", "export", "mine").out
