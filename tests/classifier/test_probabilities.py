"""A verdict's shares are of one sum, whoever decided."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixchat.classifier.classifier import LocalClassifier
from mixchat.classifier.examples import classification_of
from mixchat.classifier.probabilities import blend, fold_into_daily_driver
from mixchat.domain.chat_request import RoutingInput
from mixchat.domain.decision import Classification
from mixchat.domain.role import BUILT_IN, DAILY_DRIVER
from mixchat.domain.stack import RoleConfig, Stack
from tests.classifier.prompt_sets import STACK, conversations, own

CLASSIFIER = LocalClassifier()
SMALL = Stack("small", "", {name: RoleConfig(name) for name in (DAILY_DRIVER, "coding")})
UNCLEAR = ["", "?!", "qwx zzt", "blarg the frob", "hm", "x", "1 2 3"]


def fits(classification: Classification) -> bool:
    """Whether the role is in it once, nobody is above it, and all of it is no more than 1."""
    names = [classification.role, *(name for name, _ in classification.alternatives)]
    shares = [classification.confidence, *(share for _, share in classification.alternatives)]
    return len(set(names)) == len(names) and max(shares) == shares[0] and sum(shares) <= 1.0 + 1e-9


@pytest.mark.parametrize("stack", [STACK, SMALL], ids=["all roles", "two roles"])
def test_alone_or_in_a_conversation_the_first_is_above_the_others_and_all_are_at_most_one(stack: Stack):
    asked = [RoutingInput(prompt=row.text) for row in own("fresh")]
    asked += [RoutingInput(prompt=prompt) for prompt in UNCLEAR]
    asked += [RoutingInput(prompt=talk.turns[-1], history=talk.turns[:-1]) for talk in conversations()]
    asked += [
        RoutingInput(prompt=talk.turns[-1], last_role=role.name)
        for talk in conversations()[::9]
        for role in BUILT_IN
    ]
    wrong = [question for question in asked if not fits(CLASSIFIER.classify(question, stack))]
    assert wrong == []


def test_two_roles_with_examples_as_near_as_each_other_share_the_certainty():
    classification = classification_of([(0.40, "law", "a lease"), (0.39, "zoo", "a zebra")], 0.1)
    assert classification is not None
    assert fits(classification)
    assert classification.confidence < 0.5
    assert 0.0 < classification.margin < 0.02


ranking = st.lists(st.floats(0.001, 1.0), min_size=1, max_size=6).map(
    lambda raw: tuple(
        (role.name, share / sum(raw))
        for role, share in zip(BUILT_IN, sorted(raw, reverse=True), strict=False)
    )
)


@given(ranking, st.sampled_from([role.name for role in BUILT_IN]), st.floats(0.5, 1.0))
def test_a_word_for_a_role_puts_it_first_and_leaves_the_rest_in_proportion(
    before: tuple[tuple[str, float], ...], role: str, sure: float
):
    after = blend(role, sure, before)
    assert after[0][1] == pytest.approx(dict(after)[role])
    assert sum(share for _, share in after) == pytest.approx(1.0)


@given(ranking)
def test_the_daily_driver_that_stands_in_is_named_once_and_loses_nothing(
    before: tuple[tuple[str, float], ...],
):
    after = fold_into_daily_driver(before)
    assert after[0][0] == DAILY_DRIVER
    assert [name for name, _ in after].count(DAILY_DRIVER) == 1
    assert sum(share for _, share in after) == pytest.approx(1.0)
