"""The program in a real terminal: what is typed, pasted and resized, and how it leaves."""

import os
import pty
import signal
import sqlite3
import statistics
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mixchat.tui.composer.message import read_draft
from tests.tui.pty_app import PtyApp

PLACEHOLDER = "sk anything"
ALTERNATE = "\x1b[?1049h"
LEFT = ("\x1b[?1049l", "\x1b[?25h", "\x1b[?2004l", "\x1b[?1000l")
"""Alternate screen, hidden cursor, bracketed paste and mouse, all undone."""


@pytest.fixture
def terminal() -> Iterator[PtyApp]:
    started = PtyApp()
    yield started
    started.close()


def draft(tmp_path: Path) -> str:
    with sqlite3.connect(tmp_path / "mixchat" / "data" / "history.db") as database:
        row = database.execute("SELECT text FROM drafts").fetchone()
    database.close()
    return read_draft(row[0]).typed if row else ""


def test_what_is_typed_during_the_start_is_not_lost(terminal: PtyApp):
    terminal.send("early words")
    at = terminal.place(ALTERNATE) + len(ALTERNATE)  # what the terminal itself echoed before is not counted
    terminal.wait("early words", at)


def test_a_paste_with_line_ends_is_written_and_not_sent(terminal: PtyApp, tmp_path: Path):
    terminal.wait(PLACEHOLDER, 0)
    terminal.send("\x1b[200~first line\nsecond line\n\x1b[201~")
    terminal.wait("second line", 0)
    terminal.send("\x11")
    assert terminal.ended(60) == 0
    assert draft(tmp_path) == "first line\nsecond line\n"


@pytest.mark.parametrize("reads", [["line one\rline two\r"], ["line one\r", "line two\r"]])
def test_a_paste_that_the_terminal_does_not_mark_is_not_sent(
    terminal: PtyApp, tmp_path: Path, reads: list[str]
):
    terminal.wait(PLACEHOLDER, 0)
    for read in reads:
        terminal.send(read)
    terminal.wait("line two", 0)
    terminal.send("\x11")
    assert terminal.ended(60) == 0
    assert draft(tmp_path) == "line one\nline two\n"


def test_a_long_paste_that_the_terminal_does_not_mark_is_folded_and_not_sent(terminal: PtyApp):
    terminal.wait(PLACEHOLDER, 0)
    terminal.feed("".join(f"line {number}\r" for number in range(2_000)))
    terminal.wait("2,000 lines", 0, 20)


@pytest.mark.parametrize("reads", [[*"/nonsense", "\r"], ["/nonsense\r"]], ids=["by hand", "in one packet"])
def test_a_line_that_was_typed_is_sent_also_when_its_keys_come_together(terminal: PtyApp, reads: list[str]):
    terminal.wait(PLACEHOLDER, 0)
    for read in reads:
        terminal.send(read)
        time.sleep(0.03)
    terminal.wait(" command /nonsense", 0, 20)


def test_bytes_that_are_no_utf8_show_a_mark_and_the_next_keys_still_work(terminal: PtyApp, tmp_path: Path):
    terminal.wait(PLACEHOLDER, 0)
    terminal.feed(b"ab\xff\xfe and ")
    terminal.feed(b"\xc3")
    time.sleep(0.3)
    terminal.feed(b"\xa9 on")
    terminal.wait("ab\ufffd\ufffd and \u00e9 on", 0)
    terminal.send("\x11")
    assert terminal.ended(60) == 0
    assert "Traceback" not in terminal.output
    assert draft(tmp_path) == "ab\ufffd\ufffd and \u00e9 on"


def test_a_megabyte_is_pasted_and_the_next_keys_show_at_once(terminal: PtyApp):
    terminal.wait(PLACEHOLDER, 0)
    mark, used = terminal.mark, terminal.cpu()
    terminal.feed("\x1b[200~" + "word " * 200_000 + "\x1b[201~")
    terminal.wait("1,000,000 characters", mark)
    assert terminal.cpu() - used < 5
    taken: list[float] = []
    for letter in "бвгджзлмн":
        mark, used = terminal.mark, terminal.cpu()
        terminal.send(letter)
        terminal.wait(letter, mark)
        taken.append(terminal.cpu() - used)  # a machine that does other things as well takes longer for it
        time.sleep(0.1)
    assert taken[0] < 1.0  # the guard reads the paste, once
    assert statistics.median(taken) < 0.1


@pytest.mark.parametrize("how", ["ctrl+q", "SIGTERM", "SIGHUP"])
def test_it_leaves_the_terminal_as_it_was(terminal: PtyApp, how: str, tmp_path: Path):
    before = termios.tcgetattr(terminal.slave)
    terminal.wait(PLACEHOLDER, 0)
    terminal.send("half a thought")
    terminal.wait("half a thought", 0)
    time.sleep(0.5)
    if how == "ctrl+q":
        terminal.send("\x11")
    else:
        os.kill(terminal.pid, getattr(signal, how))
    assert terminal.ended(60) == 0
    assert termios.tcgetattr(terminal.slave)[3] == before[3]
    for sequence in LEFT:
        assert sequence in terminal.output
    assert "Traceback" not in terminal.output
    assert draft(tmp_path) == "half a thought"


def test_it_leaves_while_a_library_is_still_being_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    library, begun = tmp_path / "slow" / "anthropic", tmp_path / "begun"
    library.mkdir(parents=True)
    slow = f"import pathlib, time\npathlib.Path({str(begun)!r}).touch()\ntime.sleep(30)\n"
    (library / "__init__.py").write_text(slow)
    monkeypatch.setenv("PYTHONPATH", str(library.parent))
    monkeypatch.setenv("ANTHROPIC_API_KEY", "nobody's")
    app = PtyApp()
    try:
        app.wait(PLACEHOLDER, 0)
        app.send("half a thought")
        app.wait("half a thought", 0)
        end = time.monotonic() + 20
        while not begun.exists() and time.monotonic() < end:
            time.sleep(0.05)
        assert begun.exists()
        os.kill(app.pid, signal.SIGTERM)
        assert app.ended(10) == 0
        assert LEFT[0] in app.output
        assert "Traceback" not in app.output
    finally:
        app.close()
    assert draft(tmp_path) == "half a thought"


def test_it_ends_with_its_terminal():
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "mixchat"]
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
    os.close(slave)
    try:
        seen = b""
        while PLACEHOLDER.encode() not in seen:
            seen += os.read(master, 65536)
        os.close(master)
        process.wait(30)
    finally:
        process.kill()
        process.wait()


def test_it_follows_the_size_of_the_terminal(terminal: PtyApp):
    terminal.wait(PLACEHOLDER, 0)
    mark = terminal.mark
    terminal.resize(40, 10)
    terminal.wait("40×10", mark)
    mark = terminal.mark
    terminal.resize(80, 24)
    terminal.wait(PLACEHOLDER, mark)


def test_at_rest_nothing_is_painted_and_next_to_nothing_computed(terminal: PtyApp):
    terminal.wait(PLACEHOLDER, 0)
    terminal.quiet(2.0)
    mark, used = terminal.mark, terminal.cpu()
    time.sleep(2.0)
    assert terminal.mark == mark
    assert terminal.cpu() - used < 0.1
