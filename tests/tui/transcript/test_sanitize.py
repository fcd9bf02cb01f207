from hypothesis import given
from hypothesis import strategies as st

from mixchat.domain.plain_text import one_line, sanitize


@given(st.text())
def test_nothing_that_a_terminal_would_obey_is_left(text: str):
    assert not any(ord(c) < 32 and c not in "\n\t" for c in sanitize(text))
    assert not any(0x7F <= ord(c) < 0xA0 or 0xD800 <= ord(c) <= 0xDFFF for c in sanitize(text))


def test_control_characters_are_seen():
    assert sanitize("\x1b[31m\x07") == "␛[31m␇"


def test_every_line_end_is_the_same():
    assert sanitize("a\r\nb\rc\u2028d") == "a\nb\nc\nd"


def test_a_title_has_one_line():
    assert one_line(" a\n\tb\x00 ") == "a b␀"
