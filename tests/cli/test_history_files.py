"""Saved chats as files, from the shell: out in three formats, in from four programs."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from mixchat.config.paths import Paths
from mixchat.domain.turn import Turn
from mixchat.runtime.runtime import build_runtime
from tests.cli.conftest import Shell
from tests.transfer.samples import claude_conversation, gpt_conversation


def imported(shell: Shell, tmp_path: Path) -> str:
    path = tmp_path / "chatgpt.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("conversations.json", json.dumps([gpt_conversation()]))
    result = shell("history", "import", str(path))
    assert result.code == 0, result.err
    return result.out.split()[0]


def test_an_import_says_what_was_taken_and_what_was_not_and_costs_nothing(shell: Shell, tmp_path: Path):
    chat = imported(shell, tmp_path)
    again = shell("history", "import", str(tmp_path / "chatgpt.zip"))
    assert (again.out, again.code) == ("", 0)
    assert "(ChatGPT): 0 chats with 0 turns taken, 1 chat here already." in again.err
    assert "Not taken: 1 " in again.err
    assert json.loads(shell("spend", "--json", "--since", "9999d").out)["total_usd"] == "0"
    assert "How do bees dance?" in shell("history", "show", chat).out
    assert chat in shell("history", "search", "eights").out


def test_json_moves_a_chat_to_another_machine_without_loss(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    chat = imported(shell, tmp_path)
    assert shell("history", "export", "--all", "-o", "all.json").out == ""
    one = shell("history", "export", chat[:6], "--format", "json").out
    monkeypatch.setenv("MIXCHAT_DATA_DIR", str(tmp_path / "other"))
    assert shell("history", "import", "all.json").out.split()[0] == chat
    assert shell("history", "export", chat, "--format", "json").out == one


def test_markdown_and_html_are_written(shell: Shell, tmp_path: Path):
    chat = imported(shell, tmp_path)
    text = shell("history", "export", chat).out
    assert text.startswith('---\ntitle: "Bees and')
    assert "imported from ChatGPT" in text
    assert shell("history", "export", chat, "--format", "html", "-o", "chat.html").code == 0
    page = Path("chat.html").read_text()
    assert page.startswith("<!doctype html>")
    assert "They fly" in page


def test_chats_of_elsewhere_are_private_where_every_chat_is(shell: Shell, tmp_path: Path, paths: Paths):
    paths.config.mkdir(parents=True)
    paths.config_file.write_text("private = true\n")
    Path("claude.json").write_text(json.dumps([claude_conversation()]))
    assert shell("history", "import", "claude.json").code == 0
    assert [chat.private for chat in build_runtime().storage.chats.list()] == [True]


def test_wrong_use_is_one_sentence(shell: Shell):
    for argv in (
        ("export", "nothing"),
        ("import", "missing.json"),
        ("export", "--all", "--format", "md"),
        ("export",),
    ):
        result = shell("history", *argv)
        assert (result.code, result.err.count("\n")) == (2, 1), argv
    Path("x.json").write_text("{}")
    assert "is not an export of mixchat, ChatGPT, Claude or llm" in shell("history", "import", "x.json").err


def test_the_schema_is_printed(shell: Shell):
    assert set(Turn.__struct_fields__) == set(
        json.loads(shell("history", "schema").out)["$defs"]["Turn"]["properties"]
    )


def test_an_export_into_a_closed_pipe_says_nothing(shell: Shell, tmp_path: Path):
    chat = imported(shell, tmp_path)
    command = f"{sys.executable} -m mixchat history export {chat} --format html | head -c 10"
    done = subprocess.run(
        command, shell=True, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2]
    )
    assert (done.stdout, done.stderr) == ("<!doctype ", "")
