from decimal import Decimal
from pathlib import Path

import pytest

from mixchat.config.config import Config
from mixchat.config.load import load_config, read_layers, source_of, unseen_profile
from mixchat.config.paths import Paths
from mixchat.config.trust import Trust
from mixchat.domain.errors import ConfigError

CONTRACT = """
stack = "auto"                       # the stack in use
theme = "mixchat-dark"
[budget]                             # dollars; leave out for none
chat = 1.00
day = 5.00
month = 50.00
message = 0.50
[router]
judge = "google/gemini-3.5-flash-lite"   # leave out: never asked
learn = true
[aliases]
opus = "anthropic/claude-opus-5-5"
[providers.work]                     # a compatible server of one's own: work/<model>
base_url = "https://llm.example.com/v1"
key_env = "WORK_LLM_KEY"             # or key_command = "op read ..."
api = "chat"                         # or "responses"
[prices."work/big"]                  # dollars per million tokens
input = 1.0
output = 4.0
cache_read = 0.1
[keys]                               # action id = key
stop = "escape"
"""


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "config", tmp_path / "data", tmp_path / "log")


def written(paths: Paths, text: str) -> Paths:
    paths.config.mkdir(exist_ok=True)
    paths.config_file.write_text(text, encoding="utf-8")
    return paths


def test_the_contracts_own_example_is_read(paths: Paths):
    config = load_config(written(paths, CONTRACT), None, {})
    assert config.stack == "auto"
    assert config.aliases["opus"] == "anthropic/claude-opus-5-5"
    assert config.providers["work"].key_env == "WORK_LLM_KEY"
    assert config.prices["work/big"].cache_read == Decimal("0.1")
    assert config.keys == {"stop": "escape"}
    assert config.router.judge == "google/gemini-3.5-flash-lite"


def test_without_a_file_there_are_defaults_and_nothing_is_created(paths: Paths):
    assert load_config(paths, None, {}) == Config()
    assert not paths.config.exists()


def test_dollars_are_exact(paths: Paths):
    config = load_config(written(paths, "[budget]\nday = 0.1\nmonth = 3\n"), None, {})
    assert config.budget.day == Decimal("0.1")
    assert config.budget.month == Decimal(3)
    assert config.budget.chat is None


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('stak = "x"', 1, ['"stak"', 'did you mean "stack"']),
        ("mouse = true", 1, ['"mouse"', "allowed here: stack, theme"]),
        ("\n\nstack = 1", 3, ["stack must be text in quotes, not 1"]),
        ('stack = "a"\ntheme = "b', 2, ["not TOML"]),
        ("a = 1\na = 2", 2, ["not TOML"]),
        ('[budget]\nday = "much"', 2, ["budget.day must be a number", '"much"']),
        ("[budget]\nday = -1", 2, ["budget.day", "zero or more"]),
        ("[budget]\nday = inf", 2, ["budget.day", "zero or more"]),
        ("[budget]\nday = true", 2, ["budget.day must be a number, not true"]),
        ("budget = 5", 1, ["budget must be a table"]),
        ('[providers.work]\napi = "chatt"', 2, ["providers.work.api", '"chat", "responses"', "did you mean"]),
        ('[providers.work]\nbase_url = "llm"', 2, ["providers.work.base_url", "https://"]),
        ('[providers."a/b"]\napi = "chat"', 1, ["slash"]),
        ('[prices."work/big"]\ninput = 1\noutputs = 2', 3, ["outputs", 'did you mean "output"']),
        ('[aliases]\nopus = "opus"', 2, ["aliases.opus", "provider/model"]),
        ('[router]\nlearn = "yes"', 2, ["router.learn must be true or false"]),
        ("[router]\nmargin = 2", 2, ["router.margin", "0 to 1"]),
        ("[keys]\nstop = 1", 2, ["keys.stop must be text"]),
        (
            '[roles.x]\nmodels = ["a/b",\n{ model = "c/d", serch = true }]',
            2,
            ["serch", 'did you mean "search"'],
        ),
        ('[roles.x]\nplan = "a/b"', 2, ["roles.x.plan", '"execute"']),
        ('system = """\nstak = 1\n"""\nstak = 2', 4, ['"stak"']),
    ],
)
def test_what_cannot_be_used_is_named_with_file_line_key_and_what_is_allowed(
    paths: Paths, text: str, line: int, words: list[str]
):
    with pytest.raises(ConfigError) as caught:
        load_config(written(paths, text), None, {})
    said = str(caught.value)
    assert said.startswith(f"{paths.config_file}, line {line}: ")
    assert [word for word in words if word not in said] == []
    assert "\n" not in said


def test_a_file_that_is_not_utf_8_is_one_sentence(paths: Paths):
    written(paths, "")
    paths.config_file.write_bytes(b'stack = "a"\ntheme = "\xff"\n')
    with pytest.raises(ConfigError, match="line 2: this is not UTF-8"):
        load_config(paths, None, {})


