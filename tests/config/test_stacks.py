import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from mixchat.config.catalog import Catalog, retiring
from mixchat.config.config import Config
from mixchat.config.paths import Paths
from mixchat.config.provider_specs import built_in
from mixchat.config.stack_file import RoleTable
from mixchat.config.stacks import PRESETS, Stacks
from mixchat.domain.errors import ConfigError
from mixchat.domain.model import ModelCard, ModelRef
from mixchat.domain.stack import Slot


class At:
    """A clock that stands at a day's noon."""

    def __init__(self, *day: int) -> None:
        self._time = datetime(*day, 12, tzinfo=UTC).timestamp()  # type: ignore[arg-type]

    def now(self) -> float:
        return self._time

    def monotonic(self) -> float:
        return self._time

    async def sleep(self, seconds: float) -> None:
        self._time += seconds


CONTRACT = """
name = "mine"
description = "what it is for"
[roles.coding]
description = "writes and repairs code"
models = ["anthropic/claude-sonnet-5-5", "ollama/qwen3-coder"]   # in order of preference
keywords = ["traceback"]             # rules and examples are optional
examples = ["why does this segfault?"]
private = false                      # true: local models only
system = "You are ..."               # optional; so are effort, temperature, max_tokens, search = true
[roles.planning-work]
plan = "openai/o3"                   # a two-step role
execute = "anthropic/claude-sonnet-5-5"
[roles.fallback]
models = ["google/gemini-3.8-flash", "local/smollm2-135m"]
"""


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    found = Paths(tmp_path / "config", tmp_path / "data", tmp_path / "log")
    found.stacks.mkdir(parents=True)
    return found


def mine(paths: Paths, text: str, name: str = "mine", config: Config | None = None) -> Stacks:
    (paths.stacks / f"{name}.toml").write_text(text, encoding="utf-8")
    return Stacks(paths, config or Config(aliases={"opus": "anthropic/claude-opus-5-5"}))


def test_the_contracts_own_example_is_read(paths: Paths):
    stack = mine(paths, CONTRACT).get("mine")
    coding = stack.roles["coding"]
    assert stack.description == "what it is for"
    assert [str(slot.ref) for slot in coding.slots] == ["anthropic/claude-sonnet-5-5", "ollama/qwen3-coder"]
    assert coding.rules.keywords == ("traceback",)
    assert coding.examples == ("why does this segfault?",)
    assert coding.system == "You are ..."
    planning = stack.roles["planning-work"]
    assert str(planning.plan and planning.plan.ref) == "openai/o3"
    assert str(planning.execute and planning.execute.ref) == "anthropic/claude-sonnet-5-5"


def test_an_entry_may_be_a_table_an_alias_or_take_its_roles_settings(paths: Paths):
    text = """
    [roles.research]
    search = true
    effort = "low"
    models = [{ model = "google/gemini-4-argon", effort = "high" }, "opus", { model = "opus", search = false }]
    """
    slots = mine(paths, text).get("mine").roles["research"].slots
    opus = ModelRef("anthropic", "claude-opus-5-5")
    assert slots[0] == Slot(ModelRef("google", "gemini-4-argon"), search=True, effort="high")
    assert slots[1] == Slot(opus, search=True, effort="low")
    assert slots[2] == Slot(opus, search=False, effort="low")


