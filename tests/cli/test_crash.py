"""A failure of mixchat's own: a sentence, a report that says nothing private, and its exit code."""

import stat
from pathlib import Path

import pytest

from mixchat.cli.exit import CRASHED, run_command


def test_a_crash_is_a_sentence_and_a_report_without_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("MIXCHAT_LOG_DIR", str(tmp_path / "log"))

    def command() -> int:
        prompt = "my diary"
        try:
            raise KeyError(prompt)
        except KeyError as error:
            raise RuntimeError(f"cannot work with {prompt}") from error

    assert run_command(command) == CRASHED == 70
    said = capsys.readouterr()
    (report,) = (tmp_path / "log").glob("crash-*.txt")
    text = report.read_text()
    assert str(report) in said.err
    assert "Traceback" not in said.err
    assert "builtins.RuntimeError" in text
    assert "builtins.KeyError" in text
    assert "command" in text
    assert "diary" not in said.err + text
    assert stat.S_IMODE(report.stat().st_mode) == 0o600


def test_what_is_printed_on_stderr_is_plain(capsys: pytest.CaptureFixture[str]):
    import sys

    def command() -> int:
        print("a\x1b[2Jb\x9bc", file=sys.stderr)
        return 0

    assert run_command(command) == 0
    assert capsys.readouterr().err == "a␛[2Jb�c\n"
