"""Characters that came in halves."""

import pytest

from mixchat.providers.text import SurrogateJoiner, join_surrogates


@pytest.mark.parametrize(
    ("pieces", "joined"),
    [
        (["plain"], "plain"),
        (["a \ud83d", "\ude00 b"], "a 😀 b"),
        (["a \ud83d\ude00 b"], "a 😀 b"),
        (["a \ud800", " b"], "a \ufffd b"),
        (["a \udc00 b"], "a \ufffd b"),
        (["\ud83d", "\ude00"], "😀"),
        (["end \ud83d"], "end "),
    ],
)
def test_halves_that_belong_together_are_joined_and_others_replaced(pieces: list[str], joined: str):
    halves = SurrogateJoiner()
    text = "".join(halves.join(piece) for piece in pieces)
    assert text == joined
    text.encode()


def test_a_text_that_is_whole_stays_the_same_object():
    text = "naïve 😀"
    assert join_surrogates(text) is text
