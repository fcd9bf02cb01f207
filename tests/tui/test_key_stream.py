"""Keys and pastes told apart by what comes and when, with a clock of the test's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual._xterm_parser import XTermParser
from textual.events import Key, MouseMove, Paste
from textual.message import Message

from mixchat.tui.terminal.key_stream import KeyStream

START, END = "\x1b[200~", "\x1b[201~"


def heard(*reads: tuple[float, str]) -> list[str]:
    """Return what comes of reads, each with the seconds since the one before; a paste as one entry in brackets."""
    stream, now = KeyStream(XTermParser()), 100.0
    messages: list[Message] = []
    for wait, text in reads:
        messages += stream.tick(now + wait) if wait > 0.02 else []
        now += wait
        messages += stream.feed(text, now)
        messages += stream.tick(now)
    messages += stream.tick(now + 1)
    return [_told(message) for message in messages]


def _told(message: Message) -> str:
    if isinstance(message, Paste):
        return f"[{message.text}]"
    assert isinstance(message, Key | MouseMove)
    return message.key if isinstance(message, Key) else "mouse"


def test_keys_of_a_hand_are_keys_and_enter_is_enter():
    assert heard((1, "h"), (0.03, "i"), (0.03, "\r")) == ["h", "i", "enter"]


def test_alt_with_a_digit_is_that_key_and_no_sign():
    assert heard((1, "\x1b1")) == ["alt+1"]
    assert heard((1, "\x1b2x")) == ["alt+2", "x"]


def test_keys_that_a_slow_connection_brings_together_still_send():
    assert heard((1, "hi\r")) == ["h", "i", "enter"]
    assert heard((1, "hi"), (0.001, "\r")) == ["h", "i", "enter"]
    assert heard((1, "x" * 900), (0.001, "\r"))[-1] == "enter"


def test_enter_pressed_twice_is_pressed_twice():
    assert heard((1, "\r\r")) == ["enter", "enter"]


@pytest.mark.parametrize(
    ("reads", "pasted"),
    [
        (((1, "line one\rline two\r"),), "line one\rline two\r"),
        (((1, "line one\r"), (0.002, "line two\r")), "line one\rline two\r"),
        (((1, "line one\r\n"),), "line one\r\n"),
        (((1, "x" * 4095), (0.001, "\r" * 5 + "y" * 4000), (0.001, "z\r")), None),
        (((1, "x" * 1_001 + "\r"),), "x" * 1_001 + "\r"),
        (((1, "\rand"),), "\rand"),
        (tuple((0.001, character) for character in "line one\rline two\r"), None),
    ],
    ids=[
        "one read",
        "a read a line",
        "CR LF",
        "more than a read",
        "a very long line",
        "Enter first",
        "one by one",
    ],
)
def test_text_that_comes_at_once_with_a_line_end_within_is_a_paste(
    reads: tuple[tuple[float, str], ...], pasted: str | None
):
    told = heard(*reads)
    assert "enter" not in told
    if pasted is not None:
        assert told == [f"[{pasted}]"]


def test_the_end_of_a_paste_that_comes_after_it_sends_nothing_and_enter_later_does():
    told = heard((1, "one\rtwo\rth"), (0.03, "ree\r"), (0.2, "\r"))
    assert told == ["[one\rtwo\rth]", "[ree\r]", "enter"]


def test_what_is_pressed_around_a_paste_keeps_its_place():
    told = heard((1, "\x1b[Aone\rtwo\x1b[B"), (1, "a\x7fb\r\x11"))
    assert told == ["up", "[one\rtwo]", "down", "a", "backspace", "b", "enter", "ctrl+q"]


def test_a_sequence_in_two_reads_and_one_before_text_are_what_they_were():
    assert heard((1, "\x1b[1;"), (0.001, "5Cab\r")) == ["ctrl+right", "a", "b", "enter"]
    assert heard((1, "\x1b[<35;3;4Mhi\r")) == ["mouse", "h", "i", "enter"]


@given(st.text("ab\r\n\t \x1b[~", max_size=60), st.lists(st.integers(1, 9), min_size=1, max_size=12))
def test_a_marked_paste_is_one_paste_however_it_is_cut(text: str, sizes: list[int]):
    text = text.replace(END, "").replace(START, "")
    source, reads, at = f"k{START}{text}{END}q", [], 0
    while at < len(source):
        size = sizes[len(reads) % len(sizes)]
        reads.append((0.001, source[at : at + size]))
        at += size
    assert heard(*reads) == ["k", f"[{text}]", "q"]


def test_a_paste_whose_end_never_comes_does_not_lock_the_keys():
    stream = KeyStream(XTermParser())
    assert list(stream.feed(START + "half", 1.0)) == []
    assert list(stream.tick(2.0)) == []
    assert [_told(message) for message in stream.tick(7.0)] == ["[half]"]
    assert [_told(message) for message in stream.feed("q", 8.0)] == ["q"]
