"""Replies whose every piece can be told on the screen, and a chat program that is sent them.

Each piece carries one character of its own, one cell wide. However a program writes a frame, such a character stands
in its bytes whole when it is painted first, so that no emulator has to run beside what is measured.
"""

import asyncio
import os
import re
import statistics
import time
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Final

from msgspec import Struct
from rich.cells import cell_len

from tests.bench.terminal import Terminal
from tests.wires.script import Reply
from tests.wires.server import Wires, environment

PIECE: Final = 20
"""Characters of a piece."""
LETTERS: Final = "бвгджзлмнпрстфхцчшщ"
"""What is typed; no reply has one of them."""
_READY: Final = "sk anything"
_ADDRESS: Final = re.compile(r"\]\(([^()]*)\)")
_KINDS: Final = {"Lo", "Lu", "Ll", "So"}
STACK: Final = '[roles.daily-driver]\nmodels = ["{ref}"]\n'
REFS: Final = {
    "anthropic": "anthropic/bench",
    "responses": "openai/bench",
    "chat": "openrouter/bench",
    "google": "google/bench",
    "ollama": "ollama/bench",
}
"""The five protocols, and a model that is spoken to by each."""


def marks() -> Iterator[str]:
    """Yield characters that are one cell wide and stand in no reply otherwise."""
    for code in (*range(0x1200, 0x1680), *range(0x2800, 0x2900), *range(0x12000, 0x13430)):
        character = chr(code)
        if unicodedata.category(character) in _KINDS and cell_len(character) == 1:
            yield character


def marked(text: str) -> tuple[str, list[str]]:
    """Return `text` with a mark in each piece of `PIECE` characters, and the marks."""
    size = PIECE - 2
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    found = list(islice(marks(), len(pieces)))
    assert len(found) == len(pieces), "the text is too long for the marks there are"
    # Between blanks, so that it is a word of its own in whatever the piece is part of.
    return "".join(f"{piece:<{size}}{mark} " for piece, mark in zip(pieces, found, strict=True)), found


def in_addresses(whole: str) -> set[str]:
    """Return the marks that stand in the address of a link: it is painted only once it is known to be none."""
    known = set(marks())
    return {letter for address in _ADDRESS.findall(whole) for letter in address if letter in known}


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of them do not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def load() -> str:
    """Return how busy the machine is besides."""
    return f"load {os.getloadavg()[0]:.1f}"


def variables(folder: Path, url: str, ref: str = REFS["anthropic"]) -> dict[str, str]:
    """Return the environment of an app whose only model is `ref`, at the server of that address."""
    (folder / "CONFIG" / "stacks").mkdir(parents=True, exist_ok=True)
    (folder / "CONFIG" / "stacks" / "bench.toml").write_text(STACK.format(ref=ref))
    (folder / "CONFIG" / "config.toml").write_text('[providers.openai]\napi = "responses"\n')
    places = {f"MIXCHAT_{part}_DIR": str(folder / part) for part in ("CONFIG", "DATA", "LOG")}
    router = {"OPENROUTER_API_KEY": "wire-openrouter", "OPENROUTER_BASE_URL": f"{url}/v1"}
    return {**environment(url), **router, **places, "MIXCHAT_STACK": "bench"}


class Trail(Struct):
    """How a reply came to the screen; seconds, and bytes."""

    behind: list[float]
    """From the sending of each piece to its first picture, but for those whose mark stands in the address of a link."""
    left_out: int
    """How many those are."""
    echoes: list[float]
    """From each key to its picture."""
    lag: float
    """From the last piece to its picture."""
    cpu: float
    written: int
    whole: float

    def told(self) -> str:
        """Return one line of figures."""
        behind, echoes = self.behind, self.echoes
        return (
            f"behind p50 {quantile(behind, 0.5) * 1e3:6.1f} p99 {quantile(behind, 0.99) * 1e3:6.1f} max {max(behind) * 1e3:6.1f} ms"
            f" (without {self.left_out} in addresses)"
            f"  echo p50 {statistics.median(echoes) * 1e3:5.1f} p95 {quantile(echoes, 0.95) * 1e3:6.1f} "
            f"p99 {quantile(echoes, 0.99) * 1e3:6.1f} ms ({len(echoes)})"
            f"  lag {self.lag:.2f} s  CPU {self.cpu:5.2f} s of {self.whole:.1f}  {self.written / 1e6:.2f} MB"
        )


