from collections.abc import Iterator

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring

from mixchat.config.paths import Paths
from tests.cli.conftest import Shell
from tests.config.test_credentials import OpenKeyring


@pytest.fixture(autouse=True)
def backend() -> Iterator[OpenKeyring]:
    before = keyring.get_keyring()
    fake = OpenKeyring()
    keyring.set_keyring(fake)
    yield fake
    keyring.set_keyring(before)


def test_a_piped_key_is_kept_listed_and_removed_without_being_shown(shell: Shell, backend: OpenKeyring):
    kept = shell("keys", "set", "openai", stdin="sk-very-secret\n")
    assert kept.code == 0
    assert backend.kept == {("mixchat", "openai"): "sk-very-secret"}
    listed = shell("keys", "list")
    assert listed.out == "openai  key ring\n"
    removed = shell("keys", "rm", "openai")
    assert removed.code == 0
    assert backend.kept == {}
    assert "very-secret" not in "".join(said.out + said.err for said in (kept, listed, removed))
    assert shell("keys", "list").out == ""


def test_the_sources_of_keys_stand_below_one_another(shell: Shell, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-2")
    assert {line.index("environment") for line in shell("keys", "list").out.splitlines()} == {11}


def test_a_key_that_is_outranked_is_said(shell: Shell, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    said = shell("keys", "set", "openai", stdin="sk-2")
    assert "not used as long as there is one in the environment (OPENAI_API_KEY)" in said.err
    assert shell("keys", "list").out == "openai  environment (OPENAI_API_KEY)\n"


@pytest.mark.parametrize(
    ("provider", "key", "words"),
    [
        ("opnai", "sk-1", 'did you mean "openai"'),
        ("local", "sk-1", "not a provider that takes a key"),
        ("openai", "", "No key given"),
        ("openai", "sk 1", "characters that no key has"),
    ],
)
def test_what_cannot_be_kept_is_one_sentence(shell: Shell, paths: Paths, provider: str, key: str, words: str):
    said = shell("keys", "set", provider, stdin=key)
    assert said.code == 2
    assert words in said.err
    assert not paths.ring_list.exists()


def test_without_a_key_ring_the_environment_is_offered(shell: Shell, paths: Paths):
    keyring.set_keyring(NoKeyring())
    said = shell("keys", "set", "openai", stdin="sk-very-secret")
    assert said.code == 2
    assert "; set OPENAI_API_KEY instead." in said.err
    assert "very-secret" not in said.err
    assert not paths.ring_list.exists()


def test_removing_what_is_not_there_is_one_sentence(shell: Shell):
    said = shell("keys", "rm", "openai")
    assert (said.code, said.err) == (
        2,
        "mixchat: The key ring has no key of openai; see `mixchat keys list`.\n",
    )


@pytest.mark.parametrize(
    "line", ['"sk-1"', "OPENAI_API_KEY=sk-1", "export OPENAI_API_KEY='sk-1';", 'OPENAI_API_KEY = "sk-1"']
)
def test_a_line_of_an_env_file_holds_a_key(shell: Shell, backend: OpenKeyring, line: str):
    assert shell("keys", "set", "openai", stdin=f"{line}\n").code == 0
    assert backend.kept == {("mixchat", "openai"): "sk-1"}
