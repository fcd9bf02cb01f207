"""A disk that is really full: said at once, kept in memory, written when there is room, and asked about on leaving."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.sittings.provider import paced
from tests.sittings.sitting import CONFIG, STACK, Sitting

LONG = "".join(f"word{number:04} " for number in range(500))
CANNOT, KEPT = "(?s)cannot.+be.+written", "(?s)is.+kept.+in.+memory"
ASKS, AGAIN = "(?s)not.+saved.+yet", "(?s)Everything.+is.+written.+again"
"""What is said on it; it names a path, and where a line ends depends on how long that is."""


@contextmanager
def small_disk(sitting: Sitting, folder: str) -> Iterator[Path]:
    """Put a folder on a disk of four megabytes, and return a file that can fill it."""
    place = sitting.home / folder
    place.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        yield place / "filling"
    finally:
        sitting.leaves()
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture
def filling(sitting: Sitting) -> Iterator[Path]:
    """Fills the disk on which the history is."""
    with small_disk(sitting, "data") as path:
        yield path


@pytest.fixture
def filling_config(sitting: Sitting) -> Iterator[Path]:
    """Fills the disk on which the config is."""
    with small_disk(sitting, "config") as path:
        sitting.writes_config(CONFIG)
        sitting.writes_stack(STACK)
        yield path


def fill(path: Path) -> None:
    with suppress(OSError), path.open("ab", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)


def test_what_is_said_on_a_full_disk_is_told_kept_and_written_later(sitting: Sitting, filling: Path):
    sitting.opens()
    sitting.says("something before")
    sitting.provider.will_say(paced(LONG, 2_500))
    sitting.sends("tell me a long story")
    sitting.sees("word0001")
    fill(filling)
    sitting.sees(CANNOT)
    sitting.sees("word0499")
    sitting.presses("ctrl+q")
    sitting.sees(ASKS)
    filling.unlink()
    sitting.until(
        lambda: any(turn.reply.startswith(LONG[:4_000]) for turn in sitting.disk.turns()), "the reply on disk"
    )
    sitting.quits()
    assert [turn.outcome for turn in sitting.disk.turns()] == ["complete", "complete"]
    assert sitting.disk.rows("PRAGMA integrity_check")[0][0] == "ok"


def test_what_is_set_on_a_full_disk_is_told_kept_and_written_later(sitting: Sitting, filling_config: Path):
    sitting.opens()
    fill(filling_config)
    sitting.writes("/theme linen")
    sitting.presses("enter")
    sitting.sees(CANNOT)
    sitting.sees(KEPT)
    sitting.presses("ctrl+q")
    sitting.sees(ASKS)
    assert sitting.config == CONFIG
    filling_config.unlink()
    sitting.until(lambda: 'theme = "linen"' in sitting.config, "the theme on disk")
    sitting.sees(AGAIN)
    sitting.quits()
