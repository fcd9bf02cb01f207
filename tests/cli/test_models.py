"""`mixchat models` from the shell, against providers on loopback."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mixchat.__main__ import main
from tests.providers.ggufs import gguf
from tests.providers.loopback import Got, Say, loopback, say_json

Captured = pytest.CaptureFixture[str]


def openai(got: Got) -> Say:
    if got.headers.get("authorization") != "Bearer k":
        return say_json({"error": {"message": "no", "code": "invalid_api_key"}}, 401)
    models = ("gpt-6.1-sol", "o3", "made-up")
    return say_json({"object": "list", "data": [{"id": name, "object": "model"} for name in models]})


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Return the config of a person with one server and one local model."""
    folder = tmp_path / "mixchat"
    (folder / "data" / "models").mkdir(parents=True)
    (folder / "data" / "models" / "tiny.gguf").write_bytes(gguf())
    (folder / "config").mkdir()
    return folder / "config" / "config.toml"


def test_models_have_window_price_and_the_day_they_end(
    own: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    own.write_text("[prices.'openai/made-up']\ninput = 1.5\noutput = 6\n")
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    with loopback(openai) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{server.url}/v1")
        assert main(["models", "--json"]) == 0
        found = {row["model"]: row for row in json.loads(capsys.readouterr().out)}
        assert set(found) >= {"openai/gpt-6.1-sol", "openai/o3", "openai/made-up", "local/tiny"}
        assert found["openai/gpt-6.1-sol"]["context_window"] == 922_000
        assert found["openai/o3"]["retires"] == "2026-12-11"
        assert found["openai/made-up"]["context_window"] is None
        assert found["openai/made-up"]["input_usd_per_million"] == "1.5"
        assert found["local/tiny"]["input_usd_per_million"] == "0"
        assert main(["models"]) == 0
        lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["model", "window", "$", "in", "/", "out,", "1M", "tokens"]
    assert len({line.split()[0] for line in lines[1:]}) == len(lines) - 1 == len(found)
    assert len({line.index("$") for line in lines if "$" in line}) == 1
    assert any(
        line.startswith("openai/made-up") and "? " in line and "$1.50 / $6.00" in line for line in lines
    )


def test_the_models_of_the_stack_are_there_though_no_listing_names_them(
    own: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own.parent / "stacks").mkdir()
    (own.parent / "stacks" / "mine.toml").write_text(
        '[roles.daily-driver]\nmodels = ["openai/gpt-4.1", "anthropic/claude-opus-5-5"]\n'
        '[roles.planning]\nplan = "openai/o4-mini"\nexecute = "openai/o3"\n'
    )
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    with loopback(openai) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{server.url}/v1")
        assert main(["models", "--stack", "mine", "--json"]) == 0
    found = [row["model"] for row in json.loads(capsys.readouterr().out)]
    assert {"openai/gpt-4.1", "openai/o4-mini", "openai/made-up"} < set(found)
    assert found.count("openai/o3") == 1
    assert not any(name.startswith("anthropic/") for name in found)


def test_a_listing_of_today_is_not_asked_for_again_unless_told_to(
    own: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert own.parent.is_dir()
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    with loopback(openai) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{server.url}/v1")
        for command, times in ((["models"], 1), (["models"], 1), (["models", "--refresh"], 2)):
            assert main(command) == 0
            assert len(server.got) == times
    assert "openai/o3" in capsys.readouterr().out


def test_a_provider_that_does_not_answer_is_a_line_on_stderr_and_no_failure(
    own: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert own.parent.is_dir()
    monkeypatch.setenv("OPENAI_API_KEY", "wrong")
    with loopback(openai) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{server.url}/v1")
        assert main(["models"]) == 0
    said = capsys.readouterr()
    assert "local/tiny" in said.out
    assert "made-up" not in said.out
    assert [line for line in said.err.splitlines() if line.startswith("openai: ")]
    assert len(said.err.splitlines()) == 1


def test_the_help_of_the_command_imports_nothing_heavy() -> None:
    script = (
        "import sys; from mixchat.__main__ import main\n"
        "try: main(['models', '--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'httpx', 'httpx2', 'openai', 'textual', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
