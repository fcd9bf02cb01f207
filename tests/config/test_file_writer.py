"""The small files of a person: read as they will be, written in order, whole or not at all."""

import errno
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mixchat.classifier.learned import Learned
from mixchat.config.allowed_secrets import AllowedSecrets
from mixchat.config.config import Config
from mixchat.config.edit import set_value
from mixchat.config.file_writer import FileWriter
from mixchat.config.paths import Paths
from mixchat.config.stacks import Stacks
from mixchat.config.ui_state import read_ui_state, save_ui_state
from mixchat.domain.errors import ConfigError

STACK = 'name = "mine"\n[roles.coding]\nmodels = ["a/b"]\n'
PATIENCE = 20.0
on_posix = pytest.mark.skipif(os.name == "nt", reason="it takes a disk that is really full, or a signal")


class Disk:
    """A disk that finishes no file until it is let, or fails."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.error: OSError | None = None
        self.synced: list[int] = []

    def fsync(self, handle: int) -> None:
        assert self.free.wait(PATIENCE)
        if self.error is not None:
            raise self.error
        self.synced.append(handle)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    made = Disk()
    monkeypatch.setattr(os, "fsync", made.fsync)
    yield made
    made.error = None
    made.free.set()


@pytest.fixture
def files(disk: Disk) -> Iterator[FileWriter]:
    made = FileWriter()
    made.background = True
    yield made
    disk.error = None
    disk.free.set()
    made.close()


def until(files: FileWriter, holds: object) -> None:
    with files._changed:
        assert files._changed.wait_for(holds, PATIENCE)  # type: ignore[arg-type]


def test_what_waits_for_the_disk_is_read_from_memory(tmp_path: Path, disk: Disk, files: FileWriter):
    path = tmp_path / "config.toml"
    path.write_text("# mine\n")
    assert set_value(path, "theme", "nord", files).theme == "nord"
    assert set_value(path, "budget.day", 5, files).theme == "nord"
    assert path.read_text() == "# mine\n"
    assert files.unwritten == 2
    disk.free.set()
    assert files.settle(PATIENCE)
    assert path.read_text() == '# mine\ntheme = "nord"\n\n[budget]\nday = 5\n'
    assert files.text(path) == path.read_text()


def test_files_are_changed_in_the_order_that_was_asked_for(tmp_path: Path, disk: Disk, files: FileWriter):
    """A config that names a stack is not written before the stack, whatever happens in between."""
    config, stack, seen = tmp_path / "config.toml", tmp_path / "mine.toml", list[bool]()
    files.change(config, lambda _: 'theme = "nord"\n')
    files.change(stack, lambda _: STACK)

    def edited(text: str | None) -> str:
        seen.append(stack.exists())
        return f'{text}stack = "mine"\n'

    files.change(config, edited)
    disk.free.set()
    assert files.settle(PATIENCE)
    assert seen == [True]
    assert config.read_text() == 'theme = "nord"\nstack = "mine"\n'


def test_another_program_s_change_meanwhile_is_kept(tmp_path: Path, disk: Disk, files: FileWriter):
    path, first = tmp_path / "config.toml", tmp_path / "first"
    files.change(first, lambda _: "x")  # the disk is busy with it
    set_value(path, "theme", "nord", files)
    path.write_text('stack = "budget"\n')
    disk.free.set()
    assert files.settle(PATIENCE)
    assert path.read_text() == 'stack = "budget"\ntheme = "nord"\n'


def test_a_full_disk_is_told_and_what_matters_is_written_when_there_is_room(
    tmp_path: Path, disk: Disk, files: FileWriter
):
    disk.error = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    disk.free.set()
    layout = tmp_path / "layout.json"
    save_ui_state(layout, files, panel_width=50)
    until(files, lambda: not files.unwritten)
    assert files.trouble is None, "the width of a panel is never worth a word"
    set_value(tmp_path / "config.toml", "theme", "nord", files)
    until(files, lambda: files.trouble is not None)
    assert "no space left on device" in (files.trouble or "")
    assert not files.settle(0.01)
    assert [each.name for each in tmp_path.iterdir()] == []
    disk.error = None
    until(files, lambda: not files.unwritten)
    assert files.trouble is None
    assert (tmp_path / "config.toml").read_text() == 'theme = "nord"\n'


def test_what_can_never_be_written_is_told_once_and_holds_nothing_up(
    tmp_path: Path, disk: Disk, files: FileWriter
):
    disk.free.set()
    (tmp_path / "file").write_text("")
    set_value(tmp_path / "file" / "config.toml", "theme", "nord", files)
    path = tmp_path / "config.toml"
    set_value(path, "theme", "nord", files)
    assert files.settle(PATIENCE)
    assert "cannot be written" in (files.take_refused() or "")
    assert files.take_refused() is None
    assert path.read_text() == 'theme = "nord"\n'


def test_one_change_that_does_not_fit_any_more_does_not_take_others_along(
    tmp_path: Path, disk: Disk, files: FileWriter
):
    path = tmp_path / "config.toml"

    def refused(_: str | None) -> str:
        raise ConfigError("It does not fit.")

    files.change(tmp_path / "first", lambda _: "x")
    for name in ("a", "b"):
        files.change(path, lambda text, name=name: f"{text or ''}{name}\n")  # type: ignore[misc]
        files.change(path, refused)
    disk.free.set()
    assert files.settle(PATIENCE)
    assert path.read_text() == "a\nb\n"
    assert files.take_refused() == "It does not fit."


def test_lessons_count_before_they_are_on_disk(tmp_path: Path, disk: Disk, files: FileWriter):
    files.change(tmp_path / "first", lambda _: "x")
    learned = Learned(tmp_path, files=files)
    learned.add("which wine goes with fish", "research", "corrected", "turn")
    learned.add("write a song", "creative", "pinned")
    assert [lesson.target for lesson in learned.list()] == ["research", "creative"]
    taught = learned.taught_by("turn")
    assert taught is not None
    assert learned.remove(taught.id)
    assert [lesson.target for lesson in learned.list()] == ["creative"]
    assert not (tmp_path / "learned.jsonl").exists()
    disk.free.set()
    assert files.settle(PATIENCE)
    for each in (learned, Learned(tmp_path)):
        assert [lesson.target for lesson in each.list()] == ["creative"]


def test_a_lesson_that_a_full_disk_cut_off_spoils_no_other(tmp_path: Path):
    learned = Learned(tmp_path)
    learned.add("write a song", "creative", "pinned")
    with (tmp_path / "learned.jsonl").open("ab") as file:
        file.write(b'{"id":"cut off","prom')
    learned.add("which wine goes with fish", "research", "corrected")
    assert [lesson.target for lesson in learned.list()] == ["creative", "research"]


def test_a_stack_is_there_before_its_file_is(tmp_path: Path, disk: Disk, files: FileWriter):
    stacks = Stacks(Paths(tmp_path, tmp_path, tmp_path), Config(), files=files)
    stacks.add(STACK, "x")
    assert "mine" in stacks.names()
    assert [*stacks.get("mine").roles] == ["coding"]
    path = stacks.path("mine")
    assert path is not None
    assert not path.exists()
    stacks.put_back(path, None)
    assert "mine" not in stacks.names()
    disk.free.set()
    assert files.settle(PATIENCE)
    assert not path.exists()
    assert "mine" not in stacks.names()


def test_a_credential_that_is_allowed_passes_before_that_is_on_disk(
    tmp_path: Path, disk: Disk, files: FileWriter
):
    allowed = AllowedSecrets(tmp_path, files)
    allowed.allow("sk-one", "a key")
    allowed.allow("sk-two", "a key")
    assert allowed("sk-one")
    assert allowed("sk-two")
    assert not allowed("sk-three")
    disk.free.set()
    assert files.settle(PATIENCE)
    assert [AllowedSecrets(tmp_path)(f"sk-{name}") for name in ("one", "two", "three")] == [True, True, False]


def test_the_layout_is_put_together_from_what_each_part_of_the_screen_changed(
    tmp_path: Path, disk: Disk, files: FileWriter
):
    layout = tmp_path / "layout.json"
    layout.write_bytes(b"\xff damaged")
    save_ui_state(layout, files, panel_width=50)
    save_ui_state(layout, files, recent=("palette",))
    disk.free.set()
    assert files.settle(PATIENCE)
    state = read_ui_state(layout, files)
    assert (state.panel_width, state.recent, state.panel_shown) == (50, ("palette",), True)


def test_closing_writes_what_waits_and_what_comes_after_it(tmp_path: Path, disk: Disk, files: FileWriter):
    disk.free.set()
    for number in range(20):
        files.change(tmp_path / f"{number}", lambda _: "x")
    files.close()
    files.change(tmp_path / "late", lambda _: "x")
    assert len(list(tmp_path.iterdir())) == 21


@on_posix
def test_no_kill_tears_a_file(tmp_path: Path):
    """The old file or the new one is there, whenever the power goes."""
    script = (
        "import json, pathlib, sys; from mixchat.config.file_writer import FileWriter\n"
        "files, path = FileWriter(), pathlib.Path(sys.argv[1])\n"
        "files.background = True\n"
        "for number in range(10**6):\n"
        "    files.change(path, lambda _, number=number: json.dumps([number] * 5000))\n"
        "    files.append(path.with_suffix('.lines'), b'[' + b'1,' * 500 + b'1]\\n')\n"
        "    if number == 3: files.settle(20); print(flush=True)\n"
        "    if number > 3: files.settle(20)\n"
    )
    path = tmp_path / "some.json"
    for _ in range(5):
        child = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE)
        assert child.stdout is not None
        assert child.stdout.readline() == b"\n"
        time.sleep(random.uniform(0, 0.05))
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        numbers = json.loads(path.read_text())
        assert len(numbers) == 5000
        assert len(set(numbers)) == 1
        assert all(
            len(json.loads(line)) == 501 for line in path.with_suffix(".lines").read_bytes().splitlines()
        )
