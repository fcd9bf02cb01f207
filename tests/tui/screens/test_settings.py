"""The settings: drawn from the config's schema, checked, written with comments kept, and taken back."""

import re
from decimal import Decimal

import pytest
from textual.widgets import Input

from mixchat.config.schema import fields, settings
from mixchat.tui.screens.settings.config_editor import ConfigEditor
from mixchat.tui.screens.settings.rows import setting_rows
from mixchat.tui.screens.settings.settings_screen import SettingsScreen
from mixchat.tui.screens.settings.words import group, may_be, title
from tests.tui.screens.scene import PRICED, SceneRuntime, opened, said
from tests.tui.stage import Stage, on_stage


def file_of(runtime: SceneRuntime) -> str:
    return runtime.settings.paths.config_file.read_text()


async def config(stage: Stage, words: str = "") -> SettingsScreen:
    """Open the screen and filter it."""
    screen = await opened(stage, "settings", SettingsScreen)
    await stage.type(words)
    await stage.pilot.pause()
    return screen


async def test_every_setting_is_there_by_its_name_with_what_it_does():
    async with on_stage(SceneRuntime(), size=(120, 80)) as stage:
        screen = await config(stage, "budget.day")
        assert "budget.day" in stage.text.splitlines()[1], "the key, for who writes the file"
        screen.query_one("#page-filter", Input).value = ""
        await stage.pilot.pause()
        assert [setting.key for setting in settings() if title(setting) not in stage.text] == []
        assert "The most that one day may cost." in stage.text
        assert "no limit" in stage.text


FILE_TALK = re.compile(
    r"(?i)left out|\bkeys? of\b|\btables?\b|in quotes|(?<!\w)\[\w+\]|config|`|^whether\b|\btoml\b"
)


def test_no_text_of_the_settings_speaks_of_the_file():
    named = [field for table in ("providers", "prices", "roles") for field in fields(table, "x")]
    for setting in (*settings(), *named):
        said = (title(setting), group(setting), may_be(setting), setting.help.replace("`", ""))
        assert not [text for text in said if FILE_TALK.search(text)], setting.key
        assert said[0] != setting.key.rpartition(".")[2]
        assert setting.help[0].isupper()


@pytest.mark.parametrize("changed", [False, True])
def test_no_explanation_of_a_row_is_cut_on_a_screen_of_usual_width(changed: bool):
    named = [field for table in ("providers", "prices", "roles") for field in fields(table, "x")]
    editor = ConfigEditor(SceneRuntime(), lambda config: None)
    everything = (*settings(), *named)
    sources = {setting.key: editor.file if changed else "default" for setting in everything}
    rows = setting_rows(everything, editor, "", sources)
    assert [said for row in rows if "…" in (said := str(row.paint(114))[40:])] == []


async def test_the_highlighted_row_stays_in_sight_whatever_room_its_explanation_takes():
    async with on_stage(SceneRuntime(), size=(80, 24)) as stage:
        screen = await config(stage)
        rows = screen.rows
        while (before := rows.cursor) >= 0:
            await stage.pilot.press("down")
            await stage.until(
                lambda: rows.scroll_offset.y <= rows.cursor < rows.scroll_offset.y + rows.size.height
            )
            if rows.cursor == before:
                break


async def test_a_number_has_its_unit_and_what_nobody_set_says_what_holds():
    async with on_stage(SceneRuntime(), size=(120, 80)) as stage:
        await config(stage)
        for said in ("30 s", "8,192 tokens", "nobody is asked", "all cores but one"):
            assert said in stage.text


async def test_a_number_is_written_with_comments_kept_counts_at_once_and_is_taken_back():
    runtime = SceneRuntime(config="# mine\n" + PRICED)
    async with on_stage(runtime) as stage:
        await config(stage, "budget day")
        await stage.pilot.press("enter", "5", "enter")
        await stage.until(lambda: runtime.settings.config.budget.day == Decimal(5))
        assert runtime.storage.ledger.budgets.limits.day == Decimal(5)
        written = runtime.settings.paths.config_file.read_text()
        assert written.startswith("# mine")
        assert "day = 5" in written
        await stage.pilot.press("ctrl+z")
        await stage.until(lambda: runtime.settings.config.budget.day is None)
        assert "day =" not in runtime.settings.paths.config_file.read_text()


