"""A loop that takes no signal handlers, as Windows has it: the app and the shell work all the same."""

from pathlib import Path

from tests.sittings.sitting import Sitting

NO_HANDLERS = """
import asyncio

def refuse(*_):
    raise NotImplementedError

asyncio.SelectorEventLoop.add_signal_handler = refuse
asyncio.SelectorEventLoop.remove_signal_handler = refuse
"""


def test_nothing_needs_a_loop_that_takes_signals(sitting: Sitting, tmp_path: Path):
    (tmp_path / "usercustomize.py").write_text(NO_HANDLERS)
    (tmp_path / "sitecustomize.py").write_text(NO_HANDLERS)
    sitting.environment["PYTHONPATH"] = str(tmp_path)
    assert sitting.runs("mixchat ask hello").returncode == 0
    sitting.opens()
    sitting.says("hello again")
    sitting.quits()
