import time
from collections.abc import Sequence

import pytest

from mixchat.classifier.rules import rulings
from mixchat.domain.chat_request import RoutingInput
from mixchat.domain.stack import RoleConfig, Rules, Stack
from mixchat.domain.turn import FileRef


def held(rules: Rules, prompt: str, files: Sequence[FileRef] = ()) -> bool:
    stack = Stack("s", "", {"mine": RoleConfig("mine", rules=rules)})
    return [ruling.role for ruling in rulings(RoutingInput(prompt=prompt, files=tuple(files)), stack)] == [
        "mine"
    ]


@pytest.mark.parametrize(
    ("rules", "prompt", "holds"),
    [
        (Rules(keywords=("SQL",)), "some sql please", True),
        (Rules(keywords=("art",)), "start", False),
        (Rules(keywords=("art",)), "modern art!", True),
        (Rules(keywords=("合同",)), "请看这份合同吧", True),
        (Rules(keywords=("  ",)), "anything", False),
        (Rules(regex=(r"\bJIRA-\d+",)), "fix jira-42", True),
        (Rules(regex=(r"\bJIRA-\d+",)), "fix it", False),
        (Rules(min_length=10), "short", False),
        (Rules(min_length=3, max_length=10), "short", True),
        (Rules(languages=("de",)), "Wie koche ich den Reis?", True),
        (Rules(languages=("de",)), "How do I cook rice?", False),
        (Rules(keywords=("reis",), languages=("de",)), "Wie koche ich den Reis?", True),
        (Rules(keywords=("reis",), languages=("fr",)), "Wie koche ich den Reis?", False),
        (Rules(keywords=("nothing",), regex=("koche",)), "Wie koche ich den Reis?", True),
        (Rules(), "anything", False),
    ],
)
def test_every_kind_that_is_named_must_hold(rules: Rules, prompt: str, holds: bool):
    assert held(rules, prompt) is holds


def test_files_count_by_their_ending_and_images_by_their_kind():
    script = FileRef("src/app.PY", "text/plain", 10)
    photo = FileRef("cat.png", "image/png", 10)
    assert held(Rules(file_types=("py",)), "look", [script])
    assert held(Rules(file_types=(".py",)), "look", [photo, script])
    assert not held(Rules(file_types=(".py",)), "look", [photo])
    assert held(Rules(has_image=True), "look", [photo])
    assert held(Rules(has_image=False), "look", [script])
    assert not held(Rules(has_image=True), "look")


def test_the_most_specific_rule_comes_first():
    posts = {
        "wide": RoleConfig("wide", rules=Rules(keywords=("report",))),
        "narrow": RoleConfig("narrow", rules=Rules(keywords=("report",), max_length=40)),
    }
    found = rulings(RoutingInput(prompt="a report please"), Stack("s", "", posts))
    assert [ruling.role for ruling in found] == ["narrow", "wide"]


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"(a|aa)+$", r"(.*a){20}$", r"^(\w+\s?)*$"])
def test_a_catastrophic_pattern_is_given_up_soon(pattern: str):
    started = time.perf_counter()
    held(Rules(regex=(pattern,)), "a" * 50_000 + "!")
    assert time.perf_counter() - started < 2.0


def test_a_pattern_that_cannot_be_compiled_never_holds():
    broken = Rules(regex=("(", "ok"))
    assert held(broken, "ok then")
    assert not held(broken, "no")


def test_fallback_is_never_chosen():
    stack = Stack("s", "", {"fallback": RoleConfig("fallback", rules=Rules(keywords=("x",)))})
    assert rulings(RoutingInput(prompt="x"), stack) == ()
