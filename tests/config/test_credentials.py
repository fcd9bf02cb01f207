import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.backends.null import Keyring as ForgetfulKeyring
from keyring.errors import KeyringLocked, PasswordDeleteError

from mixchat.config.config import Config, ProviderConfig
from mixchat.config.credentials import Credentials, run_key_command
from mixchat.config.key_ring import KeyRing
from mixchat.config.paths import Paths
from mixchat.config.provider_specs import provider_specs
from mixchat.domain.errors import ConfigError, NeedsKey


class OpenKeyring(KeyringBackend):
    priority = 5  # pyright: ignore

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.kept:
            raise PasswordDeleteError("not found")
        del self.kept[service, username]


class LockedKeyring(OpenKeyring):
    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("the collection is locked")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked("the collection is locked")


@pytest.fixture
def backend() -> Iterator[OpenKeyring]:
    before = keyring.get_keyring()
    fake = OpenKeyring()
    keyring.set_keyring(fake)
    yield fake
    keyring.set_keyring(before)


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing(Paths(tmp_path / "config", tmp_path / "data", tmp_path / "log"))


def credentials(
    environ: dict[str, str] | None = None, config: Config | None = None, ring: KeyRing | None = None
) -> Credentials:
    config = config or Config()
    return Credentials(config, environ or {}, provider_specs(config, environ or {}), ring)


def command(code: str) -> str:
    return shlex.join([sys.executable, "-c", code])


def keyed(code: str) -> Config:
    return Config(
        providers={"work": ProviderConfig(base_url="http://localhost:1", key_command=command(code))}
    )


def test_a_key_in_the_environment_is_found_stripped_and_named():
    found = credentials({"ANTHROPIC_API_KEY": " sk-ant-1\n"}).find("anthropic")
    assert found is not None
    assert found.value == "sk-ant-1"
    assert found.source == "environment (ANTHROPIC_API_KEY)"


def test_an_empty_variable_is_no_key():
    assert credentials({"ANTHROPIC_API_KEY": "  "}).find("anthropic") is None


@pytest.mark.parametrize("name", ["CO_API_KEY", "COHERE_API_KEY"])
def test_a_service_may_have_several_names_for_its_key(name: str):
    assert credentials({name: "k"}).has("cohere")


def test_a_providers_key_goes_to_that_provider_and_nowhere_else():
    config = Config(providers={"work": ProviderConfig(base_url="https://llm.example.com/v1")})
    keys = credentials({"OPENAI_API_KEY": "sk-1"}, config)
    assert keys.has("openai")
    assert [name for name in (*provider_specs(config, {}), "nobody") if keys.has(name)] == ["openai"]


def test_a_variable_named_in_the_config_is_the_only_one_that_counts():
    config = Config(providers={"openai": ProviderConfig(key_env="WORK_KEY")})
    assert credentials({"OPENAI_API_KEY": "private"}, config).find("openai") is None
    found = credentials({"OPENAI_API_KEY": "private", "WORK_KEY": "work"}, config).find("openai")
    assert found is not None
    assert found.value == "work"


def test_a_key_is_in_no_representation():
    found = credentials({"OPENAI_API_KEY": "sk-very-secret"}).find("openai")
    assert "very-secret" not in f"{found!r} {found}"


@pytest.mark.parametrize("key", ["sk-ä", "sk 1", "sk-1\nsk-2", "sk-\x07"])
def test_what_no_header_can_carry_is_no_key(key: str):
    with pytest.raises(NeedsKey, match="characters that no key has"):
        credentials({"OPENAI_API_KEY": key}).find("openai")


def test_a_command_is_run_once_and_only_when_its_key_is_needed(tmp_path: Path):
    ran = tmp_path / "ran"
    keys = credentials(config=keyed(f"open({str(ran)!r}, 'a').write('x'); print('sk-7 '); print('more')"))
    assert keys.has("work")
    assert keys.source("work") == "config file (key_command)"
    assert not ran.exists()
    first, second = keys.find("work"), keys.find("work")
    assert first is not None
    assert first == second
    assert first.value == "sk-7"
    assert ran.read_text() == "x"


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (command("import sys; sys.exit(3)"), "failed with exit code 3"),
        (command("pass"), "printed nothing"),
        ("no-such-program-anywhere get", '"no-such-program-anywhere" was not found'),
        ("'unclosed", "check its quotes"),
        ("  ", "is empty"),
    ],
)
def test_a_command_that_gives_no_key_is_one_sentence(written: str, words: str):
    with pytest.raises(NeedsKey, match="The key_command of work") as caught:
        run_key_command(written, "work", 30)
    assert words in caught.value.message
    assert "\n" not in caught.value.message


def test_a_command_that_hangs_is_ended():
    with pytest.raises(NeedsKey, match=r"said nothing for 0\.3 s"):
        run_key_command(command("import time; time.sleep(30)"), "work", 0.3)


def test_a_command_is_no_shell(tmp_path: Path):
    target = tmp_path / "owned"
    run_key_command(f"{command('print(1)')} ; touch {target}", "work", 30)
    assert not target.exists()


def test_a_key_is_kept_found_and_forgotten(backend: OpenKeyring, ring: KeyRing):
    ring.set("openai", "sk-9")
    keys = credentials(ring=ring)
    assert keys.source("openai") == "key ring"
    found = keys.find("openai")
    assert found is not None
    assert (found.value, found.source) == ("sk-9", "key ring")
    assert ring.remove("openai")
    assert not credentials(ring=ring).has("openai")
    assert not ring.remove("openai")
    assert backend.kept == {}


def test_the_key_ring_is_asked_only_for_providers_that_have_a_key_in_it(backend: OpenKeyring, ring: KeyRing):
    ring.set("openai", "sk-9")
    keys = credentials(ring=ring)
    assert keys.find("anthropic") is None
    assert backend.asked == 0


def test_the_environment_goes_before_the_key_ring(backend: OpenKeyring, ring: KeyRing):
    ring.set("openai", "from-ring")
    found = credentials({"OPENAI_API_KEY": "from-environment"}, ring=ring).find("openai")
    assert found is not None
    assert found.value == "from-environment"
    assert backend.asked == 0


def test_a_new_key_is_found_after_forgetting_the_old(backend: OpenKeyring, ring: KeyRing):
    ring.set("openai", "old")
    keys = credentials(ring=ring)
    keys.find("openai")
    ring.set("openai", "new")
    keys.forget("openai")
    found = keys.find("openai")
    assert found is not None
    assert found.value == "new"


@pytest.mark.parametrize("closed", [NoKeyring, ForgetfulKeyring, LockedKeyring])
def test_a_key_ring_that_cannot_keep_a_secret_is_one_sentence(
    backend: OpenKeyring, ring: KeyRing, closed: type[KeyringBackend]
):
    ring.set("openai", "sk-9")
    keyring.set_keyring(closed())
    with pytest.raises(ConfigError, match=r"such as OPENAI_API_KEY, instead\.") as caught:
        ring.set("anthropic", "sk-10")
    assert "sk-10" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert ring.names() == ("openai",)
    with pytest.raises(NeedsKey, match="key ring cannot be used"):
        credentials(ring=ring).find("openai")


def test_the_list_beside_the_config_holds_names_and_no_key(
    backend: OpenKeyring, ring: KeyRing, tmp_path: Path
):
    ring.set("openai", "sk-9")
    ring.set("anthropic", "sk-10")
    assert (tmp_path / "config" / "key-ring.txt").read_text() == "anthropic\nopenai\n"
