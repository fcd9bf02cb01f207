import argparse
import subprocess
import sys

import pytest

from mixchat.__main__ import main
from mixchat.cli import exit as ending
from mixchat.cli.parser import COMMANDS, build_parser, named_family
from mixchat.domain.errors import ConfigError, NeedsKey, OverBudget, StorageError
from mixchat.runtime.runtime import Runtime
from tests.cli.conftest import Shell

CONTRACT = (
    "ask", "route", "models", "stack", "spend", "history", "local", "keys", "doctor", "serve", "config", "prompts",
)  # fmt: skip


def test_every_command_of_the_contract_is_listed_with_its_purpose(shell: Shell):
    helped = shell("--help")
    assert helped.code == 0
    for name in CONTRACT:
        assert any(
            line.split()[:1] == [name] and len(line.split()) > 2 for line in helped.out.splitlines()
        ), name


@pytest.mark.parametrize(
    "argv",
    [("histroy",), ("--plian",), ("stack",), ("-c", "--resume", "x"), ("serve", "--port", "x"), ("stack", "use", "x"), ("ask",),
     ("spend", "--by", "x"), ("history", "export", "x"), ("learned", "rm", "x"), ("keys", "rm", "openai")],
)  # fmt: skip
def test_every_error_begins_with_a_capital(shell: Shell, argv: tuple[str, ...]):
    said = shell(*argv).err.removeprefix("mixchat: ")
    assert said[0].isupper() or said.startswith("--"), said


@pytest.mark.parametrize("name", [command.name for command in COMMANDS if command.help])
def test_every_command_has_help_with_an_example_and_takes_a_stack(shell: Shell, name: str):
    helped = shell(name, "--help")
    assert helped.code == 0
    assert "example" in helped.out
    assert f"mixchat {name}" in helped.out.partition("example")[2]
    assert "--stack NAME" in helped.out


def commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    found: dict[str, argparse.ArgumentParser] = {}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            found |= action.choices
    return found


@pytest.mark.parametrize("name", [command.name for command in COMMANDS if command.help])
def test_every_command_below_a_family_takes_a_stack_and_has_an_example(name: str):
    for below, parser in commands(commands(build_parser(name))[name]).items():
        assert "--stack" in parser.format_help(), below
        if below not in {"export", "import"}:
            assert f"mixchat {name} {below}" in (parser.epilog or ""), below


def test_only_the_family_that_is_named_is_loaded():
    code = "import sys, mixchat.cli.parser as p; p.parse(['stack', 'list']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name for name in done.stdout.split() if name.startswith("mixchat.cli.")}
    assert "mixchat.cli.stack" in loaded
    assert loaded.isdisjoint(f"mixchat.cli.{family.name}" for family in COMMANDS if family.name != "stack")


@pytest.mark.parametrize(
    ("argv", "named"),
    [
        (["route", "x"], "route"),
        (["--stack", "route", "ask"], "ask"),
        (["--theme", "x", "-c"], None),
        (["--stack=x", "stack"], "stack"),
        ([], None),
    ],
)
def test_the_named_command_is_no_options_value(argv: list[str], named: str | None):
    assert named_family(argv) == named


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["histroy"], 'no command "histroy"; did you mean "history"'),
        (["--plian"], "Unrecognized arguments: --plian"),
        (["stack"], "required: COMMAND"),
        (["route", "--jsn"], "Unrecognized arguments: --jsn"),
        (["-c", "--resume", "x"], "not allowed with"),
        (["serve", "--port", "x"], "a port is a number"),
        ([], "This is not a terminal"),
    ],
)
def test_wrong_usage_is_one_sentence_and_two(shell: Shell, argv: list[str], words: str):
    said = shell(*argv)
    assert said.code == 2
    assert words in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_the_version_is_said(shell: Shell):
    from mixchat import __version__

    assert shell("--version").out == f"mixchat {__version__}\n"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError("no"), 2),
        (NeedsKey("no"), 1),
        (OverBudget("no"), 3),
        (StorageError("no"), 1),
        (OSError(28, "No space left on device", "/data/x"), 1),
        (KeyboardInterrupt(), 130),
        (BrokenPipeError(), 0),
    ],
)
def test_an_error_is_an_exit_code_and_no_traceback(
    error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(ending, "_nobody_listens", lambda: 0)

    def command() -> int:
        raise error

    assert ending.run_command(command) == code
    said = capfd.readouterr().err
    assert "Traceback" not in said
    assert said.count("\n") == (0 if code in {0, 130} else 1)


def test_a_full_disk_names_the_file(capsys: pytest.CaptureFixture[str]):
    def command() -> int:
        raise OSError(28, "No space left on device", "/data/x")

    ending.run_command(command)
    assert capsys.readouterr().err == "mixchat: No space left on device: /data/x.\n"


def test_a_reader_that_leaves_is_no_error():
    code = f"{sys.executable} -m mixchat stack show coding | {sys.executable} -c pass"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {code}"], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.returncode == 0


def test_the_app_is_given_what_the_command_line_says(monkeypatch: pytest.MonkeyPatch):
    given: dict[str, object] = {}

    def run_app(runtime: Runtime, **options: object) -> int:
        given.update(options, stack=runtime.routing.stack.name)
        return 0

    monkeypatch.setattr("mixchat.tui.app.run_app", run_app)
    assert main(["--resume", "3f", "--theme", "nord", "--plain", "--stack", "coding"]) == 0
    assert given == {"resume": "3f", "cont": False, "theme": "nord", "plain": True, "stack": "coding"}
