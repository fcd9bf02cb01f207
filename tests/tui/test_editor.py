"""The editor of a person's own: what it saves comes back, and whatever goes wrong is a sentence."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mixchat.tui.terminal.editor import EditorError, edit_text
from tests.tui.pty_app import PtyApp


@contextmanager
def given_away() -> Iterator[None]:
    yield


def script(folder: Path, body: str, mode: int = 0o755) -> str:
    path = folder / "edit"
    path.write_text(f"#!{sys.executable}\nimport pathlib, sys\npath = pathlib.Path(sys.argv[-1])\n{body}\n")
    path.chmod(mode)
    return str(path)


@pytest.mark.parametrize(
    ("body", "written"),
    [
        ("path.write_text(path.read_text() + ' and more')", "begun and more"),
        ("path.write_bytes('\ufeffcaf\u00e9'.encode())", "caf\u00e9"),
        ("path.write_bytes('caf\u00e9 \u2019'.encode('cp1252'))", "caf\u00e9 \u2019"),
        ("path.write_bytes('caf\u00e9'.encode('utf-16'))", "caf\u00e9"),
        ("path.write_bytes(b'\\x81\\x8d')", "\x81\x8d"),
        ("path.write_bytes(b'a\\r\\nb\\x00')", "a\nb"),
    ],
)
def test_what_it_saves_comes_back_in_any_encoding(tmp_path: Path, body: str, written: str):
    assert edit_text("begun", {"EDITOR": script(tmp_path, body)}, given_away) == written


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"EDITOR": "no-such-editor -w"}, "'no-such-editor' is not there"),
        ({"VISUAL": "vi 'unclosed"}, "a quote that is not closed"),
        ({"EDITOR": "  "}, "names no program"),
        ({"PATH": "/nowhere"}, "There is no editor"),
    ],
)
def test_an_editor_that_cannot_start_is_a_sentence_and_the_terminal_is_kept(
    environ: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
):
    if "PATH" in environ:
        monkeypatch.setenv("PATH", environ["PATH"])

    @contextmanager
    def never() -> Iterator[None]:
        pytest.fail("the terminal was given away")
        yield

    with pytest.raises(EditorError, match=said):
        edit_text("", environ, never)


def test_one_that_fails_on_the_way_is_a_sentence_too(tmp_path: Path):
    for body, said in (("sys.exit(3)", "ended with 3"), ("path.unlink()", "took its file away")):
        with pytest.raises(EditorError, match=said):
            edit_text("", {"EDITOR": script(tmp_path, body)}, given_away)
    with pytest.raises(EditorError, match="cannot be run"):
        edit_text("", {"EDITOR": script(tmp_path, "", 0o644)}, given_away)
    garbage = tmp_path / "garbage"
    garbage.write_bytes(b"\x7fELF no program")
    garbage.chmod(0o755)
    with pytest.raises(EditorError, match="cannot be started"):
        edit_text("", {"EDITOR": str(garbage)}, given_away)


@pytest.mark.parametrize(
    ("editor", "said"),
    [("no-such-editor", "no-such-editor"), ("vi 'unclosed", "unclosed"), ("{}/garbage", "garbage")],
)
def test_the_app_goes_on_after_an_editor_that_cannot_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, editor: str, said: str
):
    (tmp_path / "garbage").write_bytes(b"\x7fELF no program")
    (tmp_path / "garbage").chmod(0o755)
    monkeypatch.setenv("VISUAL", editor.format(tmp_path))
    app = PtyApp()
    try:
        app.wait("No model is set up yet", 0)
        mark = app.mark
        app.send("\x07")
        app.wait(said, mark)
        mark = app.mark
        app.send("still here")
        app.wait("still here", mark)
        app.send("\x11")
        assert app.ended(60) == 0
        assert "Traceback" not in app.output
    finally:
        app.close()
