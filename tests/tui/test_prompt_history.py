"""Walking through earlier prompts."""

from collections.abc import Sequence

from mixchat.tui.composer.prompt_history import PromptHistory
from tests.tui.stage import on_stage


class Sent:
    """Two prompts that were sent."""

    def prompts(self) -> Sequence[str]:
        return ["first", "second"]


def test_what_was_changed_on_the_way_is_still_there_on_the_way_back():
    history = PromptHistory(Sent())
    assert history.older("draft") == "second"
    assert history.older("second, changed") == "first"
    assert history.older("first") is None
    assert history.newer("first, too") == "second, changed"
    assert history.newer("second, changed") == "draft"
    assert history.newer("draft") is None
    assert history.older("draft, longer") == "second, changed"
    assert history.older("second, changed") == "first, too"
    history.reset()
    assert history.older("") == "second"


async def test_a_recalled_prompt_that_was_edited_is_kept():
    async with on_stage() as stage:
        for prompt in ("one", "two"):
            await stage.send(prompt)
            await stage.idle()
        await stage.type("draft")
        await stage.pilot.press("up", "end", "x", "up", "down")
        assert stage.composer.typed == "twox"
        await stage.pilot.press("down")
        assert stage.composer.typed == "draft"
