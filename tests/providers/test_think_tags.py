"""Thinking that a server sends inside the reply, between tags."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixchat.providers.think_tags import ThinkTags


def split(pieces: list[str]) -> tuple[str, str]:
    tags = ThinkTags()
    parts = [*(tags.feed(piece) for piece in pieces), tags.finish()]
    return "".join(thought for thought, _ in parts), "".join(text for _, text in parts)


@pytest.mark.parametrize(
    ("text", "thought", "reply"),
    [
        ("<think>hm</think>yes", "hm", "yes"),
        ("\n<think>\nhm\n</think>\n\nyes", "hm", "yes"),
        ("<thinking>a</think>b</thinking>c", "a</think>b", "c"),
        ("plain <think>text</think>", "", "plain <think>text</think>"),
        ("<thought", "", "<thought"),
        ("<think>never closed", "never closed", ""),
        ("", "", ""),
    ],
)
def test_only_tags_at_the_beginning_are_thinking(text: str, thought: str, reply: str) -> None:
    assert split([text])[1] == reply
    assert split([text])[0].strip() == thought


@given(st.text(alphabet="<>/think a\n", max_size=40), st.lists(st.integers(0, 40), max_size=6))
def test_how_a_stream_is_cut_changes_nothing(text: str, cuts: list[int]) -> None:
    places = sorted({0, *(cut for cut in cuts if cut < len(text)), len(text)})
    pieces = [text[start:end] for start, end in itertools.pairwise(places)]
    whole, parts = split([text]), split(pieces)
    assert (whole[0].strip(), whole[1].strip()) == (parts[0].strip(), parts[1].strip())
