"""The prompt library from the shell."""

import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Shell


def test_a_prompt_is_begun_listed_shown_and_removed(shell: Shell, monkeypatch: pytest.MonkeyPatch):
    assert "There is no prompt yet" in shell("prompts", "list").err
    text = "+++\ndescription = 'reviews'\n+++\nReview in {{language}}: {{input}}\n"
    Path("new.md").write_text(text)
    monkeypatch.setenv(
        "EDITOR", f"{sys.executable} -c \"import shutil,sys; shutil.copy('new.md', sys.argv[1])\""
    )
    assert shell("prompts", "edit", "review").code == 0
    assert shell("prompts", "list").out == "review  reviews  language=\n"
    assert shell("prompts", "show", "review").out == text
    assert shell("prompts", "rm", "review").code == 0
    assert 'There is no prompt "review"' in shell("prompts", "show", "review").err
    assert shell("prompts", "edit", "../evil").code == 2
