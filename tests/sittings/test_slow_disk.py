"""A disk that takes its time, and a history that another program holds: keys wait for neither, and all is written in the end."""

import json
import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.sittings.provider import paced
from tests.sittings.sitting import PATIENCE, Sitting

HELD = 3.0
"""Seconds."""
FREELY = "абвгдежзийкл"
MEANWHILE = "ЖБЦДЩФГЮЙЯЛЭЫЪПИ"
"""Letters of which each comes only once, and in no reply."""
REPLY = "".join(f"word{number:03} " for number in range(150))
ECHO = 0.1
"""Seconds in which a key is on the screen, where the machine is quick enough for half of it without any of this."""
_SLOW = """
import sqlite3, time

class Slow(sqlite3.Connection):
    def execute(self, sql, *values):
        if sql == "COMMIT":
            time.sleep(0.4)
        return super().execute(sql, *values)

connect = sqlite3.connect
sqlite3.connect = lambda *values, **named: connect(*values, **named, factory=Slow)
"""


@contextmanager
def held(sitting: Sitting) -> Iterator[None]:
    """Another program writes, for three seconds."""
    until = time.monotonic() + HELD
    other = sqlite3.connect(sitting.disk.path, isolation_level=None, timeout=5)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
        time.sleep(max(0.0, until - time.monotonic()))
    finally:
        other.execute("ROLLBACK")
        other.close()


def echo(sitting: Sitting, letters: str) -> float:
    """Type letters, and return how long each of them takes to be on the screen, in the mean."""
    waits: list[float] = []
    for letter in letters:
        mark = sitting.terminal.mark
        began = sitting.terminal.send(letter)
        waits.append(sitting.terminal.wait(letter, mark) - began)
        time.sleep(0.12)
    print(*(f"{wait * 1000:.0f}" for wait in sorted(waits)), "ms")
    return sum(waits) / len(waits)


def is_all_on_disk(sitting: Sitting) -> None:
    sitting.until(lambda: [turn.reply for turn in sitting.disk.turns()][1:] == [REPLY], "the reply on disk")
    sitting.until(lambda: sitting.disk.drafts() == [FREELY + MEANWHILE], "the draft on disk")
    sitting.quits()
    assert [turn.outcome for turn in sitting.disk.turns()] == ["complete", "complete"]
    assert [call.error for call in sitting.disk.calls()] == [None, None]
    assert not sitting.disk.open_calls()
    assert sitting.disk.rows("PRAGMA integrity_check")[0][0] == "ok"


def streams(sitting: Sitting) -> None:
    sitting.opens()
    sitting.says("something before")
    sitting.provider.will_say(paced(REPLY, 200))
    sitting.sends("tell me a story")
    sitting.sees("word001")


def test_keys_do_not_wait_for_a_history_that_another_program_holds(sitting: Sitting):
    streams(sitting)
    free = echo(sitting, FREELY)
    with held(sitting):
        busy = echo(sitting, MEANWHILE)
        sitting.sees("is kept in memory")
    print(f"echo while it streams {free * 1000:.0f} ms, while the history is held {busy * 1000:.0f} ms")
    assert busy < max(ECHO, 2 * free)
    is_all_on_disk(sitting)


def test_keys_do_not_wait_for_a_slow_disk(sitting: Sitting, tmp_path: Path):
    (tmp_path / "sitecustomize.py").write_text(_SLOW)
    sitting.environment["PYTHONPATH"] = str(tmp_path)
    streams(sitting)
    free, busy = echo(sitting, FREELY), echo(sitting, MEANWHILE)
    print(f"echo while each write takes 400 ms {free * 1000:.0f} ms, {busy * 1000:.0f} ms")
    assert min(free, busy) < ECHO * 2
    is_all_on_disk(sitting)


_STUCK = """
import os, pathlib, sys, time

def wait():
    asked, let = pathlib.Path(GATE, "asked"), pathlib.Path(GATE, "let")
    asked.touch()
    while not let.exists():
        time.sleep(0.01)

open_file, fsync = os.open, os.fsync

def slow_open(path, flags, *rest, **named):
    if flags & os.O_APPEND and str(path).endswith("learned.jsonl"):
        wait()
    return open_file(path, flags, *rest, **named)

def slow_fsync(handle):
    wait()
    fsync(handle)

os.open, os.fsync = slow_open, slow_fsync
"""
"""A disk that finishes no small file until it is let."""


class Gate:
    """Holds the disk."""

    def __init__(self, sitting: Sitting, folder: Path) -> None:
        (folder / "sitecustomize.py").write_text(_STUCK.replace("GATE", repr(str(folder))))
        sitting.environment["PYTHONPATH"] = str(folder)
        self._folder = folder

    @property
    def reached(self) -> bool:
        """Whether something waits for the disk."""
        return (self._folder / "asked").exists()

    def open(self) -> None:
        """Let the disk go on."""
        (self._folder / "let").touch()


def sets_things(sitting: Sitting, gate: Gate) -> None:
    """Set a theme, teach a pin, and write on, all of it while the disk finishes nothing."""
    sitting.opens()
    sitting.writes("/theme linen")
    sitting.presses("enter")
    sitting.until(lambda: gate.reached, "the disk is asked to write the config")
    sitting.says("@daily-driver something of the kind")
    sitting.writes("/economy saver")
    sitting.presses("enter")
    sitting.sees("Economy: saver")
    sitting.presses("ctrl+b")
    for letter in FREELY:
        sitting.terminal.send(letter)
    sitting.sees(FREELY)
    sitting.presses("f2")
    sitting.sees_no_more("Learned   from you")
    assert "linen" not in sitting.config
    assert not (sitting.home / "data" / "learned.jsonl").exists()


def test_keys_do_not_wait_for_settings_and_leaving_does(sitting: Sitting, tmp_path: Path):
    gate = Gate(sitting, tmp_path)
    sets_things(sitting, gate)
    sitting.presses("ctrl+q")
    sitting.until(lambda: FREELY in sitting.disk.drafts(), "the draft on disk")
    assert sitting.terminal.running
    gate.open()
    assert sitting.terminal.ended(PATIENCE) == 0
    assert 'theme = "linen"' in sitting.config
    assert 'economy = "saver"' in sitting.config
    assert "something of the kind" in (sitting.home / "data" / "learned.jsonl").read_text()
    assert json.loads((sitting.home / "data" / "layout.json").read_text())["panel_shown"] is False


def test_a_signal_waits_for_settings_too(sitting: Sitting, tmp_path: Path):
    gate = Gate(sitting, tmp_path)
    sets_things(sitting, gate)
    os.kill(sitting.terminal.pid, signal.SIGTERM)
    sitting.until(lambda: FREELY in sitting.disk.drafts(), "the draft on disk")
    gate.open()
    assert sitting.terminal.ended(PATIENCE) == 0
    assert 'economy = "saver"' in sitting.config


def test_a_kill_leaves_the_old_settings_whole(sitting: Sitting, tmp_path: Path):
    before = sitting.config
    gate = Gate(sitting, tmp_path)
    sets_things(sitting, gate)
    sitting.is_killed()
    assert sitting.config == before
    gate.open()
    sitting.opens()
    sitting.quits()
