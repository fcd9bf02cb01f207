"""An app whose frames go to two terminals: as Textual writes them, and as mixchat does."""

from typing import Any

import pyte
from rich.color import ColorSystem
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from mixchat.tui.terminal.painting import Painting
from mixchat.tui.terminal.shown_frame import ShownFrame


class Glass:
    """A terminal's screen."""

    def __init__(self, columns: int, rows: int) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self.screen)

    def feed(self, text: str) -> None:
        self._stream.feed(text)

    def cells(self) -> list[list[tuple[object, ...]]]:
        """Return what every cell shows; a blank's own colour is not seen."""
        return [
            [_seen(self.screen.buffer[row][column]) for column in range(self.screen.columns)]
            for row in range(self.screen.lines)
        ]


def _seen(char: pyte.screens.Char) -> tuple[object, ...]:
    blank = char.data == " " and not char.underscore and not char.reverse
    return (
        char.data,
        "" if blank else char.fg,
        char.bg,
        char.bold and not blank,
        char.underscore,
        char.reverse,
    )


class Above(ModalScreen[None]):
    """A screen that leaves some of the one below to be seen."""

    CSS = "Above { align: center middle; } #box { width: 60%; height: 60%; background: blue; }"

    def compose(self) -> ComposeResult:
        yield Static("over everything\n" * 3, id="box", markup=False)


class TwoTerminals(App[None]):
    """Some widgets in two columns, one of them over the others."""

    CSS = """
    Screen { layers: base above; }
    #left { width: 3fr; }
    #right { width: 1fr; min-width: 3; background: red; }
    Static { height: 1fr; }
    #float { layer: above; width: 40%; height: 3; offset: 3 2; background: green; }
    """

    def __init__(self, columns: int, rows: int) -> None:
        super().__init__()
        self.painting = Painting(self)
        self.stock, self.own = Glass(columns, rows), Glass(columns, rows)
        self._shown = ShownFrame()
        self.written = [0, 0]
        """Characters to each of them."""
        vars(self).update(_display=self._both)

    def get_default_screen(self) -> Screen[None]:
        screen = super().get_default_screen()
        self.painting.attach(screen)
        return screen

    def compose(self) -> ComposeResult:
        with Horizontal():
            with Vertical(id="left"):
                yield Static("one", id="a", markup=False)
                yield Static("two", id="b", markup=False)
            yield Static("three", id="right", markup=False)
        yield Static("four", id="float", markup=False)

    def _both(self, screen: Screen[Any], update: object) -> None:
        if isinstance(update, CompositorUpdate) and not self._batch_count:
            stock = update.render_segments(self.console)
            colors = self.console._color_system or ColorSystem.TRUECOLOR
            if isinstance(update, LayoutUpdate):
                own = self._shown.whole([list(row) for row in update.strips], colors)
            else:
                assert isinstance(update, ChopsUpdate)
                own = self._shown.changes(update.chops, update.chop_ends, update.spans, colors)
            self.stock.feed(stock)
            self.own.feed(own)
            self.written[0] += len(stock)
            self.written[1] += len(own)
        self.post_display_hook()

    def suspend_and_resume(self) -> None:
        """Have the terminal cleared by another program; whoever paints then paints everything."""
        for glass in (self.stock, self.own):
            glass.feed("\x1b[2J\x1b[H$ ls\r\nsomething else")
        self._shown.forget()
        self.refresh(layout=True)

    def change_size(self, columns: int, rows: int) -> None:
        """Have the terminals another size."""
        for glass in (self.stock, self.own):
            glass.screen.resize(rows, columns)
        self._shown.forget()