@pytest.mark.parametrize(
    "text",
    ["stack = " + "[" * 100_000, "x = " + "9" * 5000, "x = 1e99999999999999999999", "theme = 1979-13-45"],
    ids=["nested", "long", "huge", "no-day"],
)
def test_a_hostile_file_is_one_sentence(paths: Paths, text: str):
    with pytest.raises(ConfigError) as caught:
        load_config(written(paths, text), None, {})
    assert len(str(caught.value)) < 300


def test_a_directory_in_the_place_of_the_file_is_one_sentence(paths: Paths):
    paths.config_file.mkdir(parents=True)
    with pytest.raises(ConfigError, match="cannot be read: is a directory"):
        load_config(paths, None, {})


def test_a_byte_order_mark_is_no_mistake(paths: Paths):
    assert load_config(written(paths, '\ufeffstack = "mine"'), None, {}).stack == "mine"


def test_environment_goes_before_profile_before_file_before_default(paths: Paths, tmp_path: Path):
    written(paths, 'stack = "file"\ntheme = "file"\nsystem = "file"\n[budget]\nday = 1\nchat = 2\n')
    project = tmp_path / "project"
    (project / "deep").mkdir(parents=True)
    (project / ".mixchat.toml").write_text('stack = "profile"\ntheme = "profile"\n[budget]\nday = 5\n')
    environ = {"MIXCHAT_STACK": "environment"}
    trust(paths, project)

    config = load_config(paths, project / "deep", environ)

    assert (config.stack, config.theme, config.system) == ("environment", "profile", "file")
    assert (config.budget.day, config.budget.chat) == (Decimal(5), Decimal(2))
    layers = read_layers(paths, project / "deep", environ)
    assert source_of("stack", layers) == "MIXCHAT_STACK"
    assert source_of("budget.day", layers) == str(project / ".mixchat.toml")
    assert source_of("budget.chat", layers) == str(paths.config_file)
    assert source_of("private", layers) == "default"


@pytest.mark.parametrize(
    "text",
    [
        '[providers.openai]\nbase_url = "https://evil.example"',
        '[providers.openai]\nkey_command = "touch /tmp/owned"',
        '[aliases]\nopus = "evil/opus"',
        '[prices."a/b"]\ninput = 0',
        '[keys]\nstop = "x"',
        '[local]\nmodel = "/tmp/evil.gguf"',
        '[router]\njudge = "evil/judge"',
    ],
)
def test_a_directory_cannot_say_where_a_key_goes_or_comes_from(paths: Paths, tmp_path: Path, text: str):
    (tmp_path / ".mixchat.toml").write_text(text)
    with pytest.raises(ConfigError, match=r"\.mixchat\.toml, line 1: a directory may not set") as caught:
        load_config(paths, tmp_path, {})
    assert "stack, theme, system, private, budget, roles" in str(caught.value)


@pytest.mark.parametrize("text", ["private = false", "[roles.diary]\nprivate = false"])
def test_a_directory_cannot_make_public_what_is_private(paths: Paths, tmp_path: Path, text: str):
    (tmp_path / ".mixchat.toml").write_text(text)
    with pytest.raises(ConfigError, match=r"private = false: a directory may make a chat private, never"):
        load_config(written(paths, "private = true"), tmp_path, {})


def test_a_changed_profile_is_asked_about_again_and_does_not_count_until_then(paths: Paths, tmp_path: Path):
    profile = tmp_path / ".mixchat.toml"
    profile.write_text('stack = "theirs"\n')
    assert load_config(paths, tmp_path, {}).stack == "auto"
    assert unseen_profile(paths, tmp_path) is not None
    trust(paths, tmp_path)
    assert unseen_profile(paths, tmp_path) is None
    assert load_config(paths, tmp_path, {}).stack == "theirs"
    profile.write_text('stack = "others"\n')
    assert unseen_profile(paths, tmp_path) is not None
    assert load_config(paths, tmp_path, {}).stack == "auto"
    Trust(paths.data).say(profile, profile.read_text(), "no")
    assert unseen_profile(paths, tmp_path) is None
    assert load_config(paths, tmp_path, {}).stack == "auto"


def trust(paths: Paths, directory: Path) -> None:
    profile = directory / ".mixchat.toml"
    Trust(paths.data).say(profile, profile.read_text(), "yes")


def test_a_profile_slots_a_role_of_its_own(paths: Paths, tmp_path: Path):
    (tmp_path / ".mixchat.toml").write_text(
        'private = true\n[roles.coding]\nmodels = ["ollama/qwen3-coder"]\n'
    )
    assert load_config(paths, tmp_path, {}).private
    assert load_config(paths, tmp_path, {}).roles == {}
    trust(paths, tmp_path)
    config = load_config(paths, tmp_path, {})
    assert config.private
    assert config.roles["coding"].models == ("ollama/qwen3-coder",)


def test_paths_follow_the_environment(tmp_path: Path):
    paths = Paths.from_environment(
        {"MIXCHAT_CONFIG_DIR": str(tmp_path / "a"), "MIXCHAT_DATA_DIR": "b", "MIXCHAT_LOG_DIR": ""}
    )
    assert paths.config == tmp_path / "a"
    assert paths.data == Path.cwd() / "b"
    assert paths.log.is_absolute()
    assert "mixchat" in str(paths.log)
