"""What the router's own cases reach, on the halves that nothing was tuned on; the bounds lie a little below the figures."""

from collections.abc import Callable

import pytest

from mixchat.classifier.classifier import LocalClassifier
from mixchat.domain.chat_request import RoutingInput
from mixchat.domain.request import MediaType
from mixchat.domain.role import CODING, QUICK, RESEARCH
from mixchat.domain.turn import FileRef
from tests.classifier.cases import CHANGE, Attached, Case, FollowUp, attachments, cases, follow_ups
from tests.classifier.prompt_sets import STACK, short

CLASSIFIER = LocalClassifier()
LONG = {"daily": "daily-driver", "heavy": "heavy-lifting"}
PICTURES: dict[str, MediaType] = {"png": "image/png", "jpg": "image/jpeg", "pdf": "application/pdf"}


def role(prompt: str, **fields: object) -> str:
    return CLASSIFIER.classify(RoutingInput(prompt=prompt, **fields), STACK).role  # type: ignore[arg-type]


def share(hits: list[bool]) -> float:
    return sum(hits) / len(hits)


def held(talk: FollowUp, *, told: bool) -> bool:
    """Whether the last turn gets its role, by the earlier prompts alone or with the role of the turn before `told`."""
    before = talk.first_role if talk.kind != CHANGE or len(talk.turns) == 2 else talk.role
    last = LONG.get(before, before) if told else None
    return short(role(talk.turns[-1], history=talk.turns[:-1], last_role=last)) == talk.role


def let_go(talk: FollowUp) -> bool:
    """Whether a prompt that changes the subject gets the role that it has by itself."""
    before = LONG.get(talk.first_role, talk.first_role)
    last = talk.turns[-1]
    return role(last, history=talk.turns[:-1], last_role=before) == role(last)


def attached(row: Attached) -> bool:
    media: MediaType = PICTURES.get(row.name.rpartition(".")[2], "text/plain")
    return (
        short(role(row.prompt, files=(FileRef(row.name, media, 100),), file_starts=(row.start,))) == row.role
    )  # type: ignore[arg-type]


@pytest.mark.parametrize(("told", "least"), [(True, 0.95), (False, 0.85)])
def test_what_goes_on_keeps_its_role(told: bool, least: float):
    assert share([held(talk, told=told) for talk in follow_ups("heldout") if talk.kind != CHANGE]) >= least


def test_a_change_of_subject_goes():
    changes = [talk for talk in follow_ups("heldout") if talk.kind == CHANGE]
    assert share([held(talk, told=True) for talk in changes]) >= 0.90
    assert share([let_go(talk) for talk in changes if len(talk.turns) == 2]) >= 0.95


def test_what_is_attached_speaks():
    assert share([attached(row) for row in attachments("heldout")]) >= 0.90


@pytest.mark.parametrize(
    ("name", "kind", "right", "least"),
    [
        ("quick", "easy", lambda given: given == QUICK, 0.85),
        ("quick", "hard", lambda given: given != QUICK, 0.95),
        ("quick", "stakes", lambda given: given != QUICK, 0.95),
        ("false_code", "plain", lambda given: given != CODING, 0.95),
        ("false_code", "code", lambda given: given == CODING, 0.94),
        ("false_code", "plain-search", lambda given: given != RESEARCH, 0.95),
        ("false_code", "search", lambda given: given == RESEARCH, 0.90),
    ],
)
def test_easy_hard_and_false_friends(name: str, kind: str, right: Callable[[str], bool], least: float):
    assert share([right(role(case.prompt)) for case in cases(name, "heldout") if case.kind == kind]) >= least


def spoken(case: Case) -> bool:
    return short(role(case.prompt)) == case.kind


def test_ten_languages_beside_english_and_five_more():
    assert share([spoken(case) for case in cases("eleven_languages")]) >= 0.95
    for language in ("tr", "sv", "hi", "vi", "id"):
        assert share([spoken(case) for case in cases("five_languages") if case.language == language]) >= 0.90
