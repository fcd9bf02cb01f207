"""Examples compared by an embedding model: asked only when it may help, and never in the way."""

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from mixchat.domain.chat_request import RoutingInput
from mixchat.domain.decision import Classification, RoutingDecision
from mixchat.domain.errors import Overloaded
from mixchat.domain.model import ModelRef
from mixchat.domain.stack import RoleConfig
from mixchat.domain.usage import FREE, Usage
from mixchat.routing import embedding_adviser
from mixchat.routing.embedding_adviser import DEADLINE, EmbeddingClassifier, MeteredEmbedder
from mixchat.routing.router import Router
from tests.routing.scripted import CENT, FixedClassifier, Parts, ref, slot, stack
from tests.routing.steered import SteeredClock

MODEL = ref("c/embed")
UNSURE = Classification("daily-driver", 0.6, "local", margin=0.3)
STACK = stack(
    law=RoleConfig("law", slots=(slot("a/x"),), examples=("review this contract", "draft an NDA")),
    cook=RoleConfig("cook", slots=(slot("b/y"),), examples=("bake a cake", "roast a duck")),
    daily_driver=["a/z"],
)
LEGAL = ("contract", "nda", "clause", "lease")


class Space:
    """Texts as points: the law lies one way, the kitchen another, the rest a third."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.fails = False

    async def embed(
        self, texts: Sequence[str], ref: ModelRef, kind: str, count: Callable[[Usage], None]
    ) -> list[list[float]]:
        self.asked += texts
        await self.gate.wait()
        if self.fails:
            raise Overloaded("Too busy.", ref=ref)
        count(Usage(input=len(texts)))
        return [self.point(text.lower()) for text in texts]

    @staticmethod
    def point(text: str) -> list[float]:
        if any(word in text for word in LEGAL):
            return [1.0, 0.1, 0.0]
        return [0.1, 1.0, 0.0] if any(word in text for word in ("bake", "roast", "stew")) else [0.0, 0.1, 1.0]


@pytest.fixture
def parts() -> Parts:
    return Parts(SteeredClock())


@pytest.fixture
def space() -> Space:
    return Space()


def router(
    parts: Parts, space: Space, folder: Path, classification: Classification = UNSURE
) -> tuple[Router, EmbeddingClassifier]:
    meaning = EmbeddingClassifier(MeteredEmbedder(MODEL, space.embed, parts.meter), parts.resources, folder)
    made = Router(
        STACK, classifier=FixedClassifier(classification), resources=parts.resources, advisers=[meaning]
    )
    return made, meaning


async def decide(parts: Parts, space: Space, folder: Path, prompt: str) -> RoutingDecision:
    made, meaning = router(parts, space, folder)
    try:
        return await made.decide(RoutingInput(prompt=prompt))
    finally:
        await meaning.aclose()
        assert not parts.meter.running_calls


async def test_the_nearest_examples_decide_and_are_paid_for(parts: Parts, space: Space, tmp_path: Path):
    decision = await decide(parts, space, tmp_path, "is this lease binding?")
    assert decision.role == "law"
    assert "close in meaning to the example" in decision.why
    assert decision.spent == CENT + CENT
    assert {call.purpose for call in parts.meter.opened} == {"embedding"}


async def test_examples_are_asked_about_once_and_kept_for_the_next_start(
    parts: Parts, space: Space, tmp_path: Path
):
    await decide(parts, space, tmp_path, "is this lease binding?")
    space.asked.clear()
    decision = await decide(parts, space, tmp_path, "a stew for six")
    assert decision.role == "cook"
    assert space.asked == ["a stew for six"]


async def test_what_is_near_to_nothing_keeps_the_local_answer(parts: Parts, space: Space, tmp_path: Path):
    assert (await decide(parts, space, tmp_path, "how tall is K2?")).role == "daily-driver"


async def test_when_it_is_late_the_turn_goes_on_and_the_next_one_finds_it_ready(
    parts: Parts, space: Space, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(embedding_adviser, "READY_WITHIN", 0.2)
    made, meaning = router(parts, space, tmp_path)
    space.gate.clear()
    late = await made.decide(RoutingInput(prompt="is this lease binding?"))
    assert (late.role, late.spent) == ("daily-driver", FREE)
    space.gate.set()
    await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))
    assert (await made.decide(RoutingInput(prompt="is this clause valid?"))).role == "law"
    await meaning.aclose()


async def test_a_model_that_fails_rests_and_the_local_answer_stands(
    parts: Parts, space: Space, tmp_path: Path
):
    space.fails = True
    assert (await decide(parts, space, tmp_path, "is this lease binding?")).role == "daily-driver"
    asked = len(space.asked)
    assert (await decide(parts, space, tmp_path, "is this lease binding?")).role == "daily-driver"
    assert len(space.asked) == asked


async def test_private_prompts_secrets_and_sure_verdicts_never_leave(
    parts: Parts, space: Space, tmp_path: Path
):
    own = stack(
        law=RoleConfig("law", slots=(slot("local/x"),), examples=("an NDA",)), daily_driver=["local/tiny"]
    )
    meaning = EmbeddingClassifier(MeteredEmbedder(MODEL, space.embed, parts.meter), parts.resources, tmp_path)
    made = Router(own, classifier=FixedClassifier(UNSURE), resources=parts.resources, advisers=[meaning])
    await made.decide(RoutingInput(prompt="is this lease binding?", private=True))
    await made.decide(RoutingInput(prompt="is ghp_" + "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8 in this lease?"))
    ruled, _ = router(parts, space, tmp_path, Classification("cook", 1.0, "rule"))
    assert (await ruled.decide(RoutingInput(prompt="is this lease binding?"))).role == "cook"
    assert space.asked == []


async def test_what_it_costs_is_booked_to_the_chat_and_the_turn(parts: Parts, space: Space, tmp_path: Path):
    made, meaning = router(parts, space, tmp_path)
    await made.decide(RoutingInput(prompt="is this lease binding?", chat="c1", turn="t1"))
    await meaning.aclose()
    assert {(call.chat, call.turn) for call in parts.meter.opened} == {("c1", "t1")}


async def test_a_client_that_takes_long_to_load_is_waited_for(parts: Parts, space: Space, tmp_path: Path):
    slow = MeteredEmbedder(MODEL, space.embed, parts.meter, preload=lambda: time.sleep(DEADLINE + 0.4))
    meaning = EmbeddingClassifier(slow, parts.resources, tmp_path)
    made = Router(STACK, classifier=FixedClassifier(UNSURE), resources=parts.resources, advisers=[meaning])
    decision = await made.decide(RoutingInput(prompt="is this lease binding?"))
    await meaning.aclose()
    assert decision.role == "law"


async def test_without_a_key_nobody_is_asked(parts: Parts, space: Space, tmp_path: Path):
    keyless = MeteredEmbedder(MODEL, space.embed, parts.meter, reachable=lambda: False)
    meaning = EmbeddingClassifier(keyless, parts.resources, tmp_path)
    made = Router(STACK, classifier=FixedClassifier(UNSURE), resources=parts.resources, advisers=[meaning])
    assert (await made.decide(RoutingInput(prompt="is this lease binding?"))).spent == FREE
