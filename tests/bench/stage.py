"""A bare chat screen to measure: a pane above an input box, told what to do through a pipe.

`python -m tests.bench.stage transcript 5 6` reads commands from descriptor 5 and answers on 6. The other panes are
`markdown`, the control (Textual's own `Markdown` widgets in a scroll view, as a plain chat app would do it), and
`frozen`, the design between the two (such a widget for the turn under way only).
"""

import asyncio
import gc
import json
import os
import sys
import time
from datetime import UTC, datetime
from typing import Any, Protocol

from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, Markdown, Static

from mixchat.chat.turn_builder import TurnBuilder
from mixchat.domain.clock import SystemClock
from mixchat.domain.events import TextDelta
from mixchat.domain.turn import Outcome, Turn

_PIECE = 24
"""Characters that arrive together."""
_BURST = 40 * _PIECE
"""Characters that a full-speed reply brings in one read from the network."""


def _turn(number: int, prompt: str, reply: str = "", outcome: Outcome = Outcome.OPEN) -> Turn:
    when = datetime(2026, 11, 23, tzinfo=UTC)
    return Turn(id=str(number), chat="c", created=when, prompt=prompt, reply=reply, outcome=outcome)


class LongestStep:
    """The most processor time that one step of the event loop took: what a key may have to wait for.

    Unlike a time on the clock it does not grow when other programs keep the machine busy.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        run = asyncio.events.Handle._run

        longest = self

        def measured(self: asyncio.Handle) -> None:
            start = time.thread_time()
            run(self)
            longest.seconds = max(longest.seconds, time.thread_time() - start)

        asyncio.events.Handle._run = measured


class Design(Protocol):
    """A way to show a conversation."""

    @property
    def widget(self) -> Widget: ...

    async def begin(self, prompt: str) -> None: ...

    async def write(self, text: str) -> None: ...

    async def end(self) -> None: ...

    async def load(self, count: int, reply: str) -> None: ...


class Ours:
    """The transcript."""

    def __init__(self) -> None:
        from mixchat.tui.transcript import Transcript

        self.widget = Transcript()
        self.number = 0
        self.text: list[str] = []

    async def begin(self, prompt: str) -> None:
        self.number += 1
        self.text = []
        turn = _turn(self.number, prompt)
        self.live = TurnBuilder(turn, SystemClock())
        self.widget.begin(turn, self.live)

    async def write(self, text: str) -> None:
        self.text.append(text)
        self.live.apply(TextDelta(text))
        self.widget.show(TextDelta(text))

    async def end(self) -> None:
        self.widget.settle(_turn(self.number, "prompt", "".join(self.text), Outcome.COMPLETE))

    async def load(self, count: int, reply: str) -> None:
        self.number = count
        self.widget.load(
            [_turn(at, f"prompt {at}", f"{at}. {reply}", Outcome.COMPLETE) for at in range(1, count + 1)]
        )


class Control:
    """A `Markdown` widget for each reply."""

    def __init__(self) -> None:
        self.widget = VerticalScroll()
        self.stream: Any = None
        self.markdown = Markdown()

    async def begin(self, prompt: str) -> None:
        self.markdown = Markdown()
        await self.widget.mount(Static(prompt, markup=False), self.markdown)
        self.widget.anchor()
        self.stream = None

    async def write(self, text: str) -> None:
        if self.stream is None:
            self.stream = Markdown.get_stream(self.markdown)
        await self.stream.write(text)

    async def end(self) -> None:
        if self.stream is not None:
            await self.stream.stop()

    async def load(self, count: int, reply: str) -> None:
        for at in range(1, count + 1):
            await self.widget.mount(Static(f"prompt {at}", markup=False), Markdown(f"{at}. {reply}"))
        self.widget.anchor()


def _pane(kind: str) -> Design:
    if kind == "frozen":
        from tests.bench.frozen_pane import Frozen

        return Frozen()
    return Ours() if kind == "transcript" else Control()


class Stage(App[None]):
    """The screen."""

    CSS = "Input { dock: bottom; }"

    def __init__(self, kind: str, commands: int, answers: int) -> None:
        super().__init__()
        self.pane = _pane(kind)
        self._commands, self._answers = commands, answers
        self._held = b""
        self._longest = LongestStep()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        from mixchat.tui.themes import role_defaults

        return role_defaults(dark=True)

    def compose(self) -> ComposeResult:
        yield self.pane.widget
        yield Input()

    def on_mount(self) -> None:
        box = self.query_one(Input)
        box.cursor_blink = False
        box.focus()
        asyncio.get_running_loop().add_reader(self._commands, self._command)
        self.call_after_refresh(self._set_out)

    def _set_out(self) -> None:
        """Begin; like a real app, leave what was made until now to no later collection."""
        gc.collect()
        gc.freeze()
        self._answer("ready")

    def _answer(self, what: str, **more: float) -> None:
        said = {"what": what, "at": time.monotonic(), "longest step": self._longest.seconds, **more}
        os.write(self._answers, json.dumps(said).encode() + b"\n")

    def _command(self) -> None:
        self._held += os.read(self._commands, 1 << 20)
        while b"\n" in self._held:
            line, _, self._held = self._held.partition(b"\n")
            self.run_worker(self._do(json.loads(line)), group="commands")

    async def _do(self, command: dict[str, Any]) -> None:
        if command["do"] == "load":
            await self.pane.load(command["count"], command["reply"])
            self._answer("loaded")
        elif command["do"] == "count":
            self._answer("count", widgets=sum(1 for _ in self.screen.walk_children()))
        elif command["do"] == "top":
            self.pane.widget.scroll_home(animate=False)
        elif command["do"] == "page":
            self.pane.widget.scroll_page_up(animate=False)
        else:
            await self._stream(command["text"], command["rate"], command["wait"])

    async def _stream(self, text: str, rate: float, wait: float) -> None:
        await self.pane.begin("prompt")
        await asyncio.sleep(wait)
        start = time.monotonic()
        self._answer("first")
        self._longest.seconds = 0.0
        for at in range(0, len(text), _PIECE):
            await self.pane.write(text[at : at + _PIECE])
            if rate:
                await asyncio.sleep(max(0.0, start + (at + _PIECE) / rate - time.monotonic()))
            elif at % _BURST == 0:
                await asyncio.sleep(0)
        self._answer("last")
        await self.pane.end()
        await asyncio.sleep(0.5)
        self._answer("ended")


if __name__ == "__main__":
    Stage(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])).run()
