"""The links of a reply: with the mouse they tell where they lead, and without one they are listed."""

from mixchat.domain.events import TextDelta
from mixchat.domain.turn import Citation
from mixchat.tui.transcript import LinkActivated
from mixchat.tui.widgets.picker import Picker
from tests.tui.stage import on_stage

REPLY = [
    TextDelta("It is so [1], see [the docs](https://docs.example/x) or https://bare.example/y.\n"),
    Citation("https://source.example/a", "A source"),
]


async def test_a_link_that_was_clicked_is_shown_and_copied():
    async with on_stage() as stage:
        stage.screen.context.widgets.transcript.post_message(LinkActivated("https://a.example/x"))
        await stage.until(lambda: stage.app.clipboard == "https://a.example/x")
        await stage.until(lambda: "https://a.example/x" in stage.text)


async def test_the_links_of_a_reply_are_listed_and_one_is_copied_without_a_mouse():
    async with on_stage() as stage:
        stage.runtime.settings.providers.script("a/plain", REPLY)
        await stage.send("Tell me about tea please")
        await stage.idle()
        await stage.send("/links")
        await stage.until(lambda: isinstance(stage.app.screen, Picker))
        await stage.until(lambda: "[1] A source" in stage.text and "the docs" in stage.text)
        for url in ("https://source.example/a", "https://docs.example/x", "https://bare.example/y"):
            assert url in stage.text
        await stage.pilot.press("down", "enter")
        await stage.until(lambda: stage.app.clipboard == "https://docs.example/x")


async def test_a_reply_without_links_says_so():
    async with on_stage() as stage:
        await stage.send("/links")
        await stage.until(lambda: "There is no link in this reply" in stage.text)
