"""The prompt library from the shell."""

import os
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.cli.test_ask import ask
from tests.wires.server import Wires, environment


def test_a_prompt_is_begun_listed_shown_and_removed(shell: Shell, monkeypatch: pytest.MonkeyPatch):
    assert "No prompts yet" in shell("prompts", "list").err
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


async def test_a_role_of_a_stack_speaks_as_a_persona(monkeypatch: pytest.MonkeyPatch):
    config = Path(os.environ["MIXCHAT_CONFIG_DIR"])
    stack = 'name = "mine"\n[roles.daily-driver]\nmodels = ["ollama/near"]\npersona = "captain"\n'
    for folder in ("stacks", "prompts"):
        (config / folder).mkdir(parents=True)
    (config / "stacks" / "mine.toml").write_text(stack)
    (config / "config.toml").write_text('stack = "mine"\nsystem = "You are brief."\n')
    captain = config / "prompts" / "captain.md"
    async with Wires() as wires:
        for name, value in environment(wires.url).items():
            monkeypatch.setenv(name, value)
        missing = await ask("hello")
        assert missing.code == 2
        assert 'The role daily-driver has the persona captain. There is no prompt "captain"' in missing.err
        captain.write_text('+++\nsystem = "You are a {{rank}}."\n[variables]\nrank = "captain"\n+++\n')
        answered = await ask("hello")
        assert answered.code == 0, answered.err
        assert "You are a captain." in str(wires.seen[-1].json["messages"][0])
    captain.write_text("only words")
    assert "a prompt without a system prompt" in (await ask("hello")).err
    (config / "stacks" / "mine.toml").write_text(stack + 'system = "Be kind."\n')
    assert "persona cannot stand beside system" in (await ask("hello")).err