def test_rules_are_tidied(paths: Paths):
    text = (
        '[roles.coding]\nfile_types = ["PY", ".rs"]\nlanguages = ["DE"]\nregex = ["^fix"]\nmin_length = 5\n'
    )
    rules = mine(paths, text).get("mine").roles["coding"].rules
    assert rules.file_types == (".py", ".rs")
    assert rules.languages == ("de",)
    assert rules.min_length == 5


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[roles.coding]\nmodel = ["a/b"]', 2, ["roles.coding.model", 'did you mean "models"']),
        ('[roles.coding]\nmodels = "a/b"', 2, ["roles.coding.models must be a list"]),
        ('[roles.coding]\nmodels = ["opsu"]', 2, ['"opsu"', 'did you mean "opus"']),
        ('[roles.coding]\nmodels = ["/b"]', 2, ["provider/model"]),
        ("[roles.coding]\nmodels = [1]", 2, ["roles.coding.models[1]", "not 1"]),
        ('[roles.coding]\neffort = "huge"', 2, ["roles.coding.effort", '"high"']),
        ('[roles.coding]\nregex = ["("]', 2, ['"("', "regular expression"]),
        ('[roles."co ding"]\nmodels = ["a/b"]', 1, ["one word"]),
        ('name = "mine"', None, ["at least one role"]),
        ('embeddings = "nope"\n[roles.coding]\nmodels = ["a/b"]', 1, ['"nope"']),
    ],
)
def test_what_cannot_be_used_is_named_with_file_line_and_key(
    paths: Paths, text: str, line: int | None, words: list[str]
):
    with pytest.raises(ConfigError) as caught:
        mine(paths, text).get("mine")
    said = str(caught.value)
    place = f"{paths.stacks / 'mine.toml'}, line {line}: " if line else f"{paths.stacks / 'mine.toml'}: "
    assert said.startswith(place)
    assert [word for word in words if word not in said] == []


def test_an_unknown_name_gets_the_nearest_one(paths: Paths):
    with pytest.raises(ConfigError, match='no stack "codng"; did you mean "coding"'):
        Stacks(paths, Config()).get("codng")
    with pytest.raises(ConfigError, match="there are auto, coding"):
        Stacks(paths, Config()).get("../../secret")


@pytest.mark.parametrize("name", [name for name in PRESETS if name != "auto"])
def test_every_preset_can_be_used_and_ends_on_this_machine(paths: Paths, name: str):
    stack = Stacks(paths, Config()).get(name)
    assert stack.description
    assert str(stack.fallback_order("daily-driver")[-1].ref) == "local/smollm2-135m"
    assert "fallback" in stack.roles


def test_the_guide_keeps_its_own_models_and_says_what_retires(paths: Paths):
    stack = Stacks(paths, Config()).get("guide")
    refs = {str(slot.ref) for post in stack.roles.values() for slot in post.slots}
    assert {
        "anthropic/claude-sonnet-4-6",
        "anthropic/claude-opus-4-6",
        "google/gemini-2.5-flash",
    } <= refs

    def card(ref: ModelRef) -> ModelCard:
        if ref.model != "gemini-2.5-flash":
            return ModelCard(ref=ref)
        return ModelCard(ref=ref, retires=date(2026, 12, 1), successor=ModelRef("google", "gemini-3.8-flash"))

    assert retiring(stack, card, date(2026, 9, 30)) == ()
    assert retiring(stack, card, date(2026, 11, 23)) == (
        "google/gemini-2.5-flash retires on 2026-12-01; take google/gemini-3.8-flash instead.",
    )
    assert retiring(stack, card, date(2026, 12, 1)) == (
        "google/gemini-2.5-flash retired on 2026-12-01; take google/gemini-3.8-flash instead.",
    )


def test_enterprise_plans_and_executes_and_compares_by_cohere(paths: Paths):
    stack = Stacks(paths, Config()).get("enterprise")
    assert str(stack.embeddings) == "cohere/embed-v4.0"
    assert any(post.plan and post.execute for post in stack.roles.values())


def test_research_is_grounded_in_search(paths: Paths):
    assert all(slot.search for slot in Stacks(paths, Config()).get("research").roles["research"].slots)


@pytest.mark.parametrize(
    ("within", "named"),
    [
        ({"anthropic", "local"}, {"anthropic", "local"}),
        ({"anthropic"}, {"anthropic"}),
        (set[str](), {"local"}),
    ],
)
def test_auto_slots_the_local_model_when_it_is_here_or_when_nobody_else_is(
    paths: Paths, within: set[str], named: set[str]
):
    stack = Stacks(paths, Config(), found=within.__contains__).get("auto")
    assert {slot.ref.provider for post in stack.roles.values() for slot in post.slots} == named


