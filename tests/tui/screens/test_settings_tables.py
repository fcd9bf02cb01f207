"""The config's tables in the app: named things are added, changed, removed and brought back."""

from decimal import Decimal

from mixchat.domain.model import ModelRef
from mixchat.tui.screens.chats.chats_screen import ChatsScreen
from mixchat.tui.screens.settings.settings_screen import SettingsScreen
from mixchat.tui.screens.settings.table_screen import TableScreen
from mixchat.tui.screens.value_prompt import ValuePrompt
from tests.tui.screens.scene import PRICED, SceneRuntime, opened, said
from tests.tui.stage import STACK, Stage, StagedRuntime, on_stage

KEY = "sk-proj-" + "aB3" * 16
"""Nobody's, but it looks like one."""


async def table(stage: Stage, words: str) -> TableScreen:
    """Open the table whose help has these words."""
    await opened(stage, "settings", SettingsScreen)
    await stage.type(words)
    await stage.pilot.press("enter")
    await stage.until(lambda: isinstance(stage.app.screen, TableScreen))
    await stage.pilot.pause()
    screen = stage.app.screen
    assert isinstance(screen, TableScreen)
    return screen


async def write(stage: Stage, text: str, key: str = "enter") -> None:
    """Open a field with a key, write into it and take it."""
    await stage.pilot.press(key)
    await stage.until(lambda: isinstance(stage.app.screen, ValuePrompt))
    field = stage.app.screen
    await stage.pilot.press("ctrl+u")
    await stage.type(text)
    await stage.pilot.press("enter")
    await stage.until(lambda: stage.app.screen is not field or field.query_one("#ask-wrong").display)
    await stage.pilot.pause()


def file_of(runtime: StagedRuntime) -> str:
    return runtime.settings.paths.config_file.read_text("utf-8")


async def test_an_alias_is_added_counts_at_once_and_comments_stay():
    runtime = StagedRuntime(config="# mine\n" + PRICED)
    async with on_stage(runtime) as stage:
        await table(stage, "short names")
        assert "bee" in stage.text
        await write(stage, "tea", "ctrl+n")
        await stage.until(lambda: "Aliases: tea" in stage.text)
        await stage.type("c/tiny")
        await stage.pilot.press("enter")
        await stage.until(lambda: isinstance(stage.app.screen, TableScreen) and "c/tiny" in stage.text)
        pin = runtime.routing.resolve_name("tea")
        assert pin is not None
        assert pin.slot is not None
        assert str(pin.slot.ref) == "c/tiny"
        assert file_of(runtime).startswith("# mine")
        assert 'tea = "c/tiny"' in file_of(runtime)
        await write(stage, "b/large")
        await stage.until(lambda: runtime.settings.config.aliases["tea"] == "b/large")


async def test_what_is_no_model_is_said_in_the_configs_words_and_not_written():
    runtime = SceneRuntime()
    async with on_stage(runtime) as stage:
        await table(stage, "short names")
        before = file_of(runtime)
        await write(stage, "nonsense")
        await stage.until(lambda: "must be a model reference, written provider/model" in stage.text)
        assert file_of(runtime) == before
        assert runtime.settings.config.aliases == {"bee": "b/large"}


async def test_what_is_removed_comes_back_with_its_comments():
    own = PRICED + "# the one at work\n[providers.work] # ours\nbase_url = 'https://w.example/v1' # inside\n"
    runtime = SceneRuntime(config=own)
    async with on_stage(runtime) as stage:
        await table(stage, "servers")
        await stage.type("work")
        await stage.pilot.press("ctrl+d")
        await stage.until(lambda: "work" not in runtime.settings.config.providers)
        assert "w.example" not in file_of(runtime)
        assert "ctrl+z brings it back" in said(stage)
        await stage.pilot.press("ctrl+z")
        await stage.until(lambda: "work" in runtime.settings.config.providers)
        assert file_of(runtime) == own


