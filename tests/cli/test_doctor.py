import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mixchat.cli.doctor import examine
from mixchat.cli.doctor_checks import Check, check_network_settings, check_terminal
from mixchat.config.paths import Paths
from tests.cli.conftest import Shell
from tests.wires import Wires
from tests.wires.server import environment


def named(checks: list[Check], area: str, name: str) -> Check:
    return next(check for check in checks if (check.area, check.name) == (area, name))


@pytest.fixture(autouse=True)
def no_ollama(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "127.0.0.1:9")


async def test_every_endpoint_with_a_key_is_asked_and_no_key_is_shown(monkeypatch: pytest.MonkeyPatch):
    async with Wires() as wires:
        for name, value in environment(wires.url).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-very-secret-1")
        checks, usable = await examine(None)
    assert usable
    for provider in ("anthropic", "openai", "google", "ollama"):
        assert named(checks, "endpoints", provider).state == "works", provider
    assert named(checks, "keys", "anthropic").found == "from the environment (ANTHROPIC_API_KEY)"
    assert "very-secret" not in repr(checks)


def test_a_server_that_is_not_there_is_trouble_with_advice(shell: Shell):
    said = shell("doctor", "--json")
    assert said.code == 0
    found = json.loads(said.out)
    ollama = next(c for c in found["checks"] if c["area"] == "endpoints" and c["name"] == "ollama")
    assert ollama["state"] == "trouble"
    assert "127.0.0.1:9" in ollama["found"]


def test_a_broken_config_is_named_and_the_rest_is_still_looked_at(shell: Shell, paths: Paths):
    paths.config.mkdir(parents=True)
    paths.config_file.write_text("stak = 1\n")
    said = shell("doctor")
    assert said.code == 2
    assert said.out.count('line 1: there is no key "stak"') == 1
    assert "terminal" in said.out


def test_an_unknown_stack_is_named(shell: Shell, paths: Paths):
    paths.config.mkdir(parents=True)
    paths.config_file.write_text('stack = "codng"\n')
    said = shell("doctor")
    assert 'There is no stack "codng"; did you mean "coding"' in said.out


def test_a_judge_that_is_nobody_is_named(shell: Shell, paths: Paths):
    paths.config.mkdir(parents=True)
    paths.config_file.write_text('titles = "google/gemini-3.5-flash-lite"\n[router]\njudge = "flsh"\n')
    said = shell("doctor").out
    assert '"flsh" is neither a model reference nor an alias; did you mean "flash"' in said
    assert "no key for google/gemini-3.5-flash-lite" in said


def test_what_set_a_key_and_what_retires_are_said(shell: Shell, tmp_path: Path):
    (tmp_path / ".mixchat.toml").write_text('stack = "guide"\n')
    assert "does not count until you have looked at it" in shell("doctor").out
    assert shell("config", "trust").code == 0
    said = shell("doctor").out
    assert f"set by {tmp_path / '.mixchat.toml'}" in said
    assert " on 2026-12-01; take google/gemini-" in said


def test_a_directory_that_cannot_be_written_is_trouble(shell: Shell, paths: Paths):
    paths.data.parent.mkdir(parents=True, exist_ok=True)
    paths.data.write_text("a file is in the way")
    assert f"{paths.data} cannot be written" in shell("doctor").out


def test_looking_creates_nothing(shell: Shell, paths: Paths):
    shell("doctor")
    assert not any(place.exists() for place in (paths.config, paths.data, paths.log))


@pytest.mark.parametrize(
    ("environ", "name", "state", "words"),
    [
        ({"NO_COLOR": "1"}, "colours", "works", "NO_COLOR"),
        ({"TERM": "dumb"}, "colours", "note", "dumb"),
        ({"COLORTERM": "truecolor"}, "colours", "works", "16 million"),
        ({"TERM": "xterm-256color"}, "colours", "works", "256"),
        ({"EDITOR": "no-such-editor -w"}, "editor", "trouble", "no-such-editor was not found"),
        ({}, "editor", "note", "none is set"),
    ],
)
def test_the_terminal_is_described(environ: dict[str, str], name: str, state: str, words: str):
    check = named(list(check_terminal(environ)), "terminal", name)
    assert check.state == state
    assert words in check.found


def test_a_proxys_password_is_not_shown():
    (check,) = check_network_settings({"https_proxy": "http://me:very-secret@proxy:3128"})
    assert "very-secret" not in repr(check)
    assert "proxy:3128" in check.found


def test_a_certificate_that_is_missing_is_trouble():
    (check,) = check_network_settings({"SSL_CERT_FILE": "/no/such.pem"})
    assert (check.state, check.found) == ("trouble", "/no/such.pem does not exist")


class Unauthorized(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b'{"type":"error","error":{"type":"authentication_error","message":"invalid key"}}'
        self.send_response(401)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def refusing() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Unauthorized) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


async def test_a_wrong_key_says_which_key_to_correct(monkeypatch: pytest.MonkeyPatch, refusing: str):
    monkeypatch.setenv("ANTHROPIC_BASE_URL", refusing)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-very-secret")
    checks, _ = await examine(None)
    check = named(checks, "endpoints", "anthropic")
    assert check.state == "trouble"
    assert check.advice == "Correct the key from the environment (ANTHROPIC_API_KEY)."
    assert "very-secret" not in repr(checks)


async def test_a_model_that_its_own_server_does_not_name_is_said_and_answers_for_no_role(
    monkeypatch: pytest.MonkeyPatch, paths: Paths
):
    (paths.config / "stacks").mkdir(parents=True)
    (paths.config / "stacks" / "mine.toml").write_text(
        '[roles.coding]\nmodels = ["anthropic/claude-gone-1"]\n'
        '[roles.quick]\nmodels = ["anthropic/claude-gone-1", "anthropic/claude-sonnet-5-5"]\n'
    )
    async with Wires() as wires:
        for name, value in environment(wires.url).items():
            monkeypatch.setenv(name, value)
        checks, _ = await examine("mine")
    coding, quick = named(checks, "stack", "coding"), named(checks, "stack", "quick")
    assert (coding.state, coding.found) == (
        "trouble",
        "anthropic/claude-gone-1 is not in its provider's own list of models",
    )
    assert (quick.state, quick.found) == ("works", "anthropic/claude-sonnet-5-5")
    assert named(checks, "stack", "anthropic").found == "its own list of models does not name claude-gone-1"


def test_where_a_stack_of_ones_own_can_ask_nobody_the_one_that_can_is_advised(
    shell: Shell, paths: Paths, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("OPENAI_API_KEY", "nobody's")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    (paths.config / "stacks").mkdir(parents=True)
    (paths.config / "stacks" / "mine.toml").write_text(
        '[roles.daily-driver]\nmodels = ["anthropic/claude-sonnet-5-5", "google/gemini-3.8-flash"]\n'
    )
    said = shell("--stack", "mine", "doctor")
    assert "with `mixchat stack use auto`" in said.out
    said = shell("--stack", "mine", "ask", "hello")
    assert (said.code, said.out) == (1, "")
    assert "use the stack auto, which takes the models that can be asked" in said.err
