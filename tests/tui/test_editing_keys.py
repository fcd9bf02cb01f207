"""Editing a prompt in the real program: what the bytes of a terminal do to the text."""

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mixchat.tui.composer.message import read_draft
from tests.tui.pty_app import PtyApp


@pytest.fixture
def terminal() -> Iterator[PtyApp]:
    started = PtyApp()
    started.wait("sk anything", 0)
    yield started
    started.close()


def left_behind(terminal: PtyApp, tmp_path: Path) -> str:
    """Leave the app and return the draft that it kept."""
    time.sleep(0.5)
    terminal.send("\x11")
    assert terminal.ended(60) == 0
    assert "Traceback" not in terminal.output
    with sqlite3.connect(tmp_path / "mixchat" / "data" / "history.db") as database:
        row = database.execute("SELECT text FROM drafts").fetchone()
    database.close()
    return read_draft(row[0]).typed if row else ""


def press(terminal: PtyApp, *keys: str) -> None:
    for key in keys:
        terminal.feed(key)
        time.sleep(0.03)


def test_every_form_of_enter_with_a_modifier_makes_a_new_line(terminal: PtyApp, tmp_path: Path):
    forms = [
        "\x1b\r", "\x1b\n", "\n", "\x1b[27;2;13~", "\x1b[27;3;13~", "\x1b[27;5;13~", "\x1b[27;6;13~", "\x1b[13;2u",
        "\x1b[13;3u", "\x1b[13;4u", "\x1b[13;5u", "\x1b[13;6u", "\x1b[13;7u", "\x1b[13;8u", "\x1b[57414;2u",
    ]  # fmt: skip
    for at, form in enumerate(forms):
        press(terminal, f"{at}", form)
    terminal.wait(f"{len(forms) - 1}", 0)
    assert left_behind(terminal, tmp_path) == "".join(f"{at}\n" for at in range(len(forms)))


def test_alt_with_a_key_that_does_nothing_and_late_reports_of_the_mouse_type_nothing(
    terminal: PtyApp, tmp_path: Path
):
    press(terminal, "a", "\x1bz", "\x1bZ", "\x1b.", "\x1b5")
    for cut in range(2, 10):
        report = "\x1b[<35;30;4M"
        terminal.feed(report[:cut])
        time.sleep(0.3)
        terminal.feed(report[cut:])
    press(terminal, "b")
    assert left_behind(terminal, tmp_path) == "ab"


def test_what_an_input_method_commits_arrives(terminal: PtyApp, tmp_path: Path):
    text = "\u65e5\u672c\u3000\u8a9e\u00a0\u0645\u06cc\u200c\u062e\u200e\u00ad\ue000\U0001f468\u200d\U0001f469\u200d\U0001f467\U0001fae8."
    for character in text:
        press(terminal, character)
    assert left_behind(terminal, tmp_path) == text


def test_one_backspace_takes_what_looks_like_one_character(terminal: PtyApp, tmp_path: Path):
    clusters = [
        ("a\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7", 2),  # flags
        ("a\U0001f44d\U0001f3fd", 1),  # skin tone
        ("a\U0001f468\u200d\U0001f469\u200d\U0001f467", 1),  # family
        ("ae\u0301o\u0308", 2),
        ("a\u0e01\u0e47", 1),
        ("a\u1100\u1161\u11a8", 1),
        ("a\u2764\ufe0f", 1),
    ]
    for at, (text, characters) in enumerate(clusters):
        terminal.feed(text)
        press(terminal, *["\x7f"] * characters, "\x1b[D", f"{at}", "\x1b[F", "\n")
    assert left_behind(terminal, tmp_path) == "".join(f"{at}a\n" for at in range(len(clusters)))


def test_ctrl_u_deletes_the_line(terminal: PtyApp, tmp_path: Path):
    press(terminal, "one", "\n", *"two three", "\x1b[D", "\x1b[D", "\x15", "x")
    assert left_behind(terminal, tmp_path) == "one\nx"
