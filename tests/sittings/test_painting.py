"""The same picture, whether only the cells that changed are written or every row: over a reply, sizes and stops."""

import os
import re
import signal

import psutil
import pytest

from tests.sittings.provider import paced
from tests.sittings.screen import Screen
from tests.sittings.sitting import Sitting

REPLY = (
    "A table:\n\n| wide | plain |\n|---|---|\n| 漢字 e\u0301 | words |\n\nand `code`, then **the end of it**."
)


def _visit(sitting: Sitting, frames: str) -> list[Screen]:
    """Do the same things, and return what was seen on the way."""
    sitting.provider.will_say(REPLY)
    sitting.opens(environment={"MIXCHAT_FRAMES": frames})
    sitting.sends("show me a table")
    sitting.sees("the end of it")
    sitting.sees("● ready")
    sitting.sees("▌  Stack sitting")  # the line under the prompt is that of an empty one again
    seen = [_settled(sitting)]
    sitting.terminal.change_size(90, 30)
    sitting.until(lambda: sitting.screen.row_with("f1 help").rstrip().endswith("help"), "the new size")
    sitting.sees(r"the end of it(?s:.)*f2 panel")
    sitting.presses("ctrl+l")
    sitting.sees("esc back")
    sitting.presses("escape")
    sitting.sees_no_more("esc back")
    _stop(sitting)
    mark = sitting.terminal.mark
    sitting.terminal.resume()
    sitting.until(lambda: b"\x1b[?1049h" in sitting.terminal.written[mark:], "the terminal taken again")
    sitting.sees("the end of it")
    sitting.types("ж")
    sitting.until(lambda: sitting.screen.composer == "ж", "the key")
    sitting.sees(r"Stack sitting +~\$")  # what it would cost comes a moment after the key
    seen.append(_settled(sitting))
    return seen


def _settled(sitting: Sitting) -> Screen:
    """Return the screen once nothing has been painted for half a second: panel, prices and keys come one by one."""
    sitting.terminal.quiet(0.5)
    return sitting.screen


def _stop(sitting: Sitting) -> None:
    """Stop the program as the shell's job control does."""
    os.kill(sitting.terminal.pid, signal.SIGTSTP)
    process = psutil.Process(sitting.terminal.pid)
    sitting.until(lambda: process.status() == psutil.STATUS_STOPPED, "the stop")


@pytest.fixture
def other(sitting: Sitting, tmp_path_factory: pytest.TempPathFactory) -> Sitting:
    """The same person on another machine."""
    return Sitting(tmp_path_factory.mktemp("other") / "home", sitting.provider)


def _timeless(screen: Screen) -> str:
    return re.sub(r"\d+(?:\.\d)? s|\d+ tok/s", "some time", screen.conversation)


def test_changed_cells_make_the_picture_that_whole_rows_make(sitting: Sitting, other: Sitting):
    changes = _visit(sitting, "changes")
    written = sitting.terminal.mark
    try:
        whole = _visit(other, "whole")
        assert written < other.terminal.mark
        assert [_timeless(screen) for screen in changes] == [_timeless(screen) for screen in whole]
    finally:
        other.leaves()


def test_a_stop_at_any_moment_of_a_stream_is_a_stop(sitting: Sitting):
    words = " ".join(f"word{number:03}" for number in range(600))
    sitting.provider.will_say(paced(words, 1500))
    sitting.opens()
    sitting.sends("tell me")
    sitting.sees("word005")
    for _ in range(12):
        _stop(sitting)
        mark = sitting.terminal.mark
        sitting.terminal.resume()
        sitting.until(lambda: b"\x1b[?1049h" in sitting.terminal.written[mark:], "the terminal taken again")  # noqa: B023
    sitting.sees("word599")
