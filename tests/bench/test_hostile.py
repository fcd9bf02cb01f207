"""Hostile text in every source at once, through every action of the app and every command: the raw bytes of the terminal.

pytest -m bench -s tests/bench/test_hostile.py
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mixchat.tui.actions.table import ACTIONS
from tests.sittings.provider import Provider, paced
from tests.sittings.sitting import Sitting
from tests.tui.test_hostile_text import EVIL, in_terminal, obeyed
from tests.wires.script import Reply, Status, Web

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]
WORDS = EVIL.replace("\x00", "")
"""As an argument of a command and as a name: a NUL cannot be in one."""
NAME = WORDS.replace("/", ";")
REPLY = Reply(
    f"{EVIL}\n\n# {EVIL}\n\n```{EVIL}\n{EVIL}\n```\n\n| {EVIL} |\n|---|\n| {EVIL} |\n\n- [{EVIL}](http://x/{EVIL})\n\n"
    f"$${EVIL}$$\n\n<{EVIL}> ![{EVIL}](http://x/{EVIL})\n",
    thinking=EVIL,
    citations=((f"http://x/{EVIL}", EVIL),),
)
LEAVING = {"quit", "exit", "q", "editor"}
"""Commands that leave the app, or give the terminal to another program."""


def toml(text: str) -> str:
    return '"' + "".join(sign if sign.isalnum() else f"\\u{ord(sign):04x}" for sign in text) + '"'


@pytest.fixture
def sitting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sitting]:
    """A home, a directory and servers that are hostile wherever there is text."""
    with Provider() as provider:
        person = Sitting(tmp_path / "home", provider)
        config = tmp_path / "home" / "config"
        person.writes_config(
            f'stack = "evil"\n[aliases]\n{toml(NAME)} = {toml("anthropic/" + EVIL)}\n[prices.{toml("anthropic/" + EVIL)}]\n'
            "input = 1.0\noutput = 2.0\n"
        )
        person.writes_stack(
            f'name = "evil"\ndescription = {toml(EVIL)}\n[roles.daily-driver]\ndescription = {toml(EVIL)}\n'
            f'models = [{toml("anthropic/" + EVIL)}, "anthropic/fails"]\nsystem = {toml(EVIL)}\n'
            f'[roles.coding]\nmodels = ["anthropic/fails"]\nkeywords = [{toml(EVIL)}]\nexamples = [{toml(EVIL)}]\n'
            '[roles.quick]\nmodels = ["anthropic/cut"]\n',
            "evil",
        )
        for folder, ending in (("prompts", ".md"), ("themes", ".toml"), ("stacks", ".toml")):
            (config / folder).mkdir(exist_ok=True)
            (config / folder / f"{NAME}{ending}").write_text(
                f"---\ndescription: {WORDS}\n---\n{WORDS} {{{{name}}}}\n"
            )
        (tmp_path / f"{NAME}.txt").write_text(WORDS)
        (tmp_path / "export.json").write_text(
            json.dumps({"mixchat": 1, "chats": [{"id": EVIL, "title": EVIL}]})
        )
        (tmp_path / "conversations.json").write_text(
            json.dumps([{"title": EVIL, "mapping": EVIL, "name": EVIL}])
        )
        (tmp_path / "usage.csv").write_text(f"{WORDS},model,cost\n{WORDS},{WORDS},{WORDS}\n")
        (tmp_path / "evil-stack.toml").write_text(
            f'name = "new"\n[roles.quick]\nmodels = [{toml("anthropic/" + EVIL)}]\n'
        )
        provider.will_say(Status(400, EVIL), model="fails")
        provider.will_say(Reply(EVIL, ending="error", after=2), model="cut")
        provider.answers(lambda _: REPLY)
        listing = {
            "data": [{"id": EVIL, "display_name": EVIL, "type": "model"}],
            "models": [{"name": EVIL, "model": EVIL}],
        }
        provider.will_list(Web(json.dumps(listing), content_type="application/json"))
        for name, value in person.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        yield person
        person.leaves()


COMMANDS = [
    ["ask", WORDS], ["ask", "--json", "hi"], ["ask", "-m", "anthropic/fails", "hi"], ["ask", "-m", "anthropic/cut", "hi"],
    ["ask", "-m", f"anthropic/{WORDS}", "hi"], ["ask", "-f", f"{NAME}.txt", "hi"], ["ask", "-p", NAME, f"name={WORDS}"],
    ["ask", f"@{NAME} hi"], ["route", "--explain", WORDS], ["models"], ["models", "--refresh"], ["models", "--json"],
    ["stack", "list"], ["stack", "show"], ["stack", "show", NAME], ["stack", "use", NAME], ["stack", "export"],
    ["stack", "import", "evil-stack.toml", "--name", NAME], ["stack", "import", "evil-stack.toml"], ["stack", "import", f"{NAME}.txt"],
    ["spend"], *(["spend", "--by", by] for by in ("model", "role", "day", "provider", "chat")), ["spend", "--json"],
    ["spend", "--reconcile", "usage.csv"], ["spend", "--since", WORDS], ["history", "list"], ["history", "search", "hostile"],
    ["history", "search", WORDS], ["history", "import", "export.json"], ["history", "import", "conversations.json"],
    ["history", "import", f"{NAME}.txt"], ["history", "export", "--all", "--format", "json"], ["history", "rm", WORDS],
    ["prompts", "list"], ["prompts", "show", NAME], ["prompts", "show", WORDS], ["prompts", "rm", WORDS],
    ["config", "show"], ["config", "check"], ["config", "trust"], ["doctor"], ["doctor", "--json"], ["learned", "list"],
    ["learned", "rm", WORDS], ["local", "list"], ["local", "pull", WORDS], ["local", "rm", WORDS], ["keys", "list"],
    ["keys", "set", WORDS], ["keys", "rm", WORDS], ["secrets", "list"], ["secrets", "rm", WORDS], ["--theme", WORDS],
    ["--theme", NAME], ["--resume", WORDS], ["--stack", NAME, "route", "hi"], ["serve", "--port", WORDS], ["help", WORDS],
    ["completion", WORDS], [WORDS],
]  # fmt: skip


def test_no_command_passes_anything_on(sitting: Sitting):
    sitting.runs("mixchat ask hello")
    wrong = {}
    for arguments in COMMANDS:
        output = in_terminal(arguments)
        assert output, arguments
        if found := obeyed(output):
            wrong[" ".join(arguments)[:60]] = found
    (chat,) = {turn.chat for turn in sitting.disk.turns() if turn.prompt == "hello"}
    for arguments in (
        ["history", "show", chat],
        ["history", "export", chat],
        ["history", "export", chat, "--format", "html"],
    ):
        if found := obeyed(in_terminal(arguments)):
            wrong[" ".join(arguments)[:60]] = found
    print(f"\n{len(COMMANDS) + 3} commands with hostile text in every source: {len(wrong)} pass something on")
    assert wrong == {}


def test_no_action_of_the_app_paints_anything_that_is_obeyed(sitting: Sitting):
    sitting.opens(size=(190, 50), ready="nything")
    sitting.sends("hello there")
    sitting.until(lambda: any(turn.outcome != "open" for turn in sitting.disk.turns()), "a reply")
    sitting.provider.answers(lambda _: paced(REPLY, 40))
    for prompt in ("goes on", f"waits {EVIL}", f"@{NAME} waits"):
        sitting.pastes(prompt)
        sitting.presses("enter")
        time.sleep(0.3)
    actions = 0
    for action in ACTIONS:
        for command in action.commands[:1]:
            if command in LEAVING:
                continue
            for argument in ("", EVIL):
                sitting.presses("escape", "escape", "escape", "ctrl+u")
                sitting.pastes(f"/{command} {argument}".strip())
                sitting.presses("enter")
                time.sleep(0.25)
                sitting.presses("down", "down", "enter")
                time.sleep(0.15)
                actions += 1
                assert sitting.terminal.running, f"/{command}: {sitting.terminal.written[-600:]!r}"
    for key in ("f1", "f2", "f3", "f4", "ctrl+p", "ctrl+s", "ctrl+k"):
        sitting.presses("escape", "escape", key)
        time.sleep(0.3)
        sitting.pastes(EVIL)
        time.sleep(0.2)
    written = sitting.terminal.written
    print(f"\n{actions} commands and {len(written):,} bytes: {len(obeyed(written))} are obeyed")
    assert obeyed(written) == []
    assert b"52;c;" in written, "it is shown, as text"


def test_the_plain_app_says_nothing_that_is_obeyed(sitting: Sitting):
    sitting.opens("--plain", ready="You:")
    for line in (
        "hello",
        f"say {WORDS}",
        f"@{NAME} hi",
        "/help",
        "/models",
        "/chats",
        f"/{WORDS}",
        "/role quick",
        "again",
    ):
        sitting.terminal.quiet(0.5)  # the terminal echoes by itself what is typed while nothing reads
        sitting.terminal.write(line.replace("\x1b", "").encode() + b"\r")
    sitting.terminal.quiet(0.5)
    sitting.terminal.write(b"\x04")
    time.sleep(0.5)
    written = sitting.terminal.written
    assert b"hello" in written
    assert obeyed(written) == []
