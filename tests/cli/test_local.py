"""`mixchat local` from the shell."""

import json
from pathlib import Path

import pytest

from mixchat.__main__ import main
from mixchat.cli.local import bar
from mixchat.providers.local.progress import Progress
from tests.providers.ggufs import gguf
from tests.providers.loopback import loopback
from tests.providers.test_local_hub import MODEL, hub

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def models(tmp_path: Path) -> Path:
    folder = tmp_path / "mixchat" / "data" / "models"
    folder.mkdir(parents=True)
    return folder


def test_without_models_the_list_says_how_to_get_one(capsys: Captured) -> None:
    assert main(["local", "list"]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "mixchat local pull smollm2-135m" in said.err


def test_the_list_has_a_line_a_model_and_says_what_cannot_be_used(models: Path, capsys: Captured) -> None:
    (models / "good.gguf").write_bytes(gguf())
    (models / "bad.gguf").write_bytes(b"<html>")
    assert main(["local", "list"]) == 0
    said = capsys.readouterr()
    assert [line.split()[0] for line in said.out.splitlines()] == ["local/good"]
    assert "bad.gguf is not a GGUF file" in said.err


def test_the_list_as_json(models: Path, capsys: Captured) -> None:
    (models / "good.gguf").write_bytes(gguf())
    assert main(["local", "list", "--json"]) == 0
    (entry,) = json.loads(capsys.readouterr().out)
    assert entry == {
        "model": "local/good",
        "size": len(gguf()),
        "context_window": 8192,
        "path": str(models / "good.gguf"),
        "owned": True,
    }


def test_pull_list_and_rm_together(models: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    with loopback(hub()) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        assert main(["local", "pull", "owner/repo:Q4_K_M"]) == 0
    assert "local/tiny-Q4_K_M is here" in capsys.readouterr().err
    assert (models / "tiny-Q4_K_M.gguf").read_bytes() == MODEL
    assert main(["local", "rm", "local/tiny-Q4_K_M"]) == 0
    assert "3 MB are free again" in capsys.readouterr().err
    assert list(models.iterdir()) == []


@pytest.mark.parametrize(
    ("command", "code", "sentence"),
    [
        (["local", "pull", "nothing"], 1, "built in: smollm2-135m"),
        (["local", "rm", "nothing"], 2, "mixchat local list"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_on_stderr(
    capsys: Captured, command: list[str], code: int, sentence: str
) -> None:
    assert main(command) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert sentence in said.err.splitlines()[-1]


def test_the_bar_has_one_width_from_start_to_end() -> None:
    lines = [bar(Progress(done, 98_362_432)) for done in (0, 1, 50_000_000, 98_362_432)]
    assert len({len(line) for line in lines}) == 1
    assert "100%" in lines[-1]
    assert "0%" in bar(Progress(5, None))
