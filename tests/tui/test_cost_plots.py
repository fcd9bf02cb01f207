"""The pictures at the foot of a wide panel: they say what the figures beside them say."""

import pytest

from mixchat.domain.events import StreamEnd, TextDelta
from mixchat.domain.usage import Usage
from tests.routing.scripted import reply
from tests.tui.stage import StagedRuntime, on_stage


def dear(tokens: int) -> list[TextDelta | StreamEnd]:
    """Return a reply of so many tokens, at $4 a million."""
    return [TextDelta("Hello."), StreamEnd("end", Usage(input=0, output=tokens))]


async def test_what_turns_and_roles_cost_is_drawn_where_there_is_room():
    runtime = StagedRuntime()
    runtime.settings.providers.script("a/plain", dear(10_000), dear(5_000))
    async with on_stage(runtime, size=(200, 60)) as stage:
        await stage.send("Tell me about tea please")
        await stage.idle()
        await stage.send("Tell me about milk please")
        await stage.idle()
        await stage.until(lambda: "Last 7 days" in stage.text and "highest $0.0400" in stage.text)
        assert "last 2" in stage.text
        assert "average $0.0300" in stage.text
        roles = next(row for row in stage.text.splitlines() if "daily-driver" in row and "████" in row)
        assert roles.rstrip().endswith("$0.0600")
        # The dearer turn fills every row of its bar, the other one half of them.
        at = next(number for number, row in enumerate(stage.text.splitlines()) if "highest" in row)
        bars = [row[100:] for row in stage.text.splitlines()[at - 8 : at]]
        assert ["█████ █████" in row for row in bars] == [False] * 4 + [True] * 4
        assert all("█████" in row for row in bars)


async def test_a_turn_of_unknown_price_is_a_question_mark_and_no_bar():
    runtime = StagedRuntime()
    runtime.settings.providers.script("a/plain", dear(10_000))
    runtime.settings.providers.script("b/large", reply("Hi."))
    async with on_stage(runtime, size=(200, 60)) as stage:
        await stage.send("Tell me about tea please")
        await stage.idle()
        await stage.send("@bee Tell me about milk please")
        await stage.idle()
        await stage.until(lambda: "last 2" in stage.text)
        below = stage.text.splitlines()
        at = next(number for number, row in enumerate(below) if "highest" in row)
        assert below[at - 1][120:].split() == ["█████", "?"] or "█████ ?" in below[at - 1]
        assert "average $0.0400" in stage.text


@pytest.mark.parametrize("size", [(120, 60), (200, 40), (80, 24)])
async def test_where_there_is_no_room_nothing_is_drawn(size: tuple[int, int]):
    async with on_stage(size=size) as stage:
        await stage.send("Tell me about tea please")
        await stage.idle()
        assert "Cost per turn" not in stage.text
        assert "Last 7 days" not in stage.text
