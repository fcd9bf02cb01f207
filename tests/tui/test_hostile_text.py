"""Hostile text in every source, and the raw bytes that reach the terminal."""

import base64
import os
import pty
import re
import select
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import structs

from mixchat.domain.chat_request import GenerationSettings
from mixchat.domain.clock import SystemClock
from mixchat.domain.errors import Failure
from mixchat.domain.model import ModelRef
from mixchat.domain.plain_text import without_controls
from mixchat.domain.turn import Outcome, Turn
from mixchat.storage.chats import ChatState, ChatStore
from mixchat.storage.database import Database
from mixchat.storage.drafts import Drafts
from mixchat.storage.turns import TurnStore
from tests.tui.pty_app import PtyApp

MARK = base64.b64encode(b"hostile").decode()
EVIL = f"a\x1b]52;c;{MARK}\x07b\x1b[31mc\x9b2Jd\x9d0;title\x9ce\x1b]8;;http://evil/\x1b\\f\x1bPq\x1b\\\u202eg\x00h\x08i\x7fj"
"""Writes to the clipboard, clears the screen, names the window, opens a link, turns the text around."""
_TELLS = re.compile(
    rb"\x1b\]52;c;"
    + MARK.encode()
    + rb"|\x1b\[31mc|\xc2\x9b|\xc2\x9d|\x1b\]8;;http://evil|\x1bPq|\xe2\x80\xae|\x1b\]0;title"
)


def obeyed(output: bytes) -> list[bytes]:
    """Return what of the hostile text a terminal would obey."""
    return _TELLS.findall(output)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A history, a config and a stack with hostile text wherever there is text."""
    for part in ("CONFIG", "DATA", "LOG"):
        (tmp_path / part).mkdir()
        monkeypatch.setenv(f"MIXCHAT_{part}_DIR", str(tmp_path / part))
    monkeypatch.setenv("OLLAMA_HOST", "http://127.0.0.1:9")
    monkeypatch.setenv("TERM", "xterm-256color")
    database = Database(tmp_path / "DATA" / "history.db")
    chats, turns = ChatStore(database, SystemClock()), TurnStore(database)
    record = structs.replace(
        chats.new(title=EVIL), id="evil", state=ChatState(settings=GenerationSettings(system=EVIL))
    )
    chats.post(record, record)
    ref = ModelRef("ollama", EVIL)
    turn = Turn(
        id="t1",
        chat="evil",
        created=datetime.now(UTC),
        prompt=EVIL,
        reply=f"{EVIL}\n\n```{EVIL}\n{EVIL}\n```\n\n| {EVIL} |\n|---|\n| {EVIL} |\n\n[{EVIL}](http://x/{EVIL})",
        outcome=Outcome.FAILED,
        failure=Failure("interrupted", EVIL, ref),
        notices=(EVIL,),
    )
    turns.post(turn)
    chats.post(record, structs.replace(record, leaf="t1"))
    chats.tag("evil", EVIL.replace("\x00", ""))
    Drafts(database).write("evil", EVIL)
    database.connection.execute("UPDATE drafts SET pid = NULL")
    database.close()
    return tmp_path


COMMANDS = {
    "history list": ["history", "list"],
    "history search": ["history", "search", "hostile"],
    "history search in titles": ["history", "search", "a"],
    "history show": ["history", "show", "evil"],
    "history export": ["history", "export", "evil"],
    "history export json": ["history", "export", "evil", "--format", "json"],
    "an id that is none": ["history", "show", EVIL.replace("\x00", "")],
    "a stack that is none": ["--stack", EVIL.replace("\x00", ""), "route", "hi"],
    "a role that is none": ["ask", "-r", EVIL.replace("\x00", ""), "hi"],
    "a model that is none": ["ask", "-m", EVIL.replace("\x00", ""), "hi"],
    "a file that is none": ["ask", "-f", EVIL.replace("\x00", ""), "hi"],
    "an option that is none": [EVIL.replace("\x00", "")],
    "a prompt as JSON": ["route", "--json", EVIL.replace("\x00", "")],
    "an import": ["history", "import", EVIL.replace("\x00", "")],
}


def in_terminal(arguments: list[str]) -> bytes:
    """Run a command with a terminal on both its outputs and return the raw bytes."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "mixchat", *arguments], stdin=subprocess.DEVNULL, stdout=slave, stderr=slave
    )
    os.close(slave)
    output, until = b"", time.monotonic() + 50
    while time.monotonic() < until:
        if select.select([master], [], [], 0.2)[0]:
            try:
                piece = os.read(master, 65536)
            except OSError:
                break
            output += piece
        elif process.poll() is not None:
            break
    process.kill()
    process.wait()
    os.close(master)
    return output


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS)
def test_no_command_lets_foreign_text_reach_the_terminal_raw(place: Path, arguments: list[str]):
    output = in_terminal(arguments)
    assert output
    assert obeyed(output) == []


def test_a_config_with_hostile_values_is_told_plainly(place: Path):
    hostile = EVIL.replace("\x00", "").encode("unicode_escape").decode().replace("\\x", "\\u00")
    (place / "CONFIG" / "config.toml").write_text(
        f'stack = "{hostile}"\ntheme = "{hostile}"\n[aliases]\n"{hostile}" = "{hostile}"\n'
    )
    for arguments in (
        ["doctor"],
        ["route", "hi"],
        ["config", "check"],
        ["config", "show"],
        ["stack", "list"],
    ):
        assert obeyed(in_terminal(arguments)) == []


def test_the_app_lets_no_foreign_text_reach_the_terminal_raw(place: Path):
    app = PtyApp(columns=140, rows=40, arguments=("--resume", "evil"))
    try:
        app.wait("hostile"[:1], 0, 30)
        time.sleep(2)
        for keys in (
            "\x10",
            "\x1b",
            "/chats\r",
            "\x1b",
            "/stack\r",
            "\x1b",
            "/spend\r",
            "\x1b",
            "/find a\r",
            "\x1b",
            f"hello {without_controls(EVIL)}",
            "\x1b",
        ):
            app.feed(keys)
            time.sleep(0.6)
        app.feed("\x11")
        time.sleep(1.5)
        output = app.written
    finally:
        app.close()
    assert b"52;c;" in output.replace(b"\xe2", b"")  # it is shown, as text
    assert obeyed(output) == []


def test_what_is_painted_and_where_it_links_is_plain():
    from rich.segment import Segment
    from rich.style import Style
    from textual.color import Color

    from mixchat.tui.terminal.line_filter import PlainLines

    (found,) = PlainLines().apply([Segment(EVIL, Style(link=f"http://x/{EVIL}"))], Color(0, 0, 0))
    assert found.text.isprintable()
    assert found.style is not None
    assert found.style.link is not None
    assert found.style.link.isprintable()