async def test_what_is_removed_comes_back_whole_although_the_file_has_changed_since():
    own = PRICED + '[providers.work]\nbase_url = "https://w.example/v1"\nmodels = ["x", "y"]\n'
    own += '[providers.work.headers]\nX-Team = "blue"\n'
    runtime = SceneRuntime(config=own)
    before = runtime.settings.config
    async with on_stage(runtime) as stage:
        await table(stage, "servers")
        await stage.type("work")
        await stage.pilot.press("ctrl+d")
        await stage.until(lambda: "work" not in runtime.settings.config.providers)
        runtime.settings.paths.config_file.write_text("# by hand\n" + file_of(runtime))
        await stage.pilot.press("ctrl+z")
        await stage.until(lambda: runtime.settings.config == before)
        assert file_of(runtime).startswith("# by hand")
        again = SceneRuntime()
        assert again.settings.config.providers == before.providers


async def test_an_alias_that_the_stack_in_use_names_is_not_taken_from_it():
    runtime = StagedRuntime(stack=STACK.replace('models = ["c/tiny"]', 'models = ["bee"]'))
    async with on_stage(runtime) as stage:
        await table(stage, "short names")
        before = file_of(runtime)
        await stage.pilot.press("ctrl+d")
        await stage.until(lambda: "bee" in said(stage))
        assert file_of(runtime) == before
        assert runtime.settings.config.aliases == {"bee": "b/large"}
        assert "b/large" in stage.text


async def test_a_server_is_named_and_set_up_key_by_key():
    runtime = SceneRuntime()
    async with on_stage(runtime) as stage:
        await table(stage, "servers")
        await write(stage, "my/work", "ctrl+n")
        await stage.until(lambda: "has a name that is empty or holds a slash" in stage.text)
        await stage.pilot.press("ctrl+u")
        await stage.type("work")
        await stage.pilot.press("enter")
        await stage.until(lambda: "Providers: work" in stage.text)
        await write(stage, "ftp://w.example")
        await stage.until(lambda: "base_url must begin with" in stage.text)
        assert "work" not in runtime.settings.config.providers
        await stage.pilot.press("ctrl+u")
        await stage.type("https://w.example/v1")
        await stage.pilot.press("enter")
        await stage.until(lambda: "Takes effect at the next start." in said(stage))
        assert '[providers.work]\nbase_url = "https://w.example/v1"' in file_of(runtime)
        await stage.type("cannot list them")
        await write(stage, "one, two")
        await stage.until(lambda: runtime.settings.config.providers["work"].models == ("one", "two"))
        assert 'models = ["one", "two"]' in file_of(runtime)
        assert SceneRuntime().settings.config.providers["work"].models == ("one", "two")


async def test_a_price_counts_at_once_and_is_taken_back_without_a_trace():
    runtime = SceneRuntime()
    async with on_stage(runtime) as stage:
        runtime.storage.prices.load()
        before = file_of(runtime)
        screen = await table(stage, "price list")
        await write(stage, "c/tiny", "ctrl+n")
        await stage.until(lambda: 'prices."c/tiny"' in stage.text)
        await write(stage, "-1")
        await stage.until(lambda: "must be a number of dollars, zero or more" in stage.text)
        await stage.pilot.press("ctrl+u")
        await stage.type("2.50")
        await stage.pilot.press("enter")
        await stage.until(lambda: "c/tiny" in runtime.settings.config.prices)
        rates = runtime.storage.prices.rates(ModelRef.parse("c/tiny"))
        assert rates is not None
        assert rates.input == Decimal("2.50")
        await stage.pilot.press("ctrl+z")
        await stage.until(lambda: "c/tiny" not in runtime.settings.config.prices)
        assert file_of(runtime) == before
        await stage.pilot.press("escape")
        await stage.until(lambda: stage.app.screen is screen and "c/tiny" not in stage.text)


async def test_a_name_that_is_there_already_is_said():
    async with on_stage(SceneRuntime()) as stage:
        await table(stage, "price list")
        await write(stage, "b/large", "ctrl+n")
        await stage.until(lambda: "There is a b/large already" in stage.text)


