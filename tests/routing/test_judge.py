"""The judge: asked only when it may help, and never in the way."""

import asyncio
import threading
import time

import pytest

from mixchat.domain.chat_request import Pin, RoutingInput
from mixchat.domain.decision import Classification, RoutingDecision
from mixchat.domain.errors import OutOfCredit, Overloaded, ProviderError, RateLimited
from mixchat.domain.events import TextDelta
from mixchat.domain.model import ModelCard
from mixchat.routing.judge import Judge, JudgeSettings
from mixchat.routing.router import Router
from tests.routing.scripted import CENT, FixedClassifier, Hang, Parts, Pause, asking, ref, reply, slot, stack
from tests.routing.steered import FastClock, SteeredClock

UNSURE = Classification("coding", 0.4, "local", alternatives=(("creative", 0.35),), margin=0.05)
STACK = stack(coding=["a/x"], creative=["b/y"], daily_driver=["a/z"], fallback=["local/tiny"])
JUDGE = ref("c/judge")


@pytest.fixture
def parts() -> Parts:
    return Parts(SteeredClock())


def judged(parts: Parts, classification: Classification = UNSURE) -> Router:
    judge = Judge(JudgeSettings(ref=JUDGE), parts.resources)
    return Router(
        STACK, classifier=FixedClassifier(classification), resources=parts.resources, advisers=[judge]
    )


async def decide(parts: Parts, router: Router, question: RoutingInput) -> RoutingDecision:
    assert isinstance(parts.clock, SteeredClock)
    decision = await parts.clock.running(router.decide(question))
    assert not parts.meter.running_calls
    assert parts.providers.made["c"].open == 0
    return decision


@pytest.mark.parametrize("said", ["creative", " Creative.\n", "**creative**", "The kind is: creative"])
async def test_its_word_decides_and_is_paid_for(parts: Parts, said: str):
    parts.providers.script("c/judge", reply(said))
    router = judged(parts)
    decision = await decide(parts, router, RoutingInput(prompt="a poem in Python"))
    assert (decision.role, decision.classifier) == ("creative", "judge")
    assert decision.why.startswith("creative 0.84: c/judge says so")
    assert decision.confidence == pytest.approx(0.75 + 0.25 * 0.35)
    assert dict(decision.alternatives) == {"coding": pytest.approx(0.25 * 0.4)}
    assert decision.spent == CENT
    assert router.run(asking("Hi"), decision).extra == CENT
    assert [call.purpose for call in parts.meter.opened] == ["judge"]


async def test_it_is_told_the_kinds_and_sees_the_prompt_as_data(parts: Parts):
    parts.providers.script("c/judge", reply("coding"))
    await decide(parts, judged(parts), RoutingInput(prompt="x" * 10_000, last_role="creative"))
    (request,) = parts.providers.made["c"].requests
    assert request.system is not None
    assert "coding: writes, explains and repairs code" in request.system
    assert "fallback" not in request.system
    assert "<prompt>" in request.messages[0].text
    assert len(request.messages[0].text) < 3000


@pytest.mark.parametrize(
    "script",
    [
        reply("I think you want to talk about coding and creative things."),
        reply(""),
        reply("banana"),
        [OutOfCredit("No quota.")],
        [RateLimited("Slow down.")],
        [Overloaded("Busy.")],
        [TextDelta("cre"), Overloaded("Busy.")],
        [Hang()],
        [Pause(0.9), *reply("creative")],
    ],
)
async def test_whatever_it_does_the_turn_goes_on_with_the_local_answer(parts: Parts, script: list[object]):
    parts.providers.script("c/judge", script)  # type: ignore[arg-type]
    assert isinstance(parts.clock, SteeredClock)
    started = parts.clock.time
    decision = await decide(parts, judged(parts), RoutingInput(prompt="hm"))
    assert (decision.role, decision.classifier) == ("coding", "local")
    assert parts.clock.time - started <= 0.81


async def test_after_being_late_it_is_left_alone_for_a_while_but_may_still_answer_prompts(parts: Parts):
    parts.providers.script("c/judge", [Hang()])
    router = judged(parts)
    for _ in range(3):
        await decide(parts, router, RoutingInput(prompt="hm"))
    assert parts.providers.calls("c") == 1
    assert not parts.health.rests(JUDGE)
    assert isinstance(parts.clock, SteeredClock)
    parts.clock.time += 61
    await decide(parts, router, RoutingInput(prompt="hm"))
    assert parts.providers.calls("c") == 2


