"""No program that mixchat starts can read a key: each is started for real and tells what it was given."""

import asyncio
import os
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from mixchat.cli.editor import edit_file
from mixchat.config.child_environment import child_environment
from mixchat.config.config import Config, ProviderConfig
from mixchat.config.credentials import Credentials
from mixchat.config.provider_specs import provider_specs
from mixchat.tui.terminal import system_clipboard
from mixchat.tui.terminal.editor import edit_text

KEY = "sk-nobodys-0123456789"
KEYS = {
    "ANTHROPIC_API_KEY": KEY, "OPENAI_API_KEY": KEY, "CO_API_KEY": KEY, "HF_TOKEN": KEY, "WORK_LLM_KEY": KEY, "my_password": KEY,
    "AWS_SECRET_ACCESS_KEY": KEY, "OPENAI_BASE_URL": f"https://me:{KEY}@llm.example.com/v1", "X_CREDENTIALS": KEY,
}  # fmt: skip
DUMP = "import os, pathlib, sys; pathlib.Path({0!r}).write_text('\\n'.join(f'{{k}}={{v}}' for k, v in os.environ.items()))"


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the program writes what it was given."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    return tmp_path / "given"


def script(tmp_path: Path, told: Path, name: str = "program") -> Path:
    """Return a program that writes its environment down."""
    path = tmp_path / name
    path.write_text(f"#!{sys.executable}\n{DUMP.format(str(told))}\nprint('a-key-0123456789')\n", "utf-8")
    path.chmod(0o700)
    return path


def test_the_editor_of_a_prompt(told: Path, tmp_path: Path):
    program = script(tmp_path, told)
    edit_text("a", {"EDITOR": str(program)}, nullcontext)
    assert "PATH=" in told.read_text()
    assert KEY not in told.read_text()


def test_the_editor_of_a_file(told: Path, tmp_path: Path):
    edit_file(tmp_path / "f", {"EDITOR": str(script(tmp_path, told))})
    assert "PATH=" in told.read_text()
    assert KEY not in told.read_text()


def test_the_helpers_of_the_clipboard(told: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    script(tmp_path, told, "xclip")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DISPLAY", ":9")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    asyncio.run(system_clipboard.write_text("copied"))
    assert "DISPLAY=:9" in told.read_text()
    assert KEY not in told.read_text()


def test_a_command_that_prints_a_key_signs_in_with_its_own_and_is_given_no_other(
    told: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("OP_SERVICE_ACCOUNT_TOKEN", "its own")
    work = ProviderConfig(base_url="https://llm.example.com/v1", key_command=str(script(tmp_path, told)))
    other = ProviderConfig(base_url="https://llm.example.com/v2", key_env="WORK_LLM_KEY")
    config = Config(providers={"work": work, "other": other})
    environ = {name: value for name, value in os.environ.items() if name not in ("HF_TOKEN", "my_password")}
    found = Credentials(config, environ, provider_specs(config, environ)).find("work")
    assert found is not None
    assert found.value == "a-key-0123456789"
    given = told.read_text()
    assert "OP_SERVICE_ACCOUNT_TOKEN=its own" in given
    assert "ANTHROPIC_API_KEY" not in given
    assert "WORK_LLM_KEY" not in given


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTPS_PROXY", "http://me:pass@proxy.example:3128"), ("PIP_INDEX_URL", "https://me:pass@packages.example/simple"),
        ("PATH", "/usr/bin"), ("SSH_AUTH_SOCK", "/run/agent"), ("LESSKEY", "/etc/lesskey"), ("KEYBOARD", "de"),
        ("OLLAMA_HOST", "http://127.0.0.1:11434"), ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/run/bus"),
    ],
)  # fmt: skip
def test_what_is_no_credential_of_ours_stays(name: str, value: str):
    assert child_environment({name: value}) == {name: value}
