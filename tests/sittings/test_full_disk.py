"""A disk that is really full: said at once, kept in memory, written when there is room, and asked about on leaving."""

import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.sittings.provider import paced
from tests.sittings.sitting import Sitting

LONG = "".join(f"word{number:04} " for number in range(500))


@pytest.fixture
def filling(sitting: Sitting) -> Iterator[Path]:
    """A file that can fill the disk of four megabytes on which the history is."""
    data = sitting.home / "data"
    data.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(data)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk cannot be mounted here")
    yield data / "filling"
    sitting.leaves()
    subprocess.run(["umount", "-l", str(data)], check=True)


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
    sitting.sees("cannot be written")
    sitting.sees("word0499")
    sitting.presses("ctrl+q")
    sitting.sees("not saved yet")
    filling.unlink()
    sitting.until(
        lambda: any(turn.reply.startswith(LONG[:4_000]) for turn in sitting.disk.turns()), "the reply on disk"
    )
    sitting.quits()
    assert [turn.outcome for turn in sitting.disk.turns()] == ["complete", "complete"]
    assert sitting.disk.rows("PRAGMA integrity_check")[0][0] == "ok"
