"""Attached pictures: shown by a terminal that can, named by every other."""

import io
import re
from base64 import b64decode
from pathlib import Path

import pytest
from PIL import Image

from tests.sittings.sitting import Sitting

SENT = re.compile(rb"\x1b_Ga=T,U=1,i=(?P<number>\d+),f=100,c=(?P<columns>\d+),r=(?P<rows>\d+),q=2,")
CHUNK = re.compile(rb"\x1b_G[^;\x1b]*m=[01];([A-Za-z0-9+/=]+)\x1b\\")
CELL = "\U0010eeee"


@pytest.fixture
def photo(sitting: Sitting, tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.new("RGB", (800, 400), (200, 60, 40)).save(path)
    sitting.environment["HOME"] = str(tmp_path)
    return path


def cells(sitting: Sitting) -> list[int]:
    """Return how many cells of pictures each row of the screen has, for those that have any."""
    return [row.count(CELL) for row in sitting.screen.rows if CELL in row]


def test_a_picture_is_sent_once_stands_below_its_prompt_and_goes_with_the_chat(sitting: Sitting, photo: Path):
    sitting.has_a_cloud_model()
    sitting.opens(terminal="kitty(0.40.1)")
    sitting.says("what is this? @~/photo.png")
    sitting.until(lambda: cells(sitting) == [48] * 12, "the picture is there")
    found = SENT.findall(sitting.terminal.written)
    assert found == [(found[0][0], b"48", b"12")]
    number = int(found[0][0])
    data = b64decode(b"".join(CHUNK.findall(sitting.terminal.written)))
    assert Image.open(io.BytesIO(data)).getpixel((9, 9)) == (200, 60, 40)
    screen = sitting.screen
    columns, rows = screen.size
    every = [screen.cell(column, row) for row in range(rows) for column in range(columns)]
    assert {cell.foreground for cell in every if cell.character.startswith(CELL)} == {f"{number:06x}"}
    sitting.says("and now?")
    sitting.terminal.change_size(100, 30)
    sitting.sees(r"enter send +ctrl\+p commands")  # the smaller size has no room for more of them
    sitting.until(lambda: len(cells(sitting)) > 0, "the picture scrolls with the text")
    assert len(SENT.findall(sitting.terminal.written)) == 1
    sitting.presses("ctrl+n")
    sitting.until(lambda: f"a=d,d=I,i={number}".encode() in sitting.terminal.written, "it is forgotten")
    sitting.until(lambda: cells(sitting) == [], "nothing of it is left")


@pytest.mark.parametrize("name", ["", "WezTerm 20240203"])
def test_a_terminal_that_cannot_shows_the_name(sitting: Sitting, photo: Path, name: str):
    sitting.has_a_cloud_model()
    sitting.opens(terminal=name)
    sitting.says("what is this? @~/photo.png")
    sitting.sees("~/photo.png")
    sitting.until(lambda: b"\x1b[>0q" in sitting.terminal.written, "it was asked")
    sitting.types("next")
    sitting.until(lambda: sitting.screen.composer == "next", "keys are keys")
    assert not SENT.search(sitting.terminal.written)
    assert cells(sitting) == []


def test_nobody_is_asked_who_wants_no_pictures(sitting: Sitting, photo: Path):
    sitting.has_a_cloud_model()
    sitting.writes_config(f'{sitting.config}\n[ui]\nimages = "off"\n')
    sitting.opens(terminal="kitty(0.40.1)")
    sitting.says("what is this? @~/photo.png")
    sitting.sees("~/photo.png")
    assert b"\x1b[>0q" not in sitting.terminal.written
    assert cells(sitting) == []
