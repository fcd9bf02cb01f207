"""Frames go to the terminal at once while it takes them, and in their order when it does not."""

import os
import pty
import time
import tty
from collections.abc import Iterator

import pytest
from textual.drivers._writer_thread import WriterThread

from mixchat.tui.terminal.output import TerminalOutput


class Desk:
    """A terminal that is read when the test says so."""

    def __init__(self) -> None:
        self.master, slave = pty.openpty()
        tty.setraw(slave)
        self.file = os.fdopen(slave, "w", encoding="utf-8")
        self.output = TerminalOutput(self.file)
        self.thread = WriterThread(self.output)  # pyright: ignore[reportArgumentType] - all that it uses is there
        self.thread.start()
        self.by_thread = 0

    def write(self, text: str) -> None:
        left = self.output.send(text)
        if left is not None:
            self.by_thread += 1
            self.thread.write(left)

    def read(self, size: int) -> str:
        data = b""
        while len(data) < size:
            data += os.read(self.master, 65536)
        return data.decode()

    def close(self) -> None:
        self.thread.stop()
        self.output.close()
        self.file.close()
        os.close(self.master)


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.close()


def test_a_frame_is_written_without_the_thread(desk: Desk):
    desk.write("first é ")
    desk.write("second")
    assert desk.read(15) == "first é second"
    assert desk.by_thread == 0


def test_a_terminal_that_takes_nothing_holds_nobody_up_and_loses_nothing(desk: Desk):
    frames = [f"{number:05d}{'é€𝄞' * 300}" for number in range(25)]
    began = time.monotonic()
    for frame in frames:
        desk.write(frame)
    assert time.monotonic() - began < 1.0  # the thread waits for the terminal, and nobody for the thread
    assert desk.by_thread
    text = "".join(frames)
    assert desk.read(len(text.encode())) == text
    before = desk.by_thread
    until = time.monotonic() + 5
    while time.monotonic() < until and desk.by_thread > before - 1:
        desk.write("!")
        if desk.by_thread == before:
            break
        before = desk.by_thread
        time.sleep(0.01)
    assert desk.by_thread == before  # once all is written, the thread is not needed any more


def test_the_shell_keeps_a_terminal_that_blocks(desk: Desk):
    desk.write("x")
    assert os.get_blocking(desk.file.fileno())


def test_what_is_no_terminal_is_left_to_the_thread():
    reader, writer = os.pipe()
    with os.fdopen(writer, "w") as file:
        output = TerminalOutput(file)
        thread = WriterThread(output)  # pyright: ignore[reportArgumentType]
        thread.start()
        left = output.send("to a pipe")
        assert left == "to a pipe"
        thread.write(left)
        thread.stop()
        assert os.read(reader, 100) == b"to a pipe"
    os.close(reader)
