import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import Struct

from mixchat.__main__ import main
from mixchat.config.paths import Paths


class Result(Struct):
    """What a command gave."""

    code: int
    out: str
    err: str


Shell = Callable[..., Result]


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Shell:
    """Run a command in this process, in an empty directory, with `stdin` as what is piped in."""
    monkeypatch.chdir(tmp_path)

    def run(*argv: str, stdin: str | bytes = b"") -> Result:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
        try:
            code = main(list(argv))
        except SystemExit as left:
            code = int(left.code or 0)
        said = capsys.readouterr()
        return Result(code, said.out, said.err)

    return run


@pytest.fixture
def paths() -> Paths:
    """Return the directories of this test."""
    return Paths.from_environment(os.environ)
