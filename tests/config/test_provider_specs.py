"""The services as data: what is known, what the environment moves and what the config lays over it."""

import pytest

from mixchat.config.config import Config, ProviderConfig
from mixchat.config.provider_specs import built_in, ollama_url, provider_specs

NAMED = (
    "openrouter", "groq", "deepseek", "mistral", "xai", "together", "fireworks", "cerebras", "lmstudio", "vllm",
    "llamacpp", "litellm",
)  # fmt: skip


def test_the_compatible_servers_are_known_by_name() -> None:
    known = built_in()
    assert {name for name, service in known.items() if service.api == "chat"} == {*NAMED}
    assert all(known[name].base_url and known[name].base_url_env for name in NAMED)
    assert all(service.label for service in known.values())


def test_openai_elsewhere_is_a_compatible_server_unless_the_config_says_responses() -> None:
    moved = {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
    assert provider_specs(Config(), {})["openai"].api == "responses"
    assert provider_specs(Config(), moved)["openai"].api == "chat"
    assert provider_specs(Config(), moved)["openai"].base_url == "http://127.0.0.1:9/v1"
    said = Config(providers={"openai": ProviderConfig(api="responses")})
    assert provider_specs(said, moved)["openai"].api == "responses"
    regional = {"OPENAI_BASE_URL": "https://eu.api.openai.com/v1"}
    assert provider_specs(Config(), regional)["openai"].api == "responses"


def test_a_name_that_only_ends_like_openai_is_not_openai() -> None:
    posing = provider_specs(Config(), {"OPENAI_BASE_URL": "https://api.notopenai.com/v1"})["openai"]
    assert (posing.official, posing.api) == (False, "chat")


def test_a_server_of_ones_own_speaks_chat_and_needs_the_key_it_names() -> None:
    own = {
        "work": ProviderConfig(base_url="https://llm.example.com/v1/", key_env="WORK_KEY"),
        "open": ProviderConfig(base_url="http://10.0.0.7:8000/v1"),
    }
    known = provider_specs(Config(providers=own), {})
    assert (known["work"].api, known["work"].base_url) == ("chat", "https://llm.example.com/v1")
    assert (known["work"].key_env, known["work"].needs_key) == (("WORK_KEY",), True)
    assert known["open"].needs_key is False


def test_the_environment_goes_before_the_config() -> None:
    own = Config(
        providers={"groq": ProviderConfig(base_url="https://config.example/v1", headers={"X-Team": "a"})}
    )
    assert provider_specs(own, {})["groq"].base_url == "https://config.example/v1"
    moved = provider_specs(own, {"GROQ_BASE_URL": "https://environment.example/v1"})["groq"]
    assert moved.base_url == "https://environment.example/v1"
    assert moved.headers == {"X-Team": "a"}


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("localhost", "http://localhost:11434"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        (":8080", "http://127.0.0.1:8080"),
        ("box.lan:1234", "http://box.lan:1234"),
        ("https://ollama.com", "https://ollama.com:443"),
        ("http://box/prefix/", "http://box:80/prefix"),
        ("[::1]:11434", "http://[::1]:11434"),
    ],
)
def test_ollama_host_is_read_as_ollama_reads_it(host: str, url: str) -> None:
    assert ollama_url(host) == url


def test_an_address_that_is_none_is_said_with_its_variable_and_hurts_its_own_provider_alone() -> None:
    known = provider_specs(
        Config(), {"OPENAI_BASE_URL": "llm.example.com", "GROQ_BASE_URL": "https://g.example/v1"}
    )
    assert "OPENAI_BASE_URL must be an address" in known["openai"].problem
    assert known["openai"].base_url == ""
    assert (known["groq"].problem, known["groq"].base_url) == ("", "https://g.example/v1")
    assert known["anthropic"].problem == ""


def test_a_query_of_an_address_stays_behind_every_path() -> None:
    """Azure's `api-version`: learn.microsoft.com/azure/ai-services/openai/reference."""
    at = "https://x.openai.azure.com/openai/deployments/d/?api-version=2026-01-01&a=b%20c"
    azure = provider_specs(Config(), {"OPENAI_BASE_URL": at})["openai"]
    assert azure.root == "https://x.openai.azure.com/openai/deployments/d"
    assert azure.query == {"api-version": "2026-01-01", "a": "b c"}
    assert azure.url("/models") == f"{azure.root}/models?api-version=2026-01-01&a=b%20c"


@pytest.mark.parametrize(
    ("name", "environ", "local"),
    [
        ("ollama", {}, True),
        ("ollama", {"OLLAMA_HOST": "http://10.0.0.7:11434"}, False),
        ("lmstudio", {}, True),
        ("vllm", {"VLLM_BASE_URL": "http://127.0.0.1:9/v1"}, True),
        ("litellm", {}, False),
        ("openai", {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}, False),
        ("local", {}, True),
    ],
)
def test_only_a_server_that_forwards_nothing_is_local(
    name: str, environ: dict[str, str], local: bool
) -> None:
    assert provider_specs(Config(), environ)[name].local is local


def test_a_server_of_ones_own_is_local_when_the_config_says_so_and_it_is_on_this_machine() -> None:
    own = {
        "here": ProviderConfig(base_url="http://127.0.0.1:9/v1", local=True),
        "proxy": ProviderConfig(base_url="http://127.0.0.1:9/v1"),
        "there": ProviderConfig(base_url="https://llm.example.com/v1", local=True),
    }
    known = provider_specs(Config(providers=own), {})
    assert [known[name].local for name in own] == [True, False, False]
