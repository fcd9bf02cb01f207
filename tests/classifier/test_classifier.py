import math
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixchat.classifier.classifier import LocalClassifier
from mixchat.domain.chat_request import RoutingInput
from mixchat.domain.decision import Classification
from mixchat.domain.role import DAILY_DRIVER
from mixchat.domain.stack import RoleConfig, Rules, Stack
from mixchat.routing.router import told
from tests.classifier.prompt_sets import STACK, short

CLASSIFIER = LocalClassifier()

PLAIN = [
    ("fix this TypeError in my python function", "coding"),
    ("prove that the square root of 2 is irrational", "heavy-lifting"),
    ("plan a five day trip to Rome", "heavy-lifting"),
    ("write a poem about the sea", "creative"),
    ("Summarize the following article:\n\nThe council voted to close the street.", "summarization"),
    ("Extract all names and dates from this text: Anna met Ben on 3 May.", "extraction"),
    ("my neighbour is loud, what should I do?", "daily-driver"),
    ("hello", "quick"),
    ("convert 10 miles to km", "quick"),
    ("what is the capital of France", "quick"),
    ("what is the latest news about fusion power? give sources", "research"),
    ("escribe un poema sobre el mar", "creative"),
    ("用Python写一个排序函数", "coding"),
    ("Löse die Gleichung 2x + 3 = 11", "heavy-lifting"),
    ("次の文章を要約してください：博物館は五月に開く。", "summarization"),
    ("ما هي عاصمة بيرو؟", "daily"),
]


def classify(prompt: str, stack: Stack = STACK) -> Classification:
    return CLASSIFIER.classify(RoutingInput(prompt=prompt), stack)


@pytest.mark.parametrize(("prompt", "role"), PLAIN)
def test_a_plain_prompt_gets_its_role(prompt: str, role: str):
    classification = classify(prompt)
    assert role in (classification.role, short(classification.role))
    assert classification.classifier == "local"


def test_a_reason_can_be_read():
    line = told(classify("fix this TypeError in my code:\n```\nx = 1 + 'a'\n```"))
    assert line.startswith(("coding 0.9", "coding 1.0"))
    assert any(word in line for word in ("code fence", "'fix'", "traceback", "'code'"))


def test_probabilities_and_margin_fit_together():
    classification = classify("write a story about a function that proves itself")
    shares = [share for _, share in classification.alternatives]
    assert shares == sorted(shares, reverse=True)
    assert math.isclose(classification.confidence + sum(shares), 1.0, abs_tol=1e-6)
    assert math.isclose(classification.margin, classification.confidence - shares[0], abs_tol=1e-6)


@pytest.mark.parametrize("prompt", ["", "   \n", "\u200b"])
def test_nothing_to_read_goes_to_the_daily_driver_by_default(prompt: str):
    classification = classify(prompt)
    assert (classification.role, classification.classifier) == (DAILY_DRIVER, "default")
    assert classification.margin == 0.0


def test_a_role_the_stack_leaves_out_is_taken_by_the_daily_driver():
    small = Stack("small", "", {DAILY_DRIVER: RoleConfig(DAILY_DRIVER), "coding": RoleConfig("coding")})
    assert classify("write a poem about the sea", small).role == DAILY_DRIVER
    assert classify("write a python function that sorts a list", small).role == "coding"


def test_the_users_rule_comes_before_everything():
    stack = Stack("mine", "", {**STACK.roles, "law": RoleConfig("law", rules=Rules(keywords=("clause",)))})
    classification = classify("write a poem about the clause in my lease", stack)
    assert (classification.role, classification.classifier, classification.confidence) == ("law", "rule", 1.0)
    assert classification.evidence[0].text == "keyword 'clause'"


def test_the_question_below_a_long_paste_decides():
    paste = "The committee met on Monday and heard three experts on the new bridge. " * 60
    assert classify(f"{paste}\n\nSummarize the text above in two sentences.").role == "summarization"
    assert classify(f"{paste}\n\nTranslate this into German.").role in {DAILY_DRIVER, "quick"}


def test_a_language_named_at_the_end_of_a_puzzle_makes_it_coding():
    puzzle = "A row of lamps is lit. In each step you may switch one lamp and its neighbours. Find the fewest steps until all lamps are dark."
    plain, named = classify(puzzle), classify(f"{puzzle} Please answer with Java.")
    assert named.role == "coding"
    assert dict(named.alternatives).get("heavy-lifting", 1.0) < plain.confidence


@given(st.text(max_size=3000))
@settings(max_examples=150, deadline=None)
def test_any_text_gets_a_role_and_never_an_error(text: str):
    classification = classify(text)
    assert classification.role in STACK.roles
    assert 0.0 <= classification.confidence <= 1.0


@pytest.mark.parametrize(
    "prompt", ["\0" * 1000, "a" * 1_000_000, "((((" * 250_000, "\n" * 1_000_000, "é\ud800x", "𝕏" * 5000]
)
def test_hostile_text_is_classified_like_any_other(prompt: str):
    assert classify(prompt).role in STACK.roles


def test_the_same_prompt_gets_the_same_verdict_in_another_process():
    script = (
        "from mixchat.classifier.classifier import LocalClassifier\n"
        "from mixchat.domain.chat_request import RoutingInput\n"
        "from tests.classifier.prompt_sets import STACK\n"
        "for p in ('write a haiku', '写一首诗', 'plan my week'):\n"
        "    v = LocalClassifier().classify(RoutingInput(prompt=p), STACK)\n"
        "    print(v.role, round(v.confidence, 9), [e.text for e in v.evidence])\n"
    )
    run = [
        subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
        ).stdout
        for seed in ("1", "2")
    ]
    assert run[0] == run[1] != ""


def test_the_classifier_needs_nothing_heavy():
    script = "import sys, mixchat.classifier.classifier as c; c.LocalClassifier(); print({'numpy', 'sklearn', 'httpx', 'regex', 'textual'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