async def test_a_key_that_is_written_out_is_the_one_that_is_lit():
    async with on_stage(SceneRuntime()) as stage:
        screen = await config(stage)
        field = screen.query_one("#page-filter", Input)
        for setting in settings():
            field.value = setting.key
            await stage.until(lambda key=setting.key: screen.rows.highlighted == key)
        await stage.pilot.press("down")
        lit = screen.rows.highlighted
        screen.refill()
        assert screen.rows.highlighted == lit


@pytest.mark.parametrize("key", ["router.judge", "router.embeddings"])
async def test_a_setting_that_names_a_model_takes_no_nonsense(key: str):
    runtime = SceneRuntime()
    async with on_stage(runtime) as stage:
        await config(stage, key)
        await stage.pilot.press("enter")
        await stage.type("banana")
        await stage.pilot.press("enter")
        await stage.until(lambda: f"{key} must be a model" in stage.text)
        await stage.pilot.press("ctrl+u")
        await stage.type("nobody/banana")
        await stage.pilot.press("enter")
        await stage.until(lambda: "nobody/banana is no" in stage.text)
        await stage.pilot.press("escape")
        assert not runtime.settings.paths.config_file.exists() or "banana" not in file_of(runtime)


async def test_a_budget_that_would_be_none_is_refused():
    runtime = SceneRuntime()
    async with on_stage(runtime) as stage:
        await config(stage, "budget.month")
        await stage.pilot.press("enter")
        await stage.type("1e400")
        await stage.pilot.press("enter")
        await stage.until(lambda: "at most 1,000,000,000" in stage.text)
        assert runtime.settings.config.budget.month is None


async def test_a_switch_turns_at_once():
    runtime = SceneRuntime()
    async with on_stage(runtime) as stage:
        await config(stage, "credential")
        await stage.pilot.press("enter")
        await stage.until(lambda: not runtime.settings.config.router.secrets)
        assert runtime.routing.services.check_secrets is False


async def test_what_the_config_may_not_have_is_said_and_the_field_stays_open():
    runtime = SceneRuntime()
    async with on_stage(runtime) as stage:
        await config(stage, "margin")
        await stage.pilot.press("enter", "ctrl+u", "7", "enter")
        await stage.until(lambda: "from 0 to 1" in stage.text)
        await stage.pilot.press("escape", "escape")
        await stage.until(lambda: stage.app.screen is stage.screen)
        assert runtime.settings.config.router.margin == 0.2


async def test_a_config_that_cannot_be_written_is_one_sentence_and_holds_for_the_session(
    monkeypatch: pytest.MonkeyPatch,
):
    from mixchat.domain.errors import ConfigError
    from mixchat.tui.screens.settings import config_editor

    def refused(*_: object) -> None:
        raise ConfigError("config.toml cannot be written.")

    runtime = SceneRuntime()
    async with on_stage(runtime) as stage:
        monkeypatch.setattr(config_editor, "set_value", refused)
        await config(stage, "budget day")
        await stage.pilot.press("enter", "5", "enter")
        await stage.until(lambda: "holds until mixchat is closed" in said(stage))
        assert runtime.settings.config.budget.day == Decimal(5)


async def test_a_variable_that_goes_before_the_file_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MIXCHAT_THEME", "mixchat-light")
    async with on_stage(SceneRuntime()) as stage:
        await config(stage, "terminal's background")
        await stage.until(lambda: "Set by MIXCHAT_THEME, which goes before" in stage.text)


async def test_the_theme_is_tried_on_as_it_is_lit_and_kept_by_enter():
    runtime = SceneRuntime()
    async with on_stage(runtime) as stage:
        await config(stage, "terminal's background")
        await stage.pilot.press("enter")
        await stage.type("linen")
        await stage.until(lambda: stage.app.theme == "linen")
        await stage.pilot.press("escape")
        await stage.until(lambda: stage.app.theme == "mixchat-dark")
        await stage.pilot.press("enter")
        await stage.type("linen")
        await stage.until(lambda: stage.app.theme == "linen")
        await stage.pilot.press("enter")
        await stage.until(lambda: isinstance(stage.app.screen, SettingsScreen) and "linen" in stage.text)
        assert 'theme = "linen"' in runtime.settings.paths.config_file.read_text()
