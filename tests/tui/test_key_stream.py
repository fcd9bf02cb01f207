"""Keys and pastes told apart by what comes and when, with a clock of the test's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.events import Key, MouseEvent, Paste
from textual.message import Message

from mixchat.tui.terminal.key_stream import KeyStream

START, END = "\x1b[200~", "\x1b[201~"


def heard(*reads: tuple[float, str]) -> list[str]:
    """Return what comes of reads, each with the seconds since the one before; a paste as one entry in brackets."""
    stream, now = KeyStream(), 100.0
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
    if isinstance(message, Key):
        return message.key
    return "mouse" if isinstance(message, MouseEvent) else type(message).__name__


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
    stream = KeyStream()
    assert list(stream.feed(START + "half", 1.0)) == []
    assert list(stream.tick(2.0)) == []
    assert [_told(message) for message in stream.tick(7.0)] == ["[half]"]
    assert [_told(message) for message in stream.feed("q", 8.0)] == ["q"]


@pytest.mark.parametrize(
    ("sent", "key"),
    [
        ("\r", "enter"),
        ("\x1bOM", "enter"),
        ("\x1b[13u", "enter"),
        ("\x1b[57414u", "enter"),
        ("\x1b\r", "alt+enter"),
        ("\x1b\n", "alt+enter"),
        ("\x1b[27;2;13~", "shift+enter"),
        ("\x1b[27;3;13~", "alt+enter"),
        ("\x1b[27;5;13~", "ctrl+enter"),
        ("\x1b[27;6;13~", "ctrl+shift+enter"),
        ("\x1b[13;2u", "shift+enter"),
        ("\x1b[13;3u", "alt+enter"),
        ("\x1b[13;5u", "ctrl+enter"),
        ("\x1b[13;4u", "alt+shift+enter"),
        ("\x1b[13;6u", "ctrl+shift+enter"),
        ("\x1b[13;7u", "alt+ctrl+enter"),
        ("\x1b[13;8u", "alt+ctrl+shift+enter"),
        ("\x1b[13:13;2:1u", "shift+enter"),
        ("\x1b[13;130u", "shift+enter"),  # with the num lock on
        ("\x1b[57414;5u", "ctrl+enter"),
        ("\n", "ctrl+j"),
        ("\x1b[106;5u", "ctrl+j"),
        ("\x1b[27;5;106~", "ctrl+j"),
        ("\x1b[109;5u", "enter"),
        ("\x1b[91;5u", "escape"),
        ("\x1b[27u", "escape"),
        ("\x1bz", "alt+z"),
        ("\x1bZ", "alt+shift+z"),
        ("\x1b\x7f", "alt+backspace"),
        ("\x1b ", "alt+space"),
        ("\x1b.", "alt+full_stop"),
        ("\x1b\x01", "alt+ctrl+a"),
        ("\x1b]", "alt+right_square_bracket"),
        ("\x1b_", "alt+underscore"),
        ("\x1bP", "alt+shift+p"),
        ("\x1b[1;2R", "shift+f3"),
        ("\x1b[[A", "f1"),
    ],
)
def test_a_key_is_itself_in_every_form_that_terminals_send_it_in_and_however_it_is_cut(sent: str, key: str):
    assert heard((1, sent)) == [key]
    if not (sent.startswith("\x1b") and len(sent) == 2):  # Alt comes in one piece: two are Esc and a key
        assert heard((1, sent[:2]), (0.05, sent[2:])) == [key]
        assert heard((1, ""), *((0.004, byte) for byte in sent)) == [key]


@pytest.mark.parametrize(
    "sent",
    [
        "\x1b[13;2:3u",  # a key that was let go
        "\x1b[99999999999;5u",
        "\x1b[55296;5u",
        "\x1b[97;1;55296u",
        "\x1b[5;5;5;5x",
        "\x1b[?1;2c",
        "\x1b[>84;0;0c",
        "\x1b]10;rgb:1e1e/1e1e/2e2e\x1b\\",
        "\x1b]10;rgb:1e1e/1e1e/2e2e\x07",
        "\x1bP>|ghostty 1.2\x1b\\",
        "\x1bP1$r0m\x1b\\",
        "\x1b_Gi=31;OK\x1b\\",
        "\x1b[M #!",
        "\x1b[<0;" + "9" * 400 + ";1M",
        "\x1b[201~",
    ],
)
def test_what_is_no_key_of_anybody_is_never_typed(sent: str):
    assert _keys(heard((1, sent), (1, "q"))) == ["q"]
    for cut in range(2, len(sent)):
        assert _keys(heard((1, sent[:cut]), (0.3, sent[cut:]), (1, "q"))) == ["q"], cut


def _keys(told: list[str]) -> list[str]:
    """Leave out that a terminal said its name: it is told, and is no key."""
    return [one for one in told if one != "TerminalNamed"]


def test_a_report_of_the_mouse_is_one_however_late_its_rest_comes():
    report = "\x1b[<35;30;4M"
    for cut in range(2, len(report)):
        assert heard((1, report[:cut]), (0.3, report[cut:]), (0.1, "q")) == ["mouse", "q"]
    assert heard((1, "\x1b"), (0.3, report[1:]), (0.1, "q")) == ["escape", "mouse", "q"]
    assert heard((1, report[:6]), (2, report), (0.1, "q")) == ["mouse", "q"]


def test_esc_and_the_next_key_of_a_hand_are_two_keys():
    assert heard((1, "\x1b"), (0.05, "3"), (0.05, "x")) == ["escape", "3", "x"]
    assert heard((1, "\x1b"), (0.2, "[")) == ["escape", "left_square_bracket"]
    assert heard((1, "\x1b\x1b")) == ["escape", "escape"]
    assert heard((1, "\x1b\x1b[A")) == ["escape", "up"]
    assert heard((1, "\r\x1b")) == ["enter", "escape"]


@pytest.mark.parametrize(
    "text",
    ["\u3000", "\u00a0", "\u202f", "\u200c", "\u200d", "\u200e", "\u202b", "\u00ad", "\ue000", "\U0001fae8"],
)
def test_whatever_an_input_method_commits_is_a_character_that_fields_take(text: str):
    keys = list(KeyStream().feed(text, 1.0))
    assert [(key.character, key.is_printable) for key in keys if isinstance(key, Key)] == [(text, True)]


@given(
    st.text("ab\r\t \x1b[<;M0123OPu~:?$]\\\x07_G", max_size=40),
    st.lists(st.integers(1, 9), min_size=1, max_size=12),
)
def test_no_bytes_break_the_reading_of_keys(text: str, sizes: list[int]):
    reads, at = [], 0
    while at < len(text):
        size = sizes[len(reads) % len(sizes)]
        reads.append((0.01 * size, text[at : at + size]))
        at += size
    stream, now = KeyStream(), 100.0
    for wait, read in reads:
        now += wait
        for _ in [*stream.tick(now), *stream.feed(read, now)]:
            pass
    assert [_told(message) for message in [*stream.tick(now + 9), *stream.feed("q", now + 10)]][-1] == "q"
