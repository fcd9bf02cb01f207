import pytest

from mixchat.classifier.classifier import LocalClassifier
from mixchat.domain.chat_request import RoutingInput
from mixchat.domain.stack import RoleConfig, Stack
from tests.classifier.prompt_sets import STACK, conversations, short

CLASSIFIER = LocalClassifier()
FIRST = "Write a Python function that reverses a string"


def role(prompt: str, *, history: tuple[str, ...] = (), last: str | None = None, stack: Stack = STACK) -> str:
    return CLASSIFIER.classify(RoutingInput(prompt=prompt, history=history, last_role=last), stack).role


@pytest.mark.parametrize(
    "prompt", ["make it faster", "why?", "now in Rust", "shorter please", "continue", "ok", "yes please"]
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


@pytest.mark.parametrize(
    "prompt",
    """hi|Hello there!|good morning|thanks!|Thank you so much|ok cool|great, thanks|it works now, thank you|bye
    |¡Hola! ¿qué tal?|muchas gracias|merci beaucoup|bonjour|Guten Morgen|vielen Dank|obrigado|bom dia|Спасибо большое!
    |добрый день|你好|好的,谢谢!|再见|ありがとうございます|こんにちは|شكراً جزيلاً|السلام عليكم|감사합니다""".replace(
        "\n", ""
    ).split("|"),
)
def test_a_greeting_or_thanks_goes_on_from_nothing(prompt: str):
    classification = CLASSIFIER.classify(RoutingInput(prompt=prompt, last_role="heavy-lifting"), STACK)
    assert (classification.role, classification.classifier) == ("quick", "local")
    assert classification.evidence[0].text == "a pleasantry"
    small = Stack("small", "", {name: STACK.roles[name] for name in ("daily-driver", "heavy-lifting")})
    assert role(prompt, last="heavy-lifting", stack=small) == "daily-driver"


@pytest.mark.parametrize(
    "prompt",
    [
        "thanks, now in Rust",
        "great, continue",
        "thank you note instead",
        "ok go on",
        "nicer",
        "继续",
        "более кратко",
    ],
)
def test_a_polite_word_before_a_wish_is_no_pleasantry(prompt: str):
    assert role(prompt, last="coding") == "coding"


def test_what_follows_thanks_goes_on_from_the_turn_before_them():
    assert role("and make it faster", history=(FIRST, "thanks!")) == "coding"


def test_a_follow_up_keeps_a_role_of_the_users_own():
    stack = Stack("mine", "", {**STACK.roles, "law": RoleConfig("law")})
    assert role("shorter please", last="law", stack=stack) == "law"


def test_without_a_turn_before_a_short_prompt_stands_for_itself():
    assert role("write a poem") == "creative"


def test_the_reason_says_that_it_goes_on():
    classification = CLASSIFIER.classify(RoutingInput(prompt="make it faster", history=(FIRST,)), STACK)
    assert classification.evidence[0].text == "follows up on the previous message"
    assert 0.5 <= classification.confidence <= 1.0
    others = dict(classification.alternatives)
    assert classification.role not in others
    assert classification.confidence + sum(others.values()) <= 1.0 + 1e-9


def test_nine_in_ten_of_the_kept_conversations_get_their_role_and_history_is_what_does_it():
    kept = conversations()[1::2]
    right = [short(role(talk.turns[-1], history=talk.turns[:-1])) == talk.role for talk in kept]
    alone = [short(role(talk.turns[-1])) == talk.role for talk in kept]
    assert sum(right) / len(kept) >= 0.90
    assert sum(right) / len(kept) >= sum(alone) / len(kept) + 0.25
