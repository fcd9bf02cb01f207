"""A credential that was stopped is in no file, whichever way it came: every byte that mixchat wrote is looked at."""

import asyncio
import io
import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from mixchat.__main__ import main
from mixchat.config.paths import Paths
from mixchat.domain.events import TextDelta
from tests.routing.scripted import Hang
from tests.tui.stage import Stage, on_stage

TOKEN = "ghp_" + "q7Z" * 12
"""Nobody's, but it looks like one."""
SAID = f"deploy with {TOKEN} today"


async def _stopped(stage: Stage) -> None:
    await stage.until(lambda: stage.screen.first.choices.is_open)


async def _sent(stage: Stage) -> None:
    await stage.send(SAID)
    await _stopped(stage)


async def _pinned_to_a_role(stage: Stage) -> None:
    await stage.send(f"@coding {SAID}")
    await _stopped(stage)


async def _compared(stage: Stage) -> None:
    await stage.send(f"/compare a/plain b/large {SAID}")
    await _stopped(stage)


async def _attached(stage: Stage) -> None:
    await stage.send("what is in @notes.txt ?")
    await _stopped(stage)


async def _edited_and_asked_again(stage: Stage) -> None:
    await stage.send("Tell me about tea please")
    await stage.idle()
    await stage.send("/edit")
    await stage.until(lambda: stage.composer.typed)
    stage.composer.clear()
    await stage.send(SAID)
    await _stopped(stage)


async def _written(stage: Stage) -> None:
    stage.composer.area.insert(SAID)
    await stage.until(lambda: stage.runtime.storage.drafts.read(stage.talk.chat.id))


async def _waiting(stage: Stage) -> None:
    stage.runtime.settings.providers.script("a/plain", [TextDelta("One moment."), Hang()])
    await stage.send("Tell me about tea please")
    await stage.until(lambda: "One moment." in stage.text)
    await stage.send(SAID)
    await stage.until(lambda: stage.talk.waiting)
    await stage.until(lambda: "deploy" in stage.runtime.storage.drafts.read(stage.talk.chat.id))


WAYS = (_sent, _pinned_to_a_role, _compared, _attached, _edited_and_asked_again, _written, _waiting)


def _files(paths: Paths) -> list[Path]:
    return [
        path for place in (paths.data, paths.config, paths.log) for path in place.rglob("*") if path.is_file()
    ]


def _holding(files: list[Path]) -> list[str]:
    inner = TOKEN[8:].encode()
    return [path.name for path in files if inner in path.read_bytes()]


@pytest.fixture(autouse=True)
def _notes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file that holds it, in the directory where mixchat is started."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.txt").write_text(SAID, "utf-8")


@pytest.mark.parametrize("way", WAYS)
async def test_no_file_holds_it_while_the_app_runs_after_it_and_in_any_export(
    way: Callable[[Stage], Awaitable[None]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    async with on_stage() as stage:
        paths = stage.runtime.settings.paths
        await way(stage)
        assert TOKEN not in stage.text or way in (_written, _waiting), (
            "the prompt is masked where it is shown"
        )
        assert not _holding(_files(paths))
    assert not _holding(_files(paths))
    assert b"deploy" in b"".join(path.read_bytes() for path in _files(paths)) or way is _attached
    for form in ("md", "json", "html"):
        written = tmp_path / f"chats.{form}"
        chats = await asyncio.to_thread(_export, form, written, capsys)
        assert not _holding(chats)
        if form == "json" and chats:
            monkeypatch.setenv("MIXCHAT_DATA_DIR", str(tmp_path / "elsewhere"))
            assert await asyncio.to_thread(main, ["history", "import", str(written)]) == 0
            assert not _holding(list((tmp_path / "elsewhere").rglob("*.*")))
            monkeypatch.setenv("MIXCHAT_DATA_DIR", str(paths.data))


def _export(form: str, written: Path, capsys: pytest.CaptureFixture[str]) -> list[Path]:
    """Export each chat that there is."""
    capsys.readouterr()
    main(["history", "list"])
    chats = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    for chat in chats:
        assert main(["history", "export", chat, "--format", form, "-o", str(written)]) == 0
    return [written] if chats else []


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key, an address where nobody is, and nothing piped in."""
    monkeypatch.setenv("OPENAI_API_KEY", "nobody's")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))


@pytest.mark.usefixtures("shell")
def test_what_the_shell_stopped_is_in_no_file_either():
    assert main(["ask", "-m", "openai/gpt-4.1", SAID]) == 3
    assert main(["ask", "-m", "openai/gpt-4.1", "-f", "notes.txt", "what is it?"]) == 3
    assert not _holding(_files(Paths.from_environment(os.environ)))


@pytest.mark.usefixtures("shell")
def test_an_imported_chat_keeps_its_words_and_is_stopped_when_it_goes_on(capsys: pytest.CaptureFixture[str]):
    """What somebody else's program kept is not ours to change; it does not leave unasked all the same."""
    messages = [
        {"uuid": "1", "sender": "human", "text": SAID, "created_at": "2026-11-01T10:00:00Z"},
        {"uuid": "2", "sender": "assistant", "text": "Done.", "created_at": "2026-11-01T10:00:01Z"},
    ]
    chat = {"uuid": "c", "name": "n", "created_at": "2026-11-01T10:00:00Z", "updated_at": "2026-11-01T10:00:01Z",
            "chat_messages": messages}  # fmt: skip
    Path("conversations.json").write_text(json.dumps([chat]), "utf-8")
    assert main(["history", "import", "conversations.json"]) == 0
    capsys.readouterr()
    assert main(["ask", "-c", "-m", "openai/gpt-4.1", "go on"]) == 3
    assert "a GitHub token in line 1 of an earlier prompt" in capsys.readouterr().err
