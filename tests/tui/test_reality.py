"""The program where terminals really are: far away, in tmux, without colours, and resized while a reply comes."""

import asyncio
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from tests.bench.far_terminal import FarTerminal
from tests.bench.terminal import Terminal
from tests.sittings.terminal import end_of_frames, new_emulator, paint
from tests.wires.script import Reply
from tests.wires.server import Wires, environment

PLACEHOLDER = "sk anything"
COMMAND = [sys.executable, "-m", "mixchat"]
STACK = '[roles.daily-driver]\nmodels = ["ollama/wire"]\n'
LINES = "".join(f"Line {number} of the reply is here.\n\n" for number in range(70))
END = "Ж the end Ж"


both_ways = pytest.mark.parametrize("frames", ["changes", "whole"])
"""Where only cells that changed are written, and where Textual writes whole rows: both have to paint the same."""


@pytest.fixture
def frames() -> str:
    """How frames are written where a story is about something else."""
    return "changes"


@pytest.fixture
async def wires(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, frames: str) -> AsyncGenerator[Wires]:
    (tmp_path / "CONFIG" / "stacks").mkdir(parents=True)
    (tmp_path / "CONFIG" / "stacks" / "wire.toml").write_text(STACK)
    for part in ("CONFIG", "DATA", "LOG"):
        monkeypatch.setenv(f"MIXCHAT_{part}_DIR", str(tmp_path / part))
    monkeypatch.setenv("MIXCHAT_STACK", "wire")
    monkeypatch.setenv("MIXCHAT_FRAMES", frames)
    async with Wires() as served:
        for name, value in environment(served.url).items():
            monkeypatch.setenv(name, value)
        yield served