def test_auto_keeps_what_is_within_reach(paths: Paths):
    stacks = Stacks(
        paths,
        Config(),
        found=lambda provider: provider == "anthropic",
        listed=lambda provider: (
            ("llama3.3", "qwen3-coder", "nomic-embed-text") if provider == "ollama" else ()
        ),
    )
    stack = stacks.get("auto")
    providers = {slot.ref.provider for post in stack.roles.values() for slot in post.slots}
    assert providers == {"anthropic", "ollama"}
    assert [str(slot.ref) for slot in stack.roles["coding"].slots][-1] == "ollama/qwen3-coder"
    assert [str(slot.ref) for slot in stack.roles["creative"].slots][-1] == "ollama/llama3.3"


KEYS = (
    "anthropic",
    "openai",
    "google",
    "openrouter",
    "xai",
    "mistral",
    "deepseek",
    "groq",
    "together",
    "fireworks",
    "cerebras",
)
SERVERS = ("litellm", "vllm", "lmstudio", "llamacpp", "ollama")


def test_no_built_in_provider_is_left_out_of_auto():
    chats = {name for name, spec in built_in().items() if spec.api not in {"embed", "local"}}
    assert {*KEYS, *SERVERS} == chats


@pytest.mark.parametrize("provider", KEYS)
def test_auto_works_with_any_one_key(paths: Paths, provider: str):
    catalog = Catalog(paths, Config(), clock=At(2026, 11, 30))
    stacks = Stacks(paths, Config(), found=provider.__eq__, current=catalog.current)
    stack = stacks.get("auto")
    for role in ("daily-driver", "quick", "coding", "heavy-lifting", "creative"):
        first = stack.fallback_order(role)[0].ref
        assert first.provider == provider
        assert catalog.card(first).retires is None


@pytest.mark.parametrize("provider", SERVERS)
def test_auto_slots_what_a_server_lists_by_what_suits_the_role(paths: Paths, provider: str):
    names = ("nomic-embed-text", "llama3.2:3b", "qwen3-coder:30b", "llama3.3:70b", "whisper-large-v3")
    stacks = Stacks(
        paths, Config(), found=provider.__eq__, listed=lambda name: names if name == provider else ()
    )
    stack = stacks.get("auto")
    named = {
        role: str(stack.fallback_order(role)[0].ref)
        for role in ("daily-driver", "quick", "coding", "heavy-lifting")
    }
    assert named == {
        "daily-driver": f"{provider}/llama3.3:70b",
        "quick": f"{provider}/llama3.2:3b",
        "coding": f"{provider}/qwen3-coder:30b",
        "heavy-lifting": f"{provider}/llama3.3:70b",
    }


def test_what_a_service_lists_goes_before_what_mixchat_knew_of_it(paths: Paths):
    stacks = Stacks(
        paths, Config(), found="groq".__eq__, listed=lambda _: ("openai/gpt-oss-20b", "new/model-200b")
    )
    stack = stacks.get("auto")
    assert str(stack.fallback_order("daily-driver")[0].ref) == "groq/new/model-200b"
    assert str(stack.fallback_order("quick")[0].ref) == "groq/openai/gpt-oss-20b"


def test_a_retired_model_is_never_named(paths: Paths):
    catalog = Catalog(paths, Config(), clock=At(2027, 1, 1))
    assert catalog.current("groq/llama-3.3-70b-versatile") == "groq/openai/gpt-oss-120b"
    assert catalog.current("deepseek/deepseek-chat") == "deepseek/deepseek-v4-flash"
    assert catalog.current("google/gemini-2.5-pro") == "google/gemini-3.8-flash"
    assert catalog.current("work/anything") == "work/anything"
    stacks = Stacks(
        paths,
        Config(),
        found="groq".__eq__,
        listed=lambda _: ("llama-3.3-70b-versatile", "openai/gpt-oss-20b"),
        current=catalog.current,
    )
    slots = {str(slot.ref) for post in stacks.get("auto").roles.values() for slot in post.slots}
    assert "groq/llama-3.3-70b-versatile" not in slots


