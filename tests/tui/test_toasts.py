"""A sentence that is shown for a while covers no figure, and not what one writes, at any size."""

import asyncio

import pytest
from textual.widget import Widget

from tests.routing.scripted import reply
from tests.tui.stage import Stage, on_stage

LONG = (
    "A sentence that is long enough to be set on several lines, wherever it stands and however wide that is. "
    * 2
)


def read(stage: Stage, widget: Widget) -> list[str]:
    """Return what the screen shows where a widget is."""
    at = widget.region
    return [row[at.x : at.right] for row in stage.text.splitlines()[at.y : at.bottom]]


def kept_free(stage: Stage) -> dict[str, Widget]:
    first, widgets = stage.screen.first, stage.screen.context.widgets
    places: dict[str, Widget] = {
        "composer": first.composer, "question": first.choices, "last line": first.status,
        "first line": first.top, "tracker": widgets.turns.query_one("Tracker"),
    }  # fmt: skip
    if first.panel.region.x >= 30:
        places["panel"] = first.panel
    return {name: widget for name, widget in places.items() if widget.region.area}


async def still(stage: Stage) -> None:
    """Wait until nothing has changed for a while."""
    before = ""
    while stage.text != before:
        before = stage.text
        await asyncio.sleep(0.5)


async def covers_nothing(stage: Stage, sentence: str) -> None:
    await still(stage)
    places = kept_free(stage)
    before = {name: read(stage, widget) for name, widget in places.items()}
    assert before
    stage.screen.context.notify(sentence)
    begins = " ".join(sentence.split()[:2])
    await stage.until(lambda: begins in stage.text)
    await stage.pilot.pause()
    assert {name: read(stage, widget) for name, widget in places.items()} == before
    stage.app.clear_notifications()
    await stage.until(lambda: begins not in stage.text)


@pytest.mark.parametrize("size", [(80, 24), (100, 24), (120, 40), (200, 60)])
@pytest.mark.parametrize("sentence", ["Copied the reply.", LONG], ids=["short", "long"])
async def test_a_sentence_covers_neither_figures_nor_what_one_writes(size: tuple[int, int], sentence: str):
    async with on_stage(size=size) as stage:
        stage.runtime.settings.providers.script("a/plain", reply("Green.\n\n" * 30))
        await stage.send("Tell me about tea please")
        await stage.idle()
        await covers_nothing(stage, sentence)
        stage.composer.area.insert("one\ntwo\nthree\nfour\nfive\nsix")
        await covers_nothing(stage, sentence)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_sentence_covers_neither_a_question_nor_the_panel_over_the_chat(size: tuple[int, int]):
    async with on_stage(size=size) as stage:
        await stage.send("my key is sk-proj-" + "aB3" * 16)
        await stage.until(lambda: stage.screen.first.choices.is_open)
        await covers_nothing(stage, LONG)
        await stage.pilot.press("escape")
        if size[0] < 100:
            await stage.pilot.press("f2")
            await stage.until(lambda: stage.screen.first.panel.region.width > 0)
        await covers_nothing(stage, "Copied the reply.")
