"""Credentials that may always be sent, from the shell."""

import stat

import pytest

from mixchat.config.paths import Paths
from tests.cli.conftest import Shell

KEY = "sk-proj-" + "aB3" * 16
"""Nobody's, but it looks like one."""
PASSWORD = "c0rrect-h0rse"


@pytest.fixture(autouse=True)
def openai(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "nobody's")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")


def test_what_is_allowed_is_listed_and_forgotten_and_never_kept(shell: Shell, paths: Paths):
    assert "No credentials are allowed" in shell("secrets", "list").err
    assert "an OpenAI key" in shell("secrets", "allow", stdin=f"{KEY}\n").err
    assert shell("secrets", "allow", stdin=PASSWORD).code == 0
    lines = shell("secrets", "list").out.splitlines()
    assert [line.split("  ", 2)[2] for line in lines] == ["an OpenAI key", "a credential"]
    file = paths.data / "allowed-secrets.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    kept = file.read_text("utf-8")
    assert KEY not in kept
    assert PASSWORD not in kept
    for line in lines:
        assert shell("secrets", "rm", line.split()[0]).code == 0
    assert not shell("secrets", "list").out


def test_the_same_credential_has_another_hash_on_another_machine(shell: Shell, paths: Paths):
    hashes: set[str] = set()
    for _ in range(2):
        assert shell("secrets", "allow", stdin=KEY).code == 0
        hashes.add(shell("secrets", "list").out.split()[0])
        (paths.data / "allowed-secrets.json").unlink()
    assert len(hashes) == 2


def test_what_cannot_be_done_is_one_sentence(shell: Shell):
    said = shell("secrets", "rm", "nosuch")
    assert (said.code, said.out) == (2, "")
    assert "Nothing with the id 'nosuch' is allowed" in said.err
    assert shell("secrets", "allow", stdin="").code == 2


def test_a_prompt_with_an_allowed_one_leaves_and_another_does_not(shell: Shell):
    other = KEY.replace("aB3", "cD4")
    assert shell("ask", "-m", "openai/gpt-4.1", f"my key is {KEY}").code == 3
    shell("secrets", "allow", stdin=KEY)
    assert shell("ask", "-m", "openai/gpt-4.1", f"my key is {KEY}").code != 3
    assert shell("ask", "-m", "openai/gpt-4.1", f"my key is {other}").code == 3


def test_a_list_that_nobody_can_read_allows_nothing(shell: Shell, paths: Paths):
    shell("secrets", "allow", stdin=KEY)
    (paths.data / "allowed-secrets.json").write_text("{")
    assert shell("ask", "-m", "openai/gpt-4.1", f"my key is {KEY}").code == 3
