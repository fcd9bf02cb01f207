"""Every command that the README or a command's help shows, run against providers on loopback."""

import argparse
import json
import os
import re
import shlex
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from mixchat.cli.parser import whole_parser
from mixchat.routing.cost_order import SENTENCES
from tests.cli.conftest import Shell
from tests.sittings.provider import Provider
from tests.transfer.samples import gpt_conversation

README: Final = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
_COMMAND: Final = re.compile(r"(?<![\w/\"\[.-])mixchat(?= |$)[^|#`\n]*")
_ELSEWHERE: Final = {
    "mixchat -": "the app: tests/sittings",
    "mixchat serve": "runs until it is stopped: tests/server",
    "mixchat keys set": "asks on a terminal: tests/cli/test_keys.py",
    "mixchat local pull": "needs an index: tests/providers",
    "mixchat config edit": "opens an editor: tests/cli/test_config.py",
    "mixchat prompts edit": "opens an editor: tests/cli/test_prompts.py",
    "mixchat spend --reconcile": "needs providers' exports: tests/cli/test_reconcile.py",
    'mixchat ask "sum up @https': "needs the web: tests/cli/test_ask.py",
}
"""Beginnings of commands that are run by other tests, and why not here."""
_NOTHING_THERE: Final = re.compile(r"mixchat (?:(?:keys|local|learned|secrets) rm|config trust)")
"""Commands that may find nothing to remove here; then they say so."""
_LAST: Final = (" rm ", "stack use")


def _examples() -> Iterator[str]:
    for block in re.findall(r"^```sh\n(.*?)^```", README, re.S | re.M):
        yield from block.splitlines()
    waiting: list[argparse.ArgumentParser] = [whole_parser()]
    while waiting:
        parser = waiting.pop()
        yield from (parser.epilog or "").splitlines()
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                waiting.extend(action.choices.values())


def _commands() -> list[str]:
    found: dict[str, None] = {}
    for line in _examples():
        for match in _COMMAND.finditer(
            line if "$(" in line and "eval" not in line else line.partition("$(")[0]
        ):
            command = re.split(r"\s{2,}", match[0].strip())[0]
            if command != "mixchat" and not any(map(command.startswith, _ELSEWHERE)):
                found[command] = None
    ordered = sorted(found, key=lambda command: "import" in command)
    ordered.sort(key=lambda command: any(word in command for word in _LAST))
    return sorted(ordered, key=lambda command: "restore" in command)  # of what was deleted just before


@pytest.fixture
def place(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A directory with everything that the examples name; gives the id of a saved chat."""
    config = Path(os.environ["MIXCHAT_CONFIG_DIR"])
    for folder in ("prompts", "stacks"):
        (config / folder).mkdir(parents=True)
    (config / "prompts" / "review.md").write_text(
        '+++\n[variables]\nlanguage = "English"\n+++\nReview in {{language}}: {{input}}'
    )
    for name in ("main.c", "app.py", "notes.md", "diff.txt", "token.txt", "report.txt"):
        Path(name).write_text("int main() { return 0; }\n")
    Path("prompts.jsonl").write_text('{"prompt": "hello"}\n')
    with zipfile.ZipFile("chatgpt-export.zip", "w") as archive:
        archive.writestr("conversations.json", json.dumps([gpt_conversation()]))
    with Provider() as provider:
        for name, value in provider.environment.items():
            monkeypatch.setenv(name, value)
        assert shell("ask", "-q", "why is there a segfault in my binary tree?").code == 0
        chat = shell("history", "list").out.split()[0]
        yield chat


def _prepared(command: str, chat: str) -> tuple[list[str], str, str]:
    """Return the words of a command, what is piped in, and the file that its output goes to."""
    words = shlex.split(
        re.sub(r"\b3f2a\b", chat, command.replace("~/Downloads/", "").replace('"$(llm logs path)"', ""))
    )
    piped, target = "a piped text", ""
    if ">" in words:
        target = Path(words[words.index(">") + 1]).name
        words = words[: words.index(">")]
    if "<" in words:
        piped = Path(words[words.index("<") + 1]).read_text("utf-8")
        words = words[: words.index("<")]
    asks = ["--yes"] if words[1:3] == ["stack", "import"] else []  # it asks, and nobody is there
    return [*words[1:], *asks], piped, target


@pytest.mark.timeout(300)
def test_every_command_that_is_shown_runs(place: str, shell: Shell):
    failed: list[str] = []
    for command in _commands():
        words, piped, target = _prepared(command, place)
        result = shell(*words, stdin=piped)
        if target:
            Path(target).write_text(result.out, "utf-8")
        if result.code != 0 and not (_NOTHING_THERE.match(command) and result.code == 2 and result.err):
            failed.append(f"{command}: {result.code}: {(result.err or result.out)[:160]}")
    assert not failed, "\n" + "\n".join(failed)


def test_there_are_commands_to_run():
    assert len(_commands()) > 50


@pytest.mark.parametrize(("name", "sentence"), SENTENCES.items())
def test_the_readme_says_of_an_economy_what_the_app_does(name: str, sentence: str):
    assert f"| `{name}` | {sentence} |" in README
