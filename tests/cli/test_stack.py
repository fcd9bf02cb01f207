from pathlib import Path

import pytest

from mixchat.config.paths import Paths
from tests.cli.conftest import Shell

MINE = 'name = "mine"\n# kept\n[roles.coding]\nmodels = ["anthropic/claude-sonnet-5-5"]\n'


def test_the_stack_in_use_is_marked(shell: Shell):
    listed = shell("stack", "list").out.splitlines()
    assert [line for line in listed if line.startswith("* auto ")]
    assert sum(line.startswith("*") for line in listed) == 1
    assert [line for line in listed if line.startswith("  guide ")]


def test_using_a_stack_is_kept(shell: Shell, paths: Paths):
    assert shell("stack", "use", "coding").code == 0
    assert paths.config_file.read_text() == 'stack = "coding"\n'
    assert "* coding" in shell("stack", "list").out
    assert shell("stack", "show").out.startswith("coding: ")
    assert shell("stack", "show", "--stack", "budget").out.startswith("budget: ")


def test_using_an_unknown_stack_changes_nothing(shell: Shell, paths: Paths):
    said = shell("stack", "use", "codng")
    assert (said.code, said.out) == (2, "")
    assert 'did you mean "coding"' in said.err
    assert not paths.config_file.exists()


def test_a_profile_that_goes_before_the_config_is_said(shell: Shell, tmp_path: Path):
    (tmp_path / ".mixchat.toml").write_text('stack = "budget"\n')
    assert "mixchat config trust" in shell("stack", "show").err
    assert shell("config", "trust").code == 0
    said = shell("stack", "use", "coding")
    assert said.code == 0
    assert ".mixchat.toml goes before it" in said.err


def test_what_retires_is_flagged_with_its_successor(shell: Shell):
    said = shell("stack", "show", "guide")
    assert " on 2026-12-01; take google/gemini-" in said.err


def test_exporting_and_importing_keep_the_text(shell: Shell, paths: Paths, tmp_path: Path):
    file = tmp_path / "mine.toml"
    file.write_text(MINE)
    assert shell("stack", "import", "--yes", str(file)).code == 0
    assert shell("stack", "export", "mine").out.endswith(MINE)
    again = shell("stack", "import", "-", stdin=MINE)
    assert again.code == 2
    assert "nothing is different" in again.err
    assert shell("stack", "import", "--yes", "-", stdin=MINE + "# new\n").code == 0
    assert (paths.stacks / "mine.toml").read_text().endswith("# new\n")


@pytest.mark.parametrize(
    ("text", "words"),
    [("name = ", "not TOML"), ('[roles.x]\nmodels = ["a/b"]', "needs a name"), ("", "at least one role")],
)
def test_a_stack_that_cannot_be_used_is_not_imported(shell: Shell, paths: Paths, text: str, words: str):
    said = shell("stack", "import", "-", stdin=text)
    assert said.code == 2
    assert said.err.startswith("mixchat: standard input")
    assert words in said.err
    assert not paths.stacks.exists()


def test_a_file_that_is_not_there_is_one_sentence(shell: Shell):
    said = shell("stack", "import", "nowhere.toml")
    assert (said.code, said.err) == (2, "mixchat: nowhere.toml cannot be read: no such file or directory.\n")


def test_a_stack_that_is_broken_is_listed_with_its_mistake(shell: Shell, paths: Paths):
    paths.stacks.mkdir(parents=True)
    (paths.stacks / "broken.toml").write_text("[roles.coding]\nmodels = 1\n")
    listed = shell("stack", "list")
    assert listed.code == 0
    assert "broken.toml, line 2" in listed.out


def test_a_config_directory_that_cannot_be_written_is_one_sentence(shell: Shell, paths: Paths):
    paths.config.parent.mkdir(parents=True, exist_ok=True)
    paths.config.write_text("a file is in the way")
    said = shell("stack", "use", "coding")
    assert said.code == 2
    assert "cannot be written" in said.err
    assert said.err.count("\n") == 1


def test_looking_creates_nothing(shell: Shell, paths: Paths):
    shell("stack", "list")
    shell("stack", "show")
    assert not any(place.exists() for place in (paths.config, paths.data, paths.log))
