"""A scene: a size, what is set up, the keys that are pressed, and what must be on the screen for the picture."""

import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyte
from msgspec import Struct

from tests.bench.terminal import Terminal
from tests.shots.picture import paint

KEYS = {
    "enter": "\r", "esc": "\x1b", "tab": "\t", "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D",
    "f1": "\x1bOP", "f2": "\x1bOQ", "f3": "\x1bOR", "f4": "\x1bOS", "f5": "\x1b[15~", "f6": "\x1b[17~",
    "f7": "\x1b[18~", "f8": "\x1b[19~", "f9": "\x1b[20~", "f10": "\x1b[21~",
}  # fmt: skip
_PATIENCE = 30.0


class Type(Struct, frozen=True):
    """Write something."""

    text: str


class Press(Struct, frozen=True):
    """Press a key: a name of `KEYS`, or `ctrl+x`."""

    key: str


class Wait(Struct, frozen=True):
    """Wait until the screen shows something, as a regular expression."""

    pattern: str


class Rest(Struct, frozen=True):
    """Let time pass."""

    seconds: float


Step = Type | Press | Wait | Rest


class Scene(Struct, frozen=True, kw_only=True):
    """One picture."""

    name: str
    columns: int = 120
    rows: int = 34
    keyed: bool = True
    """Whether keys are in the environment."""
    theme: str = "mixchat-dark"
    config: str = ""
    steps: Sequence[Step] = ()


class Stage:
    """The program in a terminal, and the screen that it has painted so far."""

    def __init__(self, scene: Scene, command: list[str], environment: Mapping[str, str]) -> None:
        self.name = scene.name
        self.terminal = Terminal(command, scene.columns, scene.rows, dict(environment))
        self.screen = pyte.Screen(scene.columns, scene.rows)
        self._stream = pyte.ByteStream(self.screen)
        self._fed = 0

    def text(self) -> str:
        """Return what is on the screen."""
        written = self.terminal.written
        self._stream.feed(written[self._fed :])
        self._fed = len(written)
        return "\n".join(self.screen.display)

    def play(self, step: Step) -> None:
        """Do one step."""
        match step:
            case Type(text):
                for letter in text:
                    self.terminal.send(letter)
                    time.sleep(0.004)
            case Press(key):
                self.terminal.send(KEYS.get(key) or chr(ord(key.removeprefix("ctrl+")) - 96))
            case Rest(seconds):
                time.sleep(seconds)
            case Wait(pattern):
                self._wait(pattern)

    def _wait(self, pattern: str) -> None:
        end = time.monotonic() + _PATIENCE
        while not re.search(pattern, self.text()):
            if time.monotonic() > end:
                raise SystemExit(f"{self.name}: {pattern!r} never showed; the screen was:\n{self.text()}")
            time.sleep(0.05)

    def close(self) -> None:
        """Quit the program."""
        self.terminal.send(chr(17))
        time.sleep(0.3)
        self.terminal.close()


def take(scene: Scene, command: list[str], environment: Mapping[str, str], folder: Path) -> Path:
    """Play the scene in a terminal and return the picture's path."""
    stage = Stage(scene, command, environment)
    try:
        for step in scene.steps:
            stage.play(step)
        stage.terminal.quiet(0.5)
        stage.text()
        path = folder / f"{scene.name}.png"
        paint(stage.screen, path)
        return path
    finally:
        stage.close()
