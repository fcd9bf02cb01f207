"""Pictures for the terminal: decoded within bounds, and in cells that the protocol names."""

import io
import unicodedata
import zlib

import pytest
from PIL import Image

from mixchat.tui.terminal import kitty_pictures
from mixchat.tui.terminal.kitty_pictures import MOST_COLUMNS, cell, name_in, shows_pictures, transmission
from mixchat.tui.transcript.pictures import decoded, number_of, size_in_cells


def picture(width: int, height: int, form: str = "PNG", mode: str = "RGB") -> bytes:
    written = io.BytesIO()
    Image.new(mode, (width, height)).save(written, form)
    return written.getvalue()


@pytest.mark.parametrize(
    ("size", "cells"),
    [
        ((800, 400), (48, 12)),
        ((100, 100), (10, 5)),
        ((1, 1), (1, 1)),
        ((10, 9_000), (1, 12)),
        ((6_000, 60), (60, 1)),
    ],
)
def test_a_picture_fills_twelve_rows_at_most_and_is_never_larger_than_it_is(
    size: tuple[int, int], cells: tuple[int, int]
):
    assert size_in_cells(*size) == cells


@pytest.mark.parametrize(
    ("form", "mode"),
    [("PNG", "RGBA"), ("PNG", "P"), ("PNG", "I;16"), ("JPEG", "L"), ("GIF", "P"), ("WEBP", "RGB")],
)
def test_every_form_that_can_be_attached_is_sent_as_a_small_png(form: str, mode: str):
    shown = decoded(picture(3_000, 1_500, form, mode), 7)
    assert shown is not None
    assert (shown.columns, shown.rows) == (48, 12)
    with Image.open(io.BytesIO(shown.png)) as image:
        assert image.format == "PNG"
        assert image.width <= 720


def test_what_is_no_picture_or_a_bomb_has_only_its_name():
    whole = picture(400, 400)
    bomb = bytearray(picture(1, 1))
    bomb[16:24] = (60_000).to_bytes(4, "big") * 2
    bomb[29:33] = zlib.crc32(bytes(bomb[12:29])).to_bytes(4, "big")
    for data in (b"", b"no picture", whole[:60], whole[:-60] + b"x" * 60, bytes(bomb), b"<svg/>"):
        assert decoded(data, 7) is None


def test_only_terminals_with_placeholders_show_pictures():
    assert [shows_pictures(name) for name in ("kitty(0.28.0)", "kitty(1.2.3)", "ghostty 1.2.0")] == [True] * 3
    others = ("kitty(0.27.9)", "WezTerm 20240203", "tmux 3.5a", "XTerm(390)", "iTerm2 3.5", "kitty", "")
    assert [shows_pictures(name) for name in others] == [False] * 7
    assert name_in("\x1bP>|kitty(0.40.1)\x1b\\") == "kitty(0.40.1)"
    assert name_in("\x1bP1$r0m\x1b\\") is None


def test_rows_and_columns_are_numbered_by_the_marks_above_a_letter_that_make_no_other_letter():
    parts = [unicodedata.decomposition(chr(code)).split() for code in range(0x3000)]
    joined = {found[1] for found in parts if len(found) == 2 and not found[0].startswith("<")}
    marks = [
        chr(code)
        for code in range(0x300, 0x700)
        if unicodedata.combining(chr(code)) == 230 and not parts[code] and f"{code:04X}" not in joined
    ]
    assert list(kitty_pictures._MARKS) == marks[:MOST_COLUMNS]
    assert cell(1, 2) == "\U0010eeee" + marks[1] + marks[2]


def test_a_picture_travels_in_pieces_that_a_terminal_takes():
    pieces = transmission(66_051, b"x" * 10_000, 48, 12).split("\x1b\\")[:-1]
    assert pieces[0].startswith("\x1b_Ga=T,U=1,i=66051,f=100,c=48,r=12,q=2,m=1;")
    assert [piece.split(";")[0][-1] for piece in pieces] == ["1", "1", "1", "0"]
    assert all(len(piece.split(";")[1]) <= 4_096 for piece in pieces)
    assert number_of("010203" + "0" * 58) == 66_051
    assert number_of("0" * 64) == 1
