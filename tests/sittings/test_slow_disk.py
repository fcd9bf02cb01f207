"""A disk that takes its time, and a history that another program holds: keys wait for neither, and all is written in the end."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.sittings.provider import paced
from tests.sittings.sitting import Sitting

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
