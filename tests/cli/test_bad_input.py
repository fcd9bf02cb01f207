"""What a person, a disk or a provider can do wrong: one sentence each, and never a traceback."""

import os
import sqlite3
from pathlib import Path

import pytest

from mixchat.cli.printable import printable
from mixchat.config.paths import Paths
from mixchat.storage.database import Database
from tests.cli.conftest import Shell
from tests.tui.pty_app import PtyApp

STACK = '[roles.daily-driver]\nmodels = ["work/any"]\n'
CONFIG = 'stack = "mine"\n[providers.work]\nbase_url = "http://127.0.0.1:9/v1"\n'


@pytest.fixture
def unreachable(paths: Paths) -> None:
    """A stack whose only server refuses the connection."""
    paths.stacks.mkdir(parents=True)
    paths.config_file.write_text(CONFIG)
    (paths.stacks / "mine.toml").write_text(STACK)


def damage(paths: Paths, where: str) -> None:
    paths.data.mkdir(parents=True, exist_ok=True)
    path = paths.data / "history.db"
    if where == "everywhere":
        path.write_bytes(os.urandom(20_000))
        return
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 3] if where == "end" else data[:4096] + os.urandom(len(data) - 4096))


@pytest.mark.parametrize("where", ["everywhere", "end", "behind the first page"])
def test_a_damaged_history_is_said_with_what_to_do(shell: Shell, paths: Paths, where: str):
    Database(paths.data / "history.db").close()
    damage(paths, where)
    for command in (("history", "list"), ("history", "search", "word"), ("spend",), ("ask", "hi")):
        result = shell(*command)
        assert result.code in (1, 2)
        assert result.err.count("\n") == 1
        assert "is damaged: move it away" in result.err
    assert "history" in shell("doctor").out


def test_what_breaks_while_the_history_is_read_is_one_sentence_too(shell: Shell, paths: Paths):
    Database(paths.data / "history.db").close()
    with sqlite3.connect(paths.data / "history.db") as database:
        database.execute("DROP TABLE tags")
    database.close()
    result = shell("history", "list")
    assert (result.code, result.err.count("\n")) == (1, 1)
    assert "The history cannot be read (no such table: tags)" in result.err


@pytest.mark.usefixtures("unreachable")
def test_a_prompt_in_another_encoding_is_kept_and_not_a_crash(shell: Shell):
    result = shell("ask", "caf\udce9")
    assert result.code == 1
    assert "cannot be reached" in result.err
    assert "caf\ufffd" in shell("history", "list").out


@pytest.mark.usefixtures("unreachable")
def test_a_file_whose_name_is_in_another_encoding_can_be_attached(shell: Shell, tmp_path: Path):
    name = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    Path(os.fsdecode(name)).write_bytes(b"words")
    result = shell("ask", "hi", "-f", os.fsdecode(name))
    assert result.code == 1
    assert "cannot be reached" in result.err


def test_more_than_any_model_takes_is_said_before_anything_is_sent(shell: Shell):
    result = shell("ask", stdin=b"a" * 20_000_001)
    assert (result.code, result.out) == (2, "")
    assert result.err == "mixchat: Standard input is larger than 20 MB; no model takes that much.\n"


def test_nothing_in_a_reply_moves_the_cursor_or_turns_the_text_around():
    hostile = "a\x1b]52;c;aGk=\x07b\x9b31mc\u202edet\u2069\u2028e\x00\r\tf\n"
    assert printable(hostile) == "a]52;c;aGk=b31mcdete\tf\n"


@pytest.mark.parametrize(
    "wrong", ["a stack that is not there", "a stack with a mistake", "a damaged history"]
)
def test_the_app_leaves_with_one_sentence_and_a_clean_terminal(paths: Paths, wrong: str):
    paths.stacks.mkdir(parents=True)
    (paths.stacks / "mine.toml").write_text('[roles.coding]\nmodels = ["noslash"]\n')
    stacks = {"a stack that is not there": "nosuch", "a stack with a mistake": "mine"}
    if wrong == "a damaged history":
        damage(paths, "everywhere")
    terminal = PtyApp(arguments=("--stack", stacks[wrong]) if wrong in stacks else ())
    try:
        assert terminal.ended(20) == 2
        terminal.wait("mixchat: ", 0)
        said = terminal.output.rpartition("mixchat: ")[2]
        assert "\x1b[?1049l" in terminal.output
        assert any(words in said for words in ("There is no stack", "line 2", "is damaged"))
        assert "Traceback" not in terminal.output
    finally:
        terminal.close()
