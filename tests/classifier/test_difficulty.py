from hypothesis import given
from hypothesis import strategies as st

from mixchat.classifier.linear_model import difficulty


def test_a_problem_is_harder_than_a_greeting():
    assert difficulty("Prove that every finite integral domain is a field.") > difficulty("hello there")
    assert difficulty("Implement a lock-free queue in C++ and explain the memory order.") > difficulty(
        "capital of Peru?"
    )


@given(st.text(max_size=500))
def test_difficulty_lies_between_nought_and_one(text: str):
    assert 0.0 <= difficulty(text) <= 1.0
