"""A key in the app is painted without waiting for the time of a frame."""

import pytest

from mixchat.tui.terminal import painting
from tests.tui.stage import on_stage


async def test_a_key_is_painted_however_short_ago_the_last_frame_was(monkeypatch: pytest.MonkeyPatch):
    async with on_stage() as stage:
        await stage.type("some words")
        await stage.pilot.pause()
        shown: list[str] = []
        monkeypatch.setattr(painting, "_LEAST", 60.0)
        monkeypatch.setattr(stage.app, "post_display_hook", lambda: shown.append(stage.composer.typed))
        stage.composer.area.refresh()
        await stage.until(lambda: shown)
        await stage.pilot.press("x")
        await stage.until(lambda: shown[-1].endswith("x"), "the key painted")