def test_auto_without_any_key_is_the_local_model(paths: Paths):
    stack = Stacks(paths, Config(), found=lambda _: False).get("auto")
    for role in ("daily-driver", "coding", "research"):
        assert [str(slot.ref) for slot in stack.fallback_order(role)] == ["local/smollm2-135m"]


def test_auto_slots_a_server_of_ones_own_behind_the_cloud(paths: Paths):
    from mixchat.config.config import ProviderConfig

    config = Config(providers={"work": ProviderConfig(base_url="http://localhost:1", models=("big",))})
    stacks = Stacks(paths, config, found=lambda provider: provider == "openai", listed=lambda _: ("llama",))
    refs = [str(slot.ref) for slot in stacks.get("auto").roles["daily-driver"].slots]
    assert refs == ["openai/gpt-6.1-sol", "work/big", "ollama/llama"]


def test_a_users_stack_goes_before_the_preset_of_its_name(paths: Paths):
    stacks = mine(paths, '[roles.coding]\nmodels = ["a/b"]\n', name="coding")
    assert not stacks.is_preset("coding")
    assert list(stacks.get("coding").roles) == ["coding"]
    assert stacks.names().count("coding") == 1


def test_a_stack_is_found_by_the_name_written_in_it(paths: Paths):
    stacks = mine(paths, CONTRACT, name="file-name")
    assert "mine" in stacks.names()
    assert stacks.get("mine").roles


def test_roles_of_the_config_are_laid_over_every_stack(paths: Paths):
    config = Config(roles={"coding": RoleTable(models=("x/y",)), "legal": RoleTable(keywords=("clause",))})
    stack = mine(paths, CONTRACT, config=config).get("mine")
    assert [str(slot.ref) for slot in stack.roles["coding"].slots] == ["x/y"]
    assert stack.roles["coding"].system == "You are ..."
    assert stack.roles["legal"].rules.keywords == ("clause",)


def test_importing_keeps_the_text_and_refuses_to_overwrite(paths: Paths):
    stacks = Stacks(paths, Config())
    assert stacks.add(CONTRACT, "mine.toml").name == "mine"
    assert (paths.stacks / "mine.toml").read_text() == CONTRACT
    with pytest.raises(ConfigError, match='There is a stack "mine"'):
        stacks.add(CONTRACT + "\n", "mine.toml")
    assert stacks.add(CONTRACT + "\n# new\n", "mine.toml", replace=True)
    assert "# new" in stacks.text("mine")


@pytest.mark.parametrize("name", ["", "../evil", "/etc/x", "a/b", ".hidden"])
def test_an_imported_name_cannot_leave_the_directory(paths: Paths, name: str):
    with pytest.raises(ConfigError, match="needs a name"):
        Stacks(paths, Config()).add(f'name = "{name}"\n[roles.coding]\nmodels = ["a/b"]\n', "x.toml")
    assert list(paths.stacks.iterdir()) == []


@pytest.mark.parametrize("name", PRESETS)
def test_what_is_exported_can_be_imported(paths: Paths, name: str):
    stacks = Stacks(paths, Config(), listed=lambda _: ("llama",))
    text = stacks.text(name)
    assert tomllib.loads(text)["name"] == name
    before = stacks.get(name)
    stacks.add(text, "x.toml")
    assert stacks.get(name) == before


def test_saving_keeps_comments_and_changes_only_what_changed(paths: Paths):
    stacks = mine(paths, CONTRACT)
    stack = stacks.get("mine")
    stacks.save(stack)
    text = (paths.stacks / "mine.toml").read_text()
    assert "# a two-step role" in text
    assert stacks.get("mine") == stack


def test_saving_a_preset_makes_a_file_of_the_users(paths: Paths):
    stacks = Stacks(paths, Config())
    before = stacks.get("research")
    stacks.save(before)
    assert not stacks.is_preset("research")
    assert stacks.get("research") == before
