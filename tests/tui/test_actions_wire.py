"""Steering in a real terminal, over real connections, as a person does it."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.tui.pty_app import PtyApp
from tests.wires.dialect import Json

F5, F6 = "\x1b[15~", "\x1b[17~"
ALT_LEFT = "\x1b[1;3D"
STACK = """
name = "wire"
description = "scripted servers"
[roles.daily-driver]
models = ["anthropic/first", "openai/second"]
"""


class Server:
    """The scripted provider in a process of its own."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.wires", "--port", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        lines = [self.process.stdout.readline() for _ in range(8)]
        pairs = [line.removeprefix("export ").strip().partition("=")[::2] for line in lines]
        self.environment = dict(pairs)
        self.url = self.environment["OLLAMA_HOST"]

    def script(self, model: str, *scripts: dict[str, Any]) -> None:
        """Say what the requests for `model` get, in turn."""
        self._ask("/_script", {"model": model, "scripts": scripts})

    def asked(self) -> list[str]:
        """Return the models that were asked, in order."""
        return [seen["model"] for seen in self._ask("/_seen") if seen["model"]]

    def _ask(self, path: str, body: Json = None) -> Json:
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(self.url + path, data), timeout=10) as answer:
            return json.load(answer)


@pytest.fixture
def server() -> Iterator[Server]:
    started = Server()
    yield started
    started.process.terminate()
    started.process.wait(5)
    assert started.process.stdout is not None
    started.process.stdout.close()


@pytest.fixture
def terminal(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PtyApp]:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    config = tmp_path / "steered"
    (config / "stacks").mkdir(parents=True)
    (config / "stacks" / "wire.toml").write_text(STACK, "utf-8")
    (config / "config.toml").write_text('stack = "wire"\n', "utf-8")
    monkeypatch.setenv("MIXCHAT_CONFIG_DIR", str(config))
    started = PtyApp(120, 36)
    started.wait("sk anything", 0)
    started.quiet()
    yield started
    started.close()


def _reply(text: str, **more: object) -> dict[str, Any]:
    return {"type": "Reply", "text": text, **more}


def _send(terminal: PtyApp, words: str) -> None:
    terminal.send(words)
    terminal.wait(words[-4:], 0)
    terminal.send("\r")


def test_asking_again_and_stepping_back(server: Server, terminal: PtyApp):
    server.script("first", _reply("Kettle."), _reply("Teapot."))
    _send(terminal, "tell me about tea")
    terminal.wait("Kettle.", 0)
    terminal.quiet()
    mark = terminal.mark
    terminal.send(F5)
    terminal.wait("Teapot.", mark)
    terminal.wait("2/2", mark)
    terminal.quiet()
    mark = terminal.mark
    terminal.send(ALT_LEFT)
    terminal.wait("Kettle", mark)
    assert server.asked() == ["first", "first"]


def test_a_reply_that_is_cut_is_continued_with_one_key(server: Server, terminal: PtyApp):
    server.script("first", _reply("One two three four", ending="drop", after=2), _reply(" and the rest."))
    _send(terminal, "tell me about tea")
    terminal.wait("f6 continue", 0)
    mark = terminal.mark
    terminal.send(F6)
    terminal.wait("continued by first", mark)
    terminal.wait("rest.", mark)


def test_a_comparison_streams_from_both_and_escape_closes_both_connections(server: Server, terminal: PtyApp):
    server.script("first", _reply("Alpha " * 400, rate=20.0))
    server.script("second", _reply("Omega " * 400, rate=20.0))
    _send(terminal, "/compare anthropic/first openai/second what is tea")
    terminal.wait("Alpha", 0)
    terminal.wait("Omega", 0)
    mark = terminal.mark
    terminal.send("\x1b")
    terminal.wait("Continue with", mark)
    terminal.quiet(0.8)
    mark = terminal.mark
    terminal.send("\x1b2")
    terminal.wait("2/2", mark)
    assert sorted(server.asked()) == ["first", "second"]


def test_a_secret_is_not_sent_before_it_is_said_so(server: Server, terminal: PtyApp):
    terminal.send("\x1b[200~my key is sk-proj-" + "aB3" * 16 + "\x1b[201~")
    terminal.quiet()
    terminal.send("\r")
    terminal.wait("Send it anyway?", 0)
    assert server.asked() == []
    terminal.quiet(0.8)
    server.script("first", _reply("Noted."))
    terminal.send("\x1ba")
    terminal.wait("Noted.", 0)
    assert server.asked() == ["first"]
