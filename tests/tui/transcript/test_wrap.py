from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from mixchat.tui.transcript.markdown.wrap import TextRow, wrap

PLAIN, BOLD = Style(), Style(bold=True)


def texts(rows: list[TextRow]) -> list[str]:
    return ["".join(text for text, _ in row.pieces) for row in rows]


def test_text_breaks_between_words_and_says_what_stood_there():
    rows = wrap([("one two three", PLAIN)], 7)
    assert texts(rows) == ["one two", "three"]
    assert [row.end for row in rows] == [" ", "\n"]


def test_styles_go_on_over_a_break():
    rows = wrap([("one ", PLAIN), ("two three", BOLD), (" four", PLAIN)], 8)
    assert [row.pieces for row in rows] == [
        [("one ", PLAIN), ("two", BOLD)],
        [("three", BOLD)],
        [("four", PLAIN)],
    ]


def test_a_word_that_is_too_long_is_broken_at_the_edge():
    assert texts(wrap([("abcdefgh ij", PLAIN)], 3)) == ["abc", "def", "gh", "ij"]


def test_a_wide_character_that_does_not_fit_at_the_edge_goes_to_the_next_row():
    assert texts(wrap([("日本語。テキスト", PLAIN)], 5)) == ["日本", "語。", "テキ", "スト"]


def test_an_emoji_of_several_characters_is_not_taken_apart():
    family = "👩\u200d👩\u200d👧"
    assert texts(wrap([(family * 3, PLAIN)], 4)) == [family * 2, family]


def test_spaces_at_the_end_make_no_row():
    assert texts(wrap([("word" + " " * 50, PLAIN)], 10)) == ["word"]
    assert texts(wrap([(" " * 50, PLAIN)], 10)) == [""]


@given(
    st.lists(st.sampled_from(["a", "bc ", " ", "\n", "日", "本 ", "é", "👍🏽", "long" * 5, "。"])),
    st.integers(2, 30),
)
def test_rows_fit_and_together_they_are_the_text(parts: list[str], width: int):
    source = "".join(parts)
    rows = wrap([(part, PLAIN) for part in parts], width)
    assert all(cell_len(text) <= width for text in texts(rows))
    joined = "".join(text + row.end for text, row in zip(texts(rows), rows, strict=True))
    assert joined.split() == source.split()