async def test_a_key_counts_at_once_and_one_that_another_act_has_is_said():
    runtime = SceneRuntime()
    async with on_stage(runtime) as stage:
        await table(stage, "keys for actions")
        assert "ctrl+n adds something" in stage.text
        await stage.pilot.press("ctrl+n")
        await stage.type("chats")
        await stage.pilot.press("enter")
        await write(stage, "crtl+k", "ctrl+u")
        await stage.until(lambda: 'There is no key "crtl+k"' in stage.text)
        await stage.pilot.press("ctrl+u")
        await stage.type("f5")
        await stage.pilot.press("enter")
        await stage.until(lambda: "is given to both chats and retry; chats has it" in said(stage))
        assert 'chats = "f5"' in file_of(runtime)
        await stage.pilot.press("escape", "escape")
        await stage.until(lambda: stage.app.screen is stage.screen)
        await stage.pilot.press("f5")
        await stage.until(lambda: isinstance(stage.app.screen, ChatsScreen))
        await stage.pilot.press("escape")
        await table(stage, "keys for actions")
        await stage.pilot.press("ctrl+d")
        await stage.until(lambda: runtime.settings.config.keys == {})
        await stage.pilot.press("escape", "escape")
        await stage.until(lambda: stage.app.screen is stage.screen)
        await stage.pilot.press("ctrl+s")
        await stage.until(lambda: isinstance(stage.app.screen, ChatsScreen))


async def test_a_file_of_a_model_is_named():
    runtime = SceneRuntime()
    async with on_stage(runtime) as stage:
        await table(stage, "gguf")
        await write(stage, "mine", "ctrl+n")
        await stage.until(lambda: "Model files: mine" in stage.text)
        await stage.type("/models/mine.gguf")
        await stage.pilot.press("enter")
        await stage.until(lambda: runtime.settings.config.local == {"mine": "/models/mine.gguf"})
        assert "Takes effect at the next start." in said(stage)


async def test_a_credential_is_neither_taken_nor_shown():
    own = (
        PRICED + f'[providers.work]\nkey_command = "echo {KEY}"\n[providers.work.headers]\nX-Key = "{KEY}"\n'
    )
    runtime = SceneRuntime(config=own)
    async with on_stage(runtime) as stage:
        await table(stage, "servers")
        await stage.type("work")
        await stage.pilot.pause()
        assert "X-Key" in stage.text
        assert "aB3" not in stage.text
        await stage.pilot.press("enter")
        await stage.type("prints the key")
        await stage.until(lambda: "••••••" in stage.text)
        assert "aB3" not in stage.text
        await stage.pilot.press("enter")
        await stage.until(lambda: isinstance(stage.app.screen, ValuePrompt))
        assert "aB3" not in stage.text
        await stage.type(KEY)
        await stage.pilot.press("enter")
        await stage.until(lambda: "Keys belong in the key ring" in stage.text)
        assert file_of(runtime) == own
        await stage.pilot.press("escape")
        await stage.pilot.press(*["backspace"] * 20)
        await stage.type("headers")
        await stage.pilot.press("enter")
        await stage.until(lambda: "Headers can hold a secret" in said(stage))


def test_an_address_with_a_password_in_it_is_a_credential():
    from mixchat.tui.screens.settings.setting_value import looks_like_secret

    assert looks_like_secret("https://me:hunter7@w.example/v1")
    assert not looks_like_secret("https://w.example/v1")
    assert not looks_like_secret("op read op://work/llm/key")
    assert not looks_like_secret("WORK_LLM_KEY")


def test_every_table_but_the_roles_can_be_changed_in_the_app():
    from mixchat.config.schema import fields, settings
    from mixchat.tui.screens.settings.settings_screen import BY_HAND

    tables = {setting.key for setting in settings() if setting.kind == "table"}
    assert tables - set(BY_HAND) == {"aliases", "providers", "prices", "local", "keys"}
    for name in ("providers", "prices"):
        assert {setting.path[-1] for setting in fields(name, "x") if setting.kind == "table"} <= set(BY_HAND)
