"""Suspending from inside: where a shell can go on with it, and nowhere else."""

import shutil

import pytest

from tests.sittings.sitting import READY, Sitting
from tests.sittings.terminal import PYTHON, SittingTerminal

BASH = shutil.which("bash")


@pytest.mark.skipif(BASH is None, reason="needs a shell with job control")
def test_a_suspended_app_goes_on_with_what_was_written(sitting: Sitting):
    shell = SittingTerminal([BASH or "", "--norc", "--noediting", "-i"], 120, 40, sitting.environment, "")
    sitting._terminal = shell
    shell.type(f"{PYTHON} -m mixchat\r")
    sitting.sees(READY)
    sitting.types("/suspend")
    sitting.presses("enter")
    sitting.sees("Stopped")
    shell.type("fg\r")
    sitting.sees(READY)
    sitting.types("still here")
    sitting.until(lambda: sitting.screen.composer == "still here", "what is written after fg")
    sitting.presses("ctrl+q")
    sitting.sees_no_more("still here")
    shell.type("exit\r")


def test_nothing_is_suspended_where_nobody_could_go_on_with_it(sitting: Sitting):
    sitting.opens()
    sitting.types("/suspend")
    sitting.presses("enter")
    sitting.sees("was not suspended|not suspended")
