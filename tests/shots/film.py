"""A moving picture of the real program: what a terminal showed over time, as one SVG that plays by itself."""

import time
from collections.abc import Iterator, Mapping
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Final

from pyte.screens import Char

from tests.shots.picture import GROUND, PLAIN, colour
from tests.shots.scene import Scene, Stage, Step, Type

WIDTH, HEIGHT, POINT = 8, 18, 13
_STILL: Final = 0.015
"""Seconds without output after which a picture is whole."""
_KEY: Final = 0.03
_LONGEST: Final = 0.7
"""Seconds that nothing may happen; longer waits are cut short."""
_LAST: Final = 3.0
_ONCE: Final = 0.12
"""Seconds between two pictures at least."""

BLOCKS: Final = {
    "█": (0, 0, 1, 1), "▀": (0, 0, 1, 0.5), "▌": (0, 0, 0.5, 1), "▎": (0, 0, 0.25, 1),
    **{chr(0x2580 + eighth): (0, 1 - eighth / 8, 1, eighth / 8) for eighth in range(1, 8)},
}  # fmt: skip
"""The part of a cell that a block fills: left, top, width, height."""
Row = tuple[Char, ...]
Frame = tuple[float, tuple[Row, ...]]


class Recorder(Stage):
    """Keeps what was on the screen."""

    def __init__(self, scene: Scene, command: list[str], environment: Mapping[str, str]) -> None:
        super().__init__(scene, command, environment)
        self.frames: list[Frame] = []

    def text(self) -> str:
        """Return what is on the screen, and keep it."""
        before = len(self.terminal.written)
        time.sleep(_STILL)
        text = super().text()
        if len(self.terminal.written) == before:
            screen = self.screen
            rows = tuple(
                tuple(screen.buffer[y][x] for x in range(screen.columns)) for y in range(screen.lines)
            )
            if not self.frames or self.frames[-1][1] != rows:
                self.frames.append((time.monotonic(), rows))
        return text

    def play(self, step: Step) -> None:
        """Do one step, looking all the time."""
        if isinstance(step, Type):
            for letter in step.text:
                self.terminal.send(letter)
                time.sleep(_KEY)
                self.text()
            return
        super().play(step)
        self.text()


def film(scene: Scene, command: list[str], environment: Mapping[str, str], path: Path) -> Path:
    """Play the scene and write the film."""
    recorder = Recorder(scene, command, environment)
    try:
        first = 0
        for step in scene.steps:
            recorder.play(step)
            if not first and recorder.frames:
                first = len(recorder.frames)
        frames = _paced(recorder.frames[max(0, first - 1) :])
        path.write_text(_svg(frames, scene.columns, scene.rows), "utf-8")
        return path
    finally:
        recorder.close()


def _paced(frames: list[Frame]) -> list[Frame]:
    """Return the frames with the time that each is shown, without those that are too quick to see."""
    kept = [frames[0]]
    for frame in frames[1:]:
        if frame[0] - kept[-1][0] >= _ONCE:
            kept.append(frame)
        else:
            kept[-1] = (kept[-1][0], frame[1])
    ends = [frame[0] for frame in kept[1:]]
    shown = [min(end - frame[0], _LONGEST) for end, frame in zip(ends, kept, strict=False)]
    return [(seconds, frame[1]) for seconds, frame in zip([*shown, _LAST], kept, strict=True)]


def _svg(frames: list[Frame], columns: int, rows: int) -> str:
    """Return the film: every row that was ever seen once, and the frames beside each other on a strip."""
    width, height = columns * WIDTH, rows * HEIGHT
    known: dict[Row, int] = {}
    strip: list[str] = []
    for number, (_, content) in enumerate(frames):
        uses = "".join(
            f'<use href="#r{known.setdefault(row, len(known))}" y="{y * HEIGHT}"/>'
            for y, row in enumerate(content)
        )
        strip.append(f'<g transform="translate({number * width})">{uses}</g>')
    total = sum(seconds for seconds, _ in frames)
    at, stops = 0.0, []
    for number, (seconds, _) in enumerate(frames):
        stops.append(f"{100 * at / total:.3f}%{{transform:translateX({-number * width}px)}}")
        at += seconds
    ground = colour(frames[0][1][0][0].bg, GROUND)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f"<style>text{{font:{POINT}px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;white-space:pre}}"
        f".b{{font-weight:bold}}.i{{font-style:italic}}@keyframes f{{{''.join(stops)}}}"
        f".f{{animation:f {total:.2f}s steps(1,end) infinite}}</style>"
        f'<rect width="100%" height="100%" fill="{ground}"/><defs>'
        + "".join(f'<g id="r{number}">{_row(row, ground)}</g>' for row, number in known.items())
        + f'</defs><g class="f">{"".join(strip)}</g></svg>\n'
    )


def _row(row: Row, ground: str) -> str:
    parts: list[str] = []
    x = 0
    for (front, back, bold, italic, reverse), run in groupby(
        row, key=lambda char: (char.fg, char.bg, char.bold, char.italics, char.reverse)
    ):
        text = "".join(char.data or "" for char in run)
        cells = len(text)
        ink, behind = colour(front, PLAIN), colour(back, GROUND)
        if reverse:
            ink, behind = behind, ink
        if behind != ground:
            parts.append(f'<rect x="{x * WIDTH}" width="{cells * WIDTH}" height="{HEIGHT}" fill="{behind}"/>')
        look = f' class="{"b" * bold}{" " * (bold and italic)}{"i" * italic}"' if bold or italic else ""
        parts.extend(_ink(text, x, ink, look))
        x += cells
    return "".join(parts)


def _ink(text: str, x: int, ink: str, look: str) -> Iterator[str]:
    """Yield what is written in one style: bars and half rows as shapes, since fonts leave gaps between them."""
    for block, run in groupby(text, key=lambda character: character if character in BLOCKS else ""):
        part = "".join(run)
        lead = len(part) - len(part.lstrip())
        words = part.strip()
        if block:
            left, top, width, height = BLOCKS[block]
            wide = len(part) * WIDTH if width == 1 else WIDTH * width
            for at in range(1 if width == 1 else len(part)):
                yield (
                    f'<rect x="{(x + at) * WIDTH + left * WIDTH:g}" y="{top * HEIGHT:g}" width="{wide:g}" '
                    f'height="{height * HEIGHT:g}" fill="{ink}"/>'
                )
        elif words:
            yield (
                f'<text x="{(x + lead) * WIDTH}" y="{POINT + 1}" fill="{ink}" textLength="{len(words) * WIDTH}"{look}>'
                f"{escape(words)}</text>"
            )
        x += len(part)