class ChatProgram:
    """A chat program in a terminal, at a server of ours. Close it at the end.

    Args:
        command: program and arguments.
        environment: its variables.
        wires: the server.
        takes_back: whether each letter is taken back: one line of bare Textual takes keys that come together in
            another order, so that it keeps them all.
    """

    def __init__(
        self, command: list[str], environment: Mapping[str, str], wires: Wires, *, takes_back: bool = True
    ) -> None:
        self._takes_back = takes_back
        self.terminal = Terminal(command, environment=dict(environment))
        self._wires = wires
        self._letters = cycle(LETTERS)

    async def ready(self, after: float = 3.0) -> None:
        """Wait until it can be written to and has loaded what it loads after its first picture."""
        await asyncio.to_thread(self.terminal.wait, _READY, 0)
        await asyncio.sleep(after)

    async def echo(self) -> float:
        """Type a letter that stands nowhere and return the seconds until it was painted."""
        letter = next(self._letters)
        since = self.terminal.mark
        sent = self.terminal.send(letter)
        seen = await asyncio.to_thread(self.terminal.wait, letter, since)
        if self._takes_back:
            self.terminal.send("\x7f")
        return seen - sent

    async def first_word(self, mark: str, wait: float = 0.17) -> float:
        """Send a prompt and return the seconds from the server's first word to its picture."""
        self._wires.script("bench", Reply(f"{mark} and a few words more.", wait=wait, rate=20))
        count, since = len(self._wires.seen) + 1, self.terminal.mark
        self.terminal.send("again\r")
        seen = await self._wires.arrived(count, within=30)
        painted = await asyncio.to_thread(self.terminal.wait, mark, since)
        while not seen.finished:  # noqa: ASYNC110 - set by the server's own task
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)
        return painted - seen.sent[0]

    async def trail(self, text: str, rate: float | None, pause: float) -> Trail:
        """Have a reply streamed at `rate` characters a second while keys are typed, `pause` seconds apart."""
        terminal = self.terminal
        whole, found = marked(text)
        paced = None if rate is None else rate / PIECE
        self._wires.script("bench", Reply(whole, wait=0.2, rate=paced, piece=PIECE))
        count, since = len(self._wires.seen) + 1, terminal.mark
        terminal.send("go\r")
        seen = await self._wires.arrived(count, within=30)
        await asyncio.sleep(0.1)
        began, cpu, echoes = time.monotonic(), terminal.cpu(), list[float]()
        last = found[-1].encode()
        while not seen.finished or last not in terminal.written[since:]:
            echoes.append(await self.echo())
            await asyncio.sleep(pause)
        ended = time.monotonic()
        await asyncio.to_thread(terminal.quiet)
        times = _first_times(terminal, found, since)
        # A flood leaves pieces behind that no frame ever showed: they were above the window when it was painted.
        addresses = in_addresses(whole)
        behind = [
            times[mark] - at
            for mark, at in zip(found, seen.sent, strict=True)
            if mark in times and mark not in addresses
        ]
        return Trail(
            behind, len(addresses), echoes, times[found[-1]] - seen.sent[-1], terminal.cpu() - cpu,
            terminal.mark - since, ended - began,
        )  # fmt: skip

    def close(self) -> None:
        """End it."""
        self.terminal.close()


def _first_times(terminal: Terminal, found: Sequence[str], since: int) -> dict[str, float]:
    """Return when each mark was painted first."""
    output, reads = terminal.written, terminal.reads
    lengths = [length for _, length in reads]
    times: dict[str, float] = {}
    for mark in found:
        wanted = mark.encode()
        if (at := output.find(wanted, since)) >= 0:
            times[mark] = reads[bisect_left(lengths, at + len(wanted))][0]
    return times
