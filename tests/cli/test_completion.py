"""Completion in the shells themselves: bash, zsh and fish, run as a person runs them."""

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Shell

PROGRAM = f'#!/bin/sh\nexec "{sys.executable}" -m mixchat "$@"\n'


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with `mixchat` on the path and a prompt in the library."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "mixchat"
    program.write_text(PROGRAM)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    library = Path(os.environ["MIXCHAT_CONFIG_DIR"]) / "prompts"
    library.mkdir(parents=True)
    (library / "review.md").write_text("Look: {{input}}")
    return tmp_path


def script(shell: str) -> str:
    command = [sys.executable, "-m", "mixchat", "completion", shell]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


CASES = [
    ("mixchat st", "stack"),
    ("mixchat history exp", "export"),
    ("mixchat ask --no-s", "--no-save"),
    ("mixchat ask -p re", "review"),
    ("mixchat stack show gui", "guide"),
    ("mixchat ask -r heavy", "heavy-lifting"),
]


def test_bash_completes(home: Path):
    lines = ['eval "$(mixchat completion bash)"']
    for typed, _ in CASES:
        words = typed.split()
        lines.append(f"""
COMP_WORDS=({" ".join(words)}); COMP_CWORD={len(words) - 1}; COMP_LINE='{typed}'; COMP_POINT={len(typed)}
_shtab_mixchat mixchat '{words[-1]}' '{words[-2]}' 2>/dev/null; echo "${{COMPREPLY[@]}}"; COMPREPLY=()""")
    done = subprocess.run(
        ["bash", "--norc", "-c", "\n".join(lines)], capture_output=True, text=True, check=False
    )
    offered = [line.split() for line in done.stdout.splitlines()]
    assert len(offered) == len(CASES), done.stderr
    assert all(completed in words for words, (_, completed) in zip(offered, CASES, strict=True)), offered


@pytest.mark.skipif(shutil.which("fish") is None, reason="needs fish (apt-get install fish)")
def test_fish_completes(home: Path):
    place = home / ".config" / "fish" / "completions"
    place.mkdir(parents=True)
    (place / "mixchat.fish").write_text(script("fish"))
    lines = [f"complete -C '{typed}'; echo =" for typed, _ in CASES]
    done = subprocess.run(
        ["fish", "-c", "\n".join(lines)], capture_output=True, text=True, check=False, timeout=50
    )
    *offered, _ = done.stdout.split("=\n")
    assert len(offered) == len(CASES), done.stderr
    for lines, (_, completed) in zip(offered, CASES, strict=True):
        assert completed in [line.split("\t")[0] for line in lines.splitlines()], done.stderr


@pytest.mark.skipif(shutil.which("zsh") is None, reason="needs zsh (apt-get install zsh)")
def test_zsh_completes(home: Path):
    functions = home / "zfunc"
    functions.mkdir()
    (functions / "_mixchat").write_text(script("zsh"))
    (home / ".zshrc").write_text(
        f"PS1='READY> '\nfpath=({functions} $fpath)\nautoload -U compinit; compinit -u\n"
    )
    main, side = pty.openpty()
    process = subprocess.Popen(
        ["zsh", "-i"],
        stdin=side,
        stdout=side,
        stderr=side,
        env={**os.environ, "TERM": "xterm", "ZDOTDIR": str(home)},
        close_fds=True,
        start_new_session=True,
    )
    os.close(side)
    try:
        assert "READY> " in read_until(main, "READY> ")
        for typed, completed in CASES:
            os.write(main, f"{typed}\t".encode())
            shown = read_until(main, completed)
            assert completed in shown, shown
            os.write(main, b"\x15")  # the line is gone, and the next one begins
    finally:
        process.kill()
        process.wait()
        os.close(main)


def read_until(handle: int, text: str, within: float = 25.0) -> str:
    said = ""
    ends = time.monotonic() + within
    while text not in said and time.monotonic() < ends:
        if select.select([handle], [], [], 0.2)[0]:
            said += os.read(handle, 4096).decode(errors="replace")
    return said


def test_names_are_silent_where_the_config_cannot_be_used(shell: Shell):
    config = Path(os.environ["MIXCHAT_CONFIG_DIR"])
    config.mkdir(parents=True)
    (config / "config.toml").write_text("broken")
    for kind in ("roles", "models", "nothing", ""):
        result = shell("completion", "names", kind)
        assert (result.code, result.out, result.err) == (0, "", "")
    assert shell("completion", "tcsh").code == 2
