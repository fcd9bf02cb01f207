"""One person at one terminal, in words for what they do and see."""

import os
import re
import shlex
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from mixchat.tui.widgets.choice_bar import ARMED_AFTER
from tests.sittings.disk import Disk
from tests.sittings.provider import MODEL, Provider
from tests.sittings.screen import Screen
from tests.sittings.terminal import PYTHON, SittingTerminal

PATIENCE: Final = 45.0
"""Seconds that anything may take on a busy machine."""
_STACK: Final = f"""
name = "sitting"
[roles.daily-driver]
models = ["%s/{MODEL}"]
"""
_CONFIG: Final = f"""
stack = "sitting"
[prices."%s/{MODEL}"]
input = 1000.0
output = 20000.0
"""
"""Dear, so that every token shows: a cent a thousandth of a prompt's, and two cents a token of a reply's."""
STACK: Final = _STACK % "ollama"
CONFIG: Final = _CONFIG % "ollama"
"""A model near by, which needs no library to load: most stories are about something else."""
CLOUD_STACK: Final = _STACK % "anthropic"
CLOUD_CONFIG: Final = _CONFIG % "anthropic"
READY: Final = "Ask anything"
EMPTY: Final = "every message to the right model"


class Sitting:
    """What a person does, sees and finds on disk; see the package's docstring for how to write a story."""

    def __init__(self, home: Path, provider: Provider) -> None:
        self.home = home
        self.provider = provider
        self.environment: dict[str, str] = {
            **provider.environment,
            **{f"MIXCHAT_{part}_DIR": str(home / part.lower()) for part in ("CONFIG", "DATA", "LOG")},
        }
        self.disk = Disk(home / "data")
        self._terminal: SittingTerminal | None = None
        if not (home / "config").exists():
            self.writes_config(CONFIG)
            self.writes_stack(STACK)

    # The stage

    def writes_config(self, text: str) -> None:
        """Put this into config.toml."""
        self._write(self.home / "config" / "config.toml", text)

    @property
    def config(self) -> str:
        """What config.toml says."""
        return (self.home / "config" / "config.toml").read_text("utf-8")

    def writes_stack(self, text: str, name: str = "sitting") -> None:
        """Put this into a stack file."""
        self._write(self.home / "config" / "stacks" / f"{name}.toml", text)

    def has_a_cloud_model(self) -> None:
        """Have the one model at a provider far away, for a story on keys, credentials or privacy."""
        self.writes_config(CLOUD_CONFIG)
        self.writes_stack(CLOUD_STACK)

    @staticmethod
    def _write(path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    # What the person does

    def opens(
        self, *arguments: str, size: tuple[int, int] = (120, 40), ready: str = READY,
        environment: Mapping[str, str] | None = None, terminal: str = "",
    ) -> None:  # fmt: skip
        """Start the program in a terminal of that size, and wait until it can be written to."""
        if self._terminal is not None:
            self._terminal.close()
        command = [PYTHON, "-m", "mixchat", *arguments]
        self._terminal = SittingTerminal(
            command, *size, {**self.environment, **(environment or {})}, terminal
        )
        self.sees(ready)

    def types(self, text: str) -> None:
        """Press one key after another."""
        self.terminal.type(text)

    def presses(self, *keys: str) -> None:
        """Press keys by their names: `enter`, `ctrl+n`, `alt+enter`, `f2`."""
        self.terminal.press(*keys)

    def clicks(self, column: int, row: int, *, times: int = 1, button: int = 0) -> None:
        """Click with the left button or another one (1 middle, 2 right), counted from 0."""
        click = "".join(f"\x1b[<{button};{column + 1};{row + 1}{end}" for end in "Mm")
        self.terminal.send(click * times)  # at once: a second click that comes late is another click

    def drags(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Press the left button at one cell, move to another, and let go."""
        for code, (column, row), kind in ((0, start, "M"), (32, end, "M"), (0, end, "m")):
            self.terminal.send(f"\x1b[<{code};{column + 1};{row + 1}{kind}")

    def place_of(self, text: str) -> tuple[int, int]:
        """Return column and row of a text on the screen."""
        screen = self.sees(re.escape(text))
        row = next(at for at, line in enumerate(screen.rows) if text in line)
        return screen.rows[row].index(text), row

    def chooses(self, key: str) -> None:
        """Answer a question that is on the screen, once the hand has rested."""
        time.sleep(ARMED_AFTER + 0.1)
        self.presses(key)

    def pastes(self, text: str) -> None:
        """Paste a text in brackets, as terminals do."""
        self.terminal.paste(text)

    def writes(self, prompt: str) -> None:
        """Put a prompt into the composer at once, and wait until it stands there."""
        self.pastes(prompt)
        self.until(
            lambda: prompt.split("\n")[-1][-20:] in self.screen.composer, f"{prompt!r} in the composer"
        )

    def sends(self, prompt: str) -> None:
        """Write a prompt and send it; it is under way when the composer is empty again."""
        self.writes(prompt)
        self.presses("enter")
        self.until(lambda: not self.screen.composer, "an empty composer")

    def says(self, prompt: str) -> None:
        """Send a prompt and wait until its reply is complete and written down."""
        before = len(self._settled)
        self.sends(prompt)
        self.until(lambda: len(self._settled) > before, f"the turn of {prompt!r} settled on disk")

    @property
    def _settled(self) -> list[str]:
        return [turn.id for turn in self.disk.turns() if turn.outcome != "open"]

    def starts_a_chat(self) -> None:
        """Press Ctrl+N and see the empty chat."""
        self.presses("ctrl+n")
        self.sees(EMPTY)

    def goes_to_chat(self, words: str) -> None:
        """Find a saved chat by its words and open it."""
        self.presses("ctrl+s")
        self.sees("esc back")
        self.types(words)
        self.sees("1 chat$")
        self.presses("enter")
        self.sees_no_more("esc back")

    def quits(self) -> None:
        """Press Ctrl+Q and see the program end well."""
        self.presses("ctrl+q")
        assert self.terminal.ended(PATIENCE) == 0
        assert b"Traceback" not in self.terminal.written

    def is_killed(self) -> None:
        """Lose the program as in a power cut."""
        self.terminal.kill()

    def leaves(self) -> None:
        """Close the terminal and whatever runs in it."""
        if self._terminal is not None:
            self._terminal.close()
            self._terminal = None

    @contextmanager
    def second_window(self) -> Iterator["Sitting"]:
        """Give a second terminal on the same home; it is closed at the end."""
        other = Sitting(self.home, self.provider)
        other.environment = dict(self.environment)
        try:
            yield other
        finally:
            other.leaves()

    def runs(self, command: str, *, input: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command of the shell, such as `mixchat spend --json`, on the same home."""
        words = shlex.split(command)
        assert words[0] == "mixchat", "only mixchat's own commands"
        return subprocess.run(
            [PYTHON, "-m", *words], input=input, capture_output=True, text=True, timeout=PATIENCE * 2,
            env={**os.environ, **self.environment}, check=False,
        )  # fmt: skip

    def runs_in_a_shell(self, line: str) -> subprocess.CompletedProcess[str]:
        """Run a line of a POSIX shell whose first word is mixchat, with its redirections."""
        command = f"{shlex.quote(PYTHON)} -m {line}"
        return subprocess.run(
            ["sh", "-c", command], input="", capture_output=True, text=True, timeout=PATIENCE * 2,
            env={**os.environ, **self.environment}, check=False,
        )  # fmt: skip

    def is_told(self, words: str, command: str) -> None:
        """Run a command of the shell until it says this: what was done in the app is written a moment later."""

        def says() -> bool:
            told = self.runs(command)
            return words in told.stdout + told.stderr

        self.until(says, f"{words!r} from `{command}`")

    # What the person sees

    @property
    def terminal(self) -> SittingTerminal:
        """The terminal in use."""
        assert self._terminal is not None, "nothing was opened"
        return self._terminal

    @property
    def screen(self) -> Screen:
        """The screen of this moment."""
        return self.terminal.screen()

    def sees(self, pattern: str, within: float = PATIENCE) -> Screen:
        """Wait until a text or a regular expression is on the screen, and return that screen."""
        return self._wait(lambda screen: screen.has(pattern), f"{pattern!r} to show", within)

    def sees_no_more(self, pattern: str, within: float = PATIENCE) -> Screen:
        """Wait until it is gone from the screen."""
        return self._wait(lambda screen: not screen.has(pattern), f"{pattern!r} to go away", within)

    def until(self, condition: Callable[[], object], what: str, within: float = PATIENCE) -> None:
        """Wait until something holds that is neither a text nor its absence."""
        self._wait(lambda _: bool(condition()), what, within)

    def _wait(self, holds: Callable[[Screen], bool], what: str, within: float) -> Screen:
        end = time.monotonic() + within
        while not _holds_yet(holds, screen := self.screen):
            if time.monotonic() > end or not self.terminal.running:
                if holds(screen := self.screen):
                    return screen
                ended = "" if self.terminal.running else " and the program has ended"
                raise AssertionError(
                    f"waited {within} s for {what}{ended}; the screen was:\n{_framed(screen)}"
                )
            time.sleep(0.03)
        return screen

    def ever_saw(self, pattern: str, since: int = 0) -> bool:
        """Whether any frame since a mark of the terminal showed this, however short."""
        return any(re.search(pattern, screen.text) for screen in self.terminal.frames(since))


def _holds_yet(holds: Callable[[Screen], bool], screen: Screen) -> bool:
    """Whether it holds; a row, a figure or a turn that is looked for may not be there yet."""
    try:
        return holds(screen)
    except (AssertionError, LookupError):
        return False


def _framed(screen: Screen) -> str:
    columns, _ = screen.size
    return "\n".join(f"│{row.ljust(columns)}│" for row in screen.rows)