@pytest.mark.parametrize("error", [OutOfCredit("No quota."), Overloaded("Busy.")])
async def test_a_failing_judge_is_not_asked_again_at_once(parts: Parts, error: ProviderError):
    parts.providers.script("c/judge", [error])
    router = judged(parts)
    for _ in range(3):
        await decide(parts, router, RoutingInput(prompt="hm"))
    assert parts.providers.calls("c") == 1


@pytest.mark.parametrize(
    ("classification", "question"),
    [
        (Classification("coding", 0.9, "local", margin=0.8), RoutingInput(prompt="hm")),
        (Classification("coding", 1.0, "rule", margin=0.0), RoutingInput(prompt="hm")),
        (Classification("coding", 0.6, "learned", margin=0.0), RoutingInput(prompt="hm")),
        (UNSURE, RoutingInput(prompt="hm", pin=Pin("coding", role="coding"))),
        (UNSURE, RoutingInput(prompt="my key is ghp_16C7e42F292c6912E7710c838347Ae178B4a")),
    ],
)
async def test_it_is_not_asked(parts: Parts, classification: Classification, question: RoutingInput):
    await decide(parts, judged(parts, classification), question)
    assert parts.providers.calls("c") == 0


async def test_it_is_not_asked_when_the_budget_is_used_up(parts: Parts):
    parts.meter.refuse.add("c/judge")
    decision = await decide(parts, judged(parts), RoutingInput(prompt="hm"))
    assert decision.classifier == "local"
    assert parts.providers.calls("c") == 0


async def test_a_model_that_thinks_gets_room_and_the_least_effort(parts: Parts):
    parts.cards[JUDGE] = ModelCard(ref=JUDGE, thinks=True, efforts=("low", "minimal", "high"))
    parts.providers.script("c/judge", reply("coding"))
    await decide(parts, judged(parts), RoutingInput(prompt="hm"))
    (request,) = parts.providers.made["c"].requests
    assert (request.effort, request.max_tokens) == ("minimal", 256)


async def test_cancelling_cancels_the_call_and_settles_it(parts: Parts):
    parts.providers.script("c/judge", [Hang()])
    task = asyncio.create_task(judged(parts).decide(RoutingInput(prompt="hm")))
    await parts.providers.made["c"].called.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not parts.meter.running_calls
    assert parts.providers.made["c"].open == 0
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_slot_that_is_pinned_asks_nobody(parts: Parts):
    await decide(parts, judged(parts), RoutingInput(prompt="hm", pin=Pin("a/x", slot=slot("a/x"))))
    assert not parts.meter.opened


async def test_making_its_provider_ready_is_not_counted_as_its_slowness():
    parts = Parts(FastClock(1.0))
    parts.providers.script("c/judge", [Pause(0.7), *reply("creative")])
    provider = parts.providers.get("c")
    provider.ready = False

    def preload() -> None:
        time.sleep(0.7)
        provider.ready = True

    provider.preload = preload  # type: ignore[method-assign]
    judge = Judge(JudgeSettings(ref=JUDGE, deadline=1.2), parts.resources)
    classification, cost = await judge.ask(RoutingInput(prompt="hm"), STACK, UNSURE)
    assert (classification.role, classification.classifier, cost) == ("creative", "judge", CENT)


async def test_a_provider_that_is_not_ready_in_time_is_not_asked_to_judge(parts: Parts):
    provider = parts.providers.get("c")
    provider.ready = False
    free = threading.Event()
    provider.preload = lambda: free.wait(20) and None  # type: ignore[method-assign]
    try:
        decision = await decide(parts, judged(parts), RoutingInput(prompt="hm"))
    finally:
        free.set()
    assert (decision.role, decision.classifier) == ("coding", "local")
    assert parts.providers.calls("c") == 0
    assert parts.meter.opened == []


async def test_what_it_costs_is_booked_to_the_chat_and_the_turn(parts: Parts):
    parts.providers.script("c/judge", reply("creative"))
    await decide(parts, judged(parts), RoutingInput(prompt="a poem in Python", chat="c1", turn="t1"))
    assert [(call.purpose, call.chat, call.turn) for call in parts.meter.opened] == [("judge", "c1", "t1")]
