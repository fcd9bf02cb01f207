"""What Windows lacks is missed by nothing: the shell and the app work where it is taken away from mixchat."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.sittings import like_windows
from tests.sittings.provider import paced
from tests.sittings.sitting import Sitting
from tests.sittings.terminal import PYTHON

SEEN = """
import os, signal, sys, importlib
assert (os.name, sys.platform) == ("nt", "win32")
assert not hasattr(os, "getuid") and not hasattr(signal, "SIGHUP")
for name in ("fcntl", "termios", "mixchat.tui.terminal.driver"):
    try:
        __import__(name)
    except ImportError:
        continue
    raise AssertionError(name)
"""


@pytest.fixture
def on_windows(sitting: Sitting, tmp_path: Path) -> Sitting:
    folder = tmp_path / "as_there"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(f"{Path(like_windows.__file__).read_text('utf-8')}\ninstall()\n")
    sitting.environment["PYTHONPATH"] = str(folder)
    return sitting


def test_the_stand_in_takes_away_what_it_says(on_windows: Sitting):
    asked = f"exec({SEEN!r}, {{'__name__': 'mixchat.asked', '__package__': 'mixchat'}})"
    environment = {**os.environ, **on_windows.environment}
    subprocess.run([PYTHON, "-c", f"import mixchat; {asked}"], env=environment, check=True, timeout=60)


@pytest.mark.parametrize(
    "command",
    [
        "ask hello", "ask --json -f {file} hello", "config show", "config check", "config path", "config init",
        "history list", "history search hello", "serve --help", "doctor", "models", "route hello", "stack list",
        "spend", "local list", "keys list", "prompts list", "completion bash",
    ],
)  # fmt: skip
def test_a_command_does_its_work(on_windows: Sitting, tmp_path: Path, command: str):
    (tmp_path / "notes.txt").write_text("some notes")
    done = on_windows.runs(f"mixchat {command.format(file=tmp_path / 'notes.txt')}")
    assert done.returncode == (2 if command == "config init" else 0), done.stderr
    assert "Traceback" not in done.stderr
    assert "unexpected" not in done.stderr.lower()


def test_the_app_opens_answers_stops_and_leaves(on_windows: Sitting):
    on_windows.opens()
    on_windows.says("hello again")
    on_windows.provider.will_say(paced("word " * 400, 100))
    on_windows.sends("count")
    on_windows.sees("word word")
    on_windows.presses("escape")
    on_windows.until(lambda: on_windows.disk.turns()[-1].outcome == "stopped", "a stopped turn")
    on_windows.quits()


def test_ctrl_c_stops_a_reply_of_the_shell_and_says_what_it_cost(on_windows: Sitting):
    on_windows.provider.will_say(paced("word " * 400, 100))
    asking = subprocess.Popen(
        [PYTHON, "-m", "mixchat", "ask", "--json", "count"], text=True, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
        env={**os.environ, **on_windows.environment},
    )  # fmt: skip
    assert asking.stdout is not None
    while '"text"' not in asking.stdout.readline():
        pass
    asking.send_signal(signal.SIGINT)
    *_, last = asking.communicate(timeout=90)[0].splitlines()
    assert asking.returncode == 130
    assert json.loads(last)["type"] == "stopped"
    assert float(json.loads(last)["cost_usd"]) > 0
