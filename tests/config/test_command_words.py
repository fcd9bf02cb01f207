"""Command lines that people write in settings, on every system."""

import os
import shutil

import pytest

from mixchat.config.command_words import command_line, command_words, editor_command


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("vi", ["vi"]),
        ("code -w", ["code", "-w"]),
        ("\"/my tools/ed\" --at 'a b'", ["/my tools/ed", "--at", "a b"]),
        (r"/my\ tools/ed", ["/my tools/ed"]),
        ("ed # no comment", ["ed", "#", "no", "comment"]),
        ("  ", []),
    ],
)
def test_words_are_those_of_a_shell(command: str, words: list[str]):
    assert command_words(command) == words


def test_on_windows_a_backslash_belongs_to_the_path(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "name", "nt")
    monkeypatch.setattr(shutil, "which", {"code": r"C:\bin\code.cmd"}.get)
    assert command_words(r'"C:\Program Files\op\op.exe" read op://v/k') == [
        r"C:\Program Files\op\op.exe", "read", "op://v/k"
    ]  # fmt: skip
    assert command_words("code -w") == [r"C:\bin\code.cmd", "-w"]
    assert command_line([r"C:\a b\python.exe", "-m", "mixchat"]) == r'"C:\a b\python.exe" -m mixchat'


def test_an_editor_that_is_there_stands_in_for_one_that_was_not_chosen(monkeypatch: pytest.MonkeyPatch):
    there = {"nano", "notepad"}
    monkeypatch.setattr(shutil, "which", lambda name: name if name in there else None)
    assert editor_command({"VISUAL": "a", "EDITOR": "b"}) == "a"
    assert editor_command({"EDITOR": "b"}) == "b"
    assert editor_command({}) == "nano"
    monkeypatch.setattr(os, "name", "nt")
    assert editor_command({}) == "notepad"
    there.clear()
    assert editor_command({}) is None
