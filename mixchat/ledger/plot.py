"""A plot in the terminal, drawn by plotext, which is imported when a plot is asked for."""

from collections.abc import Sequence
from importlib import import_module
from typing import Any, cast


def draw_bars(names: Sequence[str], heights: Sequence[float], *, title: str, width: int, height: int) -> str:
    """Return a bar for each name, without colours, `width` cells wide and `height` lines high."""
    # The library has no annotations, so nothing is known about what it returns.
    plotext = cast("Any", import_module("plotext"))
    figure = plotext.figure
    figure.clear()
    figure.theme("colorless")
    figure.plot_size(width, height)
    figure.title(title)
    figure.draw(figure.bar(list(names), list(heights), marker="█"))
    return str(plotext.uncolorize(str(figure.build()))).rstrip()
