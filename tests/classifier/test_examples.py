import json
from pathlib import Path

import pytest

from mixchat.classifier.classifier import LocalClassifier
from mixchat.classifier.embedded_examples import EmbeddedExamples
from mixchat.domain.chat_request import RoutingInput
from mixchat.domain.stack import RoleConfig, Rules, Stack
from tests.classifier.prompt_sets import STACK, own, tables

ROLES = tables("user_roles")


def stack_with(*, examples: bool, keywords: bool) -> Stack:
    posts = {
        name: RoleConfig(
            name,
            role["description"],
            examples=tuple(role["examples"]) if examples else (),
            rules=Rules(keywords=tuple(role["keywords"])) if keywords else Rules(),
        )
        for name, role in ROLES.items()
    }
    return Stack("mine", "", {**STACK.roles, **posts})


def recall(stack: Stack) -> float:
    classifier = LocalClassifier()
    pairs = [(text, name) for name, role in ROLES.items() for text in role["held_out"]]
    return sum(
        classifier.classify(RoutingInput(prompt=text), stack).role == name for text, name in pairs
    ) / len(pairs)


def test_ten_examples_find_most_of_a_roles_prompts_and_keywords_add_to_it():
    assert recall(stack_with(examples=False, keywords=False)) == 0.0
    assert recall(stack_with(examples=True, keywords=False)) >= 0.6
    assert recall(stack_with(examples=True, keywords=True)) > recall(
        stack_with(examples=False, keywords=True)
    )


def test_examples_leave_other_prompts_alone():
    plain, mine = LocalClassifier(), LocalClassifier()
    rows = own("fresh")
    stack = stack_with(examples=True, keywords=False)
    moved = [
        row
        for row in rows
        if mine.classify(RoutingInput(prompt=row.text), stack).role
        != plain.classify(RoutingInput(prompt=row.text), STACK).role
    ]
    assert len(moved) <= len(rows) * 0.06


def test_an_example_is_the_reason():
    classification = LocalClassifier().classify(
        RoutingInput(prompt="How do I roll back the helm release of staging?"),
        stack_with(examples=True, keywords=False),
    )
    assert classification.role == "kubernetes"
    assert classification.evidence[0].text == "like the example 'How do I roll back a helm release?'"


class Letters:
    """An embedding that counts letters, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    async def __call__(self, texts: list[str], kind: str) -> list[list[float]]:
        self.asked.append(len(texts))
        return [
            [float(text.lower().count(letter)) for letter in "abcdefghijklmnopqrstuvwxyz"] for text in texts
        ]


SMALL = Stack(
    "small",
    "",
    {
        "zoo": RoleConfig("zoo", examples=("zebra zoo", "zoo zebras", "zzz zebra")),
        "mum": RoleConfig("mum", examples=("mum mumbles", "mummy mum", "mumble mum")),
    },
)


async def test_embedded_examples_are_asked_for_once_and_kept_on_disk(tmp_path: Path):
    embed = Letters()
    first = EmbeddedExamples(embed, name="letters", folder=tmp_path)
    classification = await first.match("zebras in the zoo", SMALL)
    assert classification is not None
    assert classification.role == "zoo"
    assert embed.asked == [6, 1]
    again = EmbeddedExamples(embed, name="letters", folder=tmp_path)
    await again.match("my mum mumbled", SMALL)
    assert embed.asked == [6, 1, 1]
    other = EmbeddedExamples(embed, name="another", folder=tmp_path)
    await other.match("my mum mumbled", SMALL)
    assert embed.asked == [6, 1, 1, 6, 1]


async def test_a_prompt_that_is_near_no_example_is_left_alone(tmp_path: Path):
    assert await EmbeddedExamples(Letters(), name="l", folder=tmp_path).match("quick fox", SMALL) is None
    assert await EmbeddedExamples(Letters(), name="l", folder=tmp_path).match("anything", STACK) is None


async def test_a_damaged_line_of_the_cache_is_passed_over(tmp_path: Path):
    (tmp_path / "embeddings.jsonl").write_text(
        '{"key": 1}\nnonsense\n' + json.dumps({"key": "k", "vector": "abc"}) + "\n"
    )
    classification = await EmbeddedExamples(Letters(), name="l", folder=tmp_path).match("zebra zoo", SMALL)
    assert classification is not None
    assert classification.role == "zoo"


async def test_what_the_embedding_raises_is_raised(tmp_path: Path):
    async def broken(texts: list[str], kind: str) -> list[list[float]]:
        raise OSError("no network")

    with pytest.raises(OSError, match="no network"):
        await EmbeddedExamples(broken, name="l", folder=tmp_path).match("zoo", SMALL)