class Eye:
    """What an emulator of the terminal's own size makes of all that was written."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._emulator, self._stream = new_emulator(*terminal.size)
        self._fed = 0
        self.asked_at = 0
        """Where the output stood when the prompt was sent."""

    @property
    def screen(self) -> str:
        """What is on the screen now, without a frame that is not finished."""
        columns, rows = self._terminal.size
        if (rows, columns) != (self._emulator.lines, self._emulator.columns):
            self._emulator.resize(rows, columns)
        whole = self._terminal.written
        end = end_of_frames(whole, self._fed)
        paint(self._emulator, self._stream, whole[self._fed : end])
        self._fed = end
        return "\n".join(self._emulator.display)

    async def sees(self, text: str) -> None:
        """Wait until `text` is on the screen."""
        await self.until(lambda screen: text in screen, f"{text!r} to show")

    async def sees_line(self, number: int) -> None:
        """Wait until the reply has come to one of its numbered lines."""
        await self.until(
            lambda screen: any(int(seen) >= number for seen in re.findall(r"Line (\d+) of", screen)),
            f"line {number}",
        )

    async def until(self, holds: Callable[[str], bool], what: str) -> None:
        """Wait until something holds of the screen."""
        for _ in range(900):
            if holds(self.screen):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"waited for {what}; the screen was:\n{self.screen}")


async def asked(terminal: Terminal, wires: Wires, reply: Reply, prompt: str = "go on") -> Eye:
    """Send a prompt, and return who looks at the screen."""
    eye = Eye(terminal)
    await eye.sees(PLACEHOLDER)
    wires.script("wire", reply)
    seen = len(wires.seen)
    terminal.send(prompt)
    await eye.sees(prompt)
    await asyncio.sleep(0.3)
    eye.asked_at = terminal.mark
    terminal.send("\r")
    await wires.arrived(seen + 1, within=30)
    return eye


@both_ways
async def test_a_slow_line_gets_fewer_frames_and_in_the_end_the_whole_reply(wires: Wires):
    written: dict[bool, int] = {}
    for answers in (True, False):
        terminal = FarTerminal(COMMAND, delay=0.5, answers=answers)
        try:
            eye = await asked(terminal, wires, Reply(LINES + END, rate=150))
            await eye.sees(END)
            written[answers] = terminal.mark - eye.asked_at
        finally:
            terminal.close()
    # Where cells that changed are all that travels, fewer frames have more of them each.
    share = 0.5 if os.environ["MIXCHAT_FRAMES"] == "whole" else 0.85
    assert written[True] < share * written[False]


async def test_leaving_in_mid_reply_leaves_no_answer_to_the_shell(wires: Wires):
    terminal = FarTerminal(COMMAND, delay=0.2)
    try:
        eye = await asked(terminal, wires, Reply(LINES + END, rate=150))
        await eye.sees_line(30)
        terminal.send("\x11")
        assert await asyncio.to_thread(terminal.ended, 20) == 0
        await asyncio.sleep(0.6)
        assert b"\x1b[?2026$p" in terminal.written[eye.asked_at :]
        assert terminal.unread == 0
    finally:
        terminal.close()


@both_ways
async def test_the_terminal_changes_its_size_in_mid_reply(wires: Wires):
    terminal = Terminal(COMMAND)
    try:
        eye = await asked(terminal, wires, Reply(LINES + END, rate=150))
        for number, (columns, rows) in enumerate(((60, 20), (200, 50), (80, 24)), 1):
            await eye.sees_line(20 * number)
            terminal.resize(columns, rows)
        await eye.sees(END)
        await eye.sees("Line 69 of the reply is here.")
        terminal.send("\x1b[200~typed after it\x1b[201~")
        await eye.sees("typed after it")
    finally:
        terminal.close()


async def test_a_terminal_that_does_not_tell_its_size_is_used_like_any(wires: Wires):
    terminal = Terminal(COMMAND, 0, 0)
    try:
        eye = await asked(terminal, wires, Reply(END))
        await eye.sees(END)
    finally:
        terminal.close()


async def test_a_window_closed_in_mid_reply_ends_the_app_and_keeps_what_came(wires: Wires):
    terminal = Terminal(COMMAND)
    try:
        eye = await asked(terminal, wires, Reply(LINES + END, rate=150), "remember this prompt")
        await eye.sees_line(9)
        terminal.hang_up()
        assert await asyncio.to_thread(terminal.ended, 20) == 0
    finally:
        terminal.close()
    kept = await asyncio.to_thread(
        subprocess.run, [*COMMAND, "history", "search", "remember"], capture_output=True, text=True
    )
    assert "remember this prompt" in kept.stdout


@both_ways
@pytest.mark.parametrize(
    ("variables", "never"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": ""}, b"38;2;"),
        ({"TERM": "xterm", "COLORTERM": ""}, b"38;2;"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, None),
        ({"TERM": "screen-256color", "COLORTERM": ""}, b"38;2;"),
    ],
    ids=["256 colours", "16 colours", "NO_COLOR", "screen"],
)
async def test_a_terminal_with_fewer_colours(wires: Wires, variables: dict[str, str], never: bytes | None):
    terminal = Terminal(COMMAND, environment=variables)
    try:
        eye = await asked(terminal, wires, Reply(f"A **bold** word and `code`.\n\n{END}"))
        await eye.sees(END)
        await eye.sees("A bold word and code.")
        assert never is None or never not in terminal.written
        assert b"\x1b[?2026h" not in terminal.written
    finally:
        terminal.close()


async def test_without_a_mouse_none_is_asked_for(wires: Wires, tmp_path: Path):
    (tmp_path / "CONFIG" / "config.toml").write_text("[ui]\nmouse = false\n")
    terminal = Terminal(COMMAND)
    try:
        eye = Eye(terminal)
        await eye.sees(PLACEHOLDER)
        terminal.send("\x1b[I\x1b[Owords")
        await eye.sees("words")
        assert b"\x1b[?1000h" not in terminal.written
        assert b"\x1b[?1003h" not in terminal.written
    finally:
        terminal.close()


@both_ways
async def test_wide_characters_at_the_edge_keep_every_row_as_wide_as_the_terminal(wires: Wires):
    terminal = Terminal(COMMAND, columns=61, rows=24)
    try:
        wide = "日本語のテキストは幅が二つです。" * 8
        eye = await asked(terminal, wires, Reply(f"{wide}\n\nx{wide}\n\n👩‍👩‍👧 family 👍🏽 thumb\n\n{END}"))
        await eye.sees(END)
        assert "日本語のテキスト" in eye.screen.replace(" ", "")
    finally:
        terminal.close()


@both_ways
@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
async def test_inside_tmux(wires: Wires, tmp_path: Path):
    def tmux(*arguments: str) -> str:
        command = ["tmux", "-S", str(tmp_path / "tmux"), "-f", "/dev/null", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=90).stdout

    async def pane_shows(text: str) -> None:
        seen = ""
        for _ in range(900):
            seen = tmux("capture-pane", "-p")
            if text in seen:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{text!r} is not in the pane:\n{seen}")

    tmux("new-session", "-d", "-x", "100", "-y", "30", shlex.join(COMMAND))
    try:
        await pane_shows(PLACEHOLDER)
        wires.script("wire", Reply(LINES + END, rate=150))
        tmux("send-keys", "-l", "go on")
        await pane_shows("go on")
        tmux("send-keys", "Enter")
        await pane_shows("Line 20 ")
        tmux("resize-window", "-x", "70", "-y", "20")
        await pane_shows(END)
        tmux("set-buffer", "two\nlines")
        tmux("paste-buffer", "-p")
        await pane_shows("lines")
        assert len(wires.seen) == 1
    finally:
        tmux("kill-server")
