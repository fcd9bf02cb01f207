import json
import subprocess
import sys
from pathlib import Path

import pytest

from mixchat.config.paths import Paths
from tests.cli.conftest import Shell

KEYS = {"role", "model", "lineup", "confidence", "classifier", "why"}
CODE = "fix this traceback:\n```python\nTypeError: unsupported operand\n```"


@pytest.fixture(autouse=True)
def one_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-1")


def test_a_prompt_gets_a_role_a_model_and_a_reason(shell: Shell):
    said = shell("route", CODE)
    assert said.code == 0
    assert said.out.splitlines()[0] == "coding -> anthropic/claude-sonnet-5-5"
    assert said.out.splitlines()[1].startswith("coding ")


def test_json_has_the_contracts_fields(shell: Shell):
    answer = json.loads(shell("route", CODE, "--json").out)
    assert set(answer) == KEYS
    assert answer["role"] == "coding"
    assert answer["model"] == answer["lineup"][0] == "anthropic/claude-sonnet-5-5"
    assert all(ref.startswith("anthropic/") for ref in answer["lineup"])
    assert 0 < answer["confidence"] <= 1
    assert answer["classifier"] == "local"


def test_explaining_adds_the_evidence(shell: Shell):
    answer = json.loads(shell("route", CODE, "--json", "--explain").out)
    assert set(answer) > KEYS
    assert answer["evidence"]
    words = shell("route", CODE, "--explain").out
    assert "decided by: local" in words
    assert "fallback order: anthropic/claude-sonnet-5-5" in words


def test_standard_input_is_added_to_the_prompt(shell: Shell):
    alone = json.loads(shell("route", "--json", stdin=CODE).out)
    both = json.loads(shell("route", "what is wrong?", "--json", stdin=CODE).out)
    assert alone["role"] == both["role"] == "coding"


def test_without_a_key_to_any_slot_the_model_is_null(
    shell: Shell, paths: Paths, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    paths.stacks.mkdir(parents=True)
    (paths.stacks / "far.toml").write_text('[roles.daily-driver]\nmodels = ["anthropic/claude-sonnet-5-5"]\n')
    answer = json.loads(shell("route", "hello", "--json", "--stack", "far").out)
    assert (answer["model"], answer["lineup"]) == (None, [])
    said = shell("route", "hello", "--stack", "far")
    assert said.code == 0
    assert "No model of the fallback order is available" in said.err


def test_a_users_rule_decides(shell: Shell, paths: Paths):
    paths.stacks.mkdir(parents=True)
    (paths.stacks / "law.toml").write_text(
        '[roles.legal]\nmodels = ["anthropic/claude-opus-5-5"]\nkeywords = ["indemnity"]\n'
        '[roles.daily-driver]\nmodels = ["anthropic/claude-sonnet-5-5"]\n'
    )
    answer = json.loads(shell("route", "explain the indemnity here", "--json", "--stack", "law").out)
    assert (answer["role"], answer["classifier"]) == ("legal", "rule")
    assert "indemnity" in answer["why"]


def test_lines_are_answered_one_by_one_with_their_history(shell: Shell):
    lines = [{"prompt": CODE}, {"prompt": "make it faster", "history": [CODE]}, {"prompt": "hello"}]
    said = shell("route", "--jsonl", stdin="\n\n".join(map(json.dumps, lines)) + "\n")
    answers = [json.loads(line) for line in said.out.splitlines()]
    assert [set(answer) for answer in answers] == [KEYS] * 3
    assert [answer["role"] for answer in answers[:2]] == ["coding", "coding"]


def test_an_answer_comes_before_the_next_line_is_sent():
    process = subprocess.Popen(
        [sys.executable, "-m", "mixchat", "route", "--jsonl"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        for prompt in ("hello", CODE):
            process.stdin.write(json.dumps({"prompt": prompt}) + "\n")
            process.stdin.flush()
            assert set(json.loads(process.stdout.readline())) == KEYS
        process.stdin.close()
        assert process.wait(20) == 0


@pytest.mark.parametrize(
    "line",
    [
        '{"promt": "x"}',
        "[]",
        "nonsense",
        '{"prompt": 1}',
        '{"prompt": "x", "history": "y"}',
        b'{"prompt": "\xff"}',
    ],
)
def test_a_line_that_is_no_question_is_named(shell: Shell, line: str | bytes):
    data = line.encode() if isinstance(line, str) else line
    said = shell("route", "--jsonl", stdin=b'{"prompt": "hello"}\n' + data + b"\n")
    assert said.code == 2
    assert said.out.count("\n") == 1
    assert said.err.startswith("mixchat: Line 2 of standard input is not ")
    assert said.err.count("\n") == 1


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["route"], "No prompt given"),
        (["route", "--jsonl", "x"], "leave the PROMPT out"),
        (["route", "x", "--stack", "codng"], 'did you mean "coding"'),
    ],
)
def test_wrong_usage_is_one_sentence(shell: Shell, argv: list[str], words: str):
    said = shell(*argv)
    assert said.code == 2
    assert words in said.err
    assert said.err.count("\n") == 1


def test_a_broken_config_is_one_sentence(shell: Shell, paths: Paths):
    paths.config.mkdir(parents=True)
    paths.config_file.write_text("stak = 1\n")
    said = shell("route", "hello")
    assert said.code == 2
    assert (
        said.err == f'mixchat: {paths.config_file}, line 1: there is no key "stak"; did you mean "stack"?\n'
    )


def test_routing_writes_nothing(shell: Shell, paths: Paths):
    shell("route", CODE)
    assert not any(place.exists() for place in (paths.config, paths.data, paths.log))


def test_the_readmes_first_prompt_from_python_goes_to_a_quick_model(shell: Shell):
    readme = Path(__file__).parents[2] / "README.md"
    prompt = readme.read_text("utf-8").partition('mixchat.ask("')[2].partition('")')[0]
    assert json.loads(shell("route", "--json", prompt).out)["role"] == "quick"
