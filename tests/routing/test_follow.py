import pytest

from mixchat.routing.classifier import LocalClassifier
from mixchat.words.question import Question
from mixchat.words.stack import Post, Stack
from tests.routing.prompt_sets import STACK, conversations, short

CLASSIFIER = LocalClassifier()
FIRST = "Write a Python function that reverses a string"


def role(prompt: str, *, history: tuple[str, ...] = (), last: str | None = None, stack: Stack = STACK) -> str:
    return CLASSIFIER.classify(Question(prompt=prompt, history=history, last_role=last), stack).role


@pytest.mark.parametrize(
    "prompt", ["make it faster", "why?", "now in Rust", "shorter please", "thanks", "continue"]
)
def test_a_follow_up_keeps_the_role_of_the_turn_before(prompt: str):
    assert role(prompt, history=(FIRST,)) == "coding"
    assert role(prompt, history=("something",), last="creative") == "creative"


@pytest.mark.parametrize(
    ("prompt", "wanted"),
    [
        ("write a poem about the sea", "creative"),
        ("plan a trip to Rome", "heavy-lifting"),
        ("who wrote Hamlet?", "quick"),
    ],
)
def test_a_change_of_subject_does_not(prompt: str, wanted: str):
    assert role(prompt, history=(FIRST,), last="coding") == wanted


def test_a_follow_up_to_a_follow_up_keeps_the_first_ones_role():
    assert role("and faster", history=(FIRST, "make it shorter")) == "coding"


def test_a_follow_up_keeps_a_role_of_the_users_own():
    stack = Stack("mine", "", {**STACK.posts, "law": Post("law")})
    assert role("shorter please", last="law", stack=stack) == "law"


def test_without_a_turn_before_a_short_prompt_stands_for_itself():
    assert role("write a poem") == "creative"


def test_the_reason_says_that_it_goes_on():
    verdict = CLASSIFIER.classify(Question(prompt="make it faster", history=(FIRST,)), STACK)
    assert verdict.evidence[0].text == "goes on from the turn before"
    assert 0.5 <= verdict.confidence <= 1.0


def test_nine_in_ten_of_the_kept_conversations_get_their_role_and_history_is_what_does_it():
    kept = conversations()[1::2]
    right = [short(role(talk.turns[-1], history=talk.turns[:-1])) == talk.role for talk in kept]
    alone = [short(role(talk.turns[-1])) == talk.role for talk in kept]
    assert sum(right) / len(kept) >= 0.90
    assert sum(right) / len(kept) >= sum(alone) / len(kept) + 0.25
