"""Decisions: pin, classifier, judge; and the fallback order that can really take the prompt."""

from decimal import Decimal

import pytest

from mixchat.domain.chat_request import Pin, RoutingInput
from mixchat.domain.decision import Classification, Evidence
from mixchat.domain.errors import Failure, NoLocalModel
from mixchat.domain.model import ModelCard
from mixchat.domain.stack import RoleConfig, Stack
from mixchat.domain.turn import FileRef
from mixchat.routing.cost_order import CostOrder
from mixchat.routing.judge import Judge, JudgeSettings
from mixchat.routing.router import Router
from tests.routing.scripted import FixedClassifier, Parts, asking, played, ref, slot, stack
from tests.routing.steered import SteeredClock

CODING = Classification(
    "coding",
    0.93,
    "local",
    (
        Evidence("'fix'", 0.5),
        Evidence("code fence", 2.0),
        Evidence("`TypeError`", 1.0),
        Evidence("'the'", 0.1),
    ),
    (("daily-driver", 0.05),),
    0.88,
)
STACK = stack(coding=["a/x", "b/y"], daily_driver=["b/y", "c/z"], fallback=["local/tiny"])


@pytest.fixture
def parts() -> Parts:
    return Parts(SteeredClock())


def router(
    parts: Parts,
    own: Stack = STACK,
    *,
    economy: CostOrder | None = None,
    classification: Classification = CODING,
) -> Router:
    return Router(own, classifier=FixedClassifier(classification), resources=parts.resources, economy=economy)


def refs(fallback_order: object) -> list[str]:
    return [str(one.ref) for one in fallback_order]  # type: ignore[attr-defined]


async def test_the_reason_is_in_words_made_from_the_evidence(parts: Parts):
    decision = await router(parts).decide(RoutingInput(prompt="fix this"))
    assert decision.why == "coding 0.93: code fence, `TypeError`, 'fix'"
    assert (decision.role, decision.confidence, decision.classifier) == ("coding", 0.93, "local")
    assert refs(decision.fallback_order) == ["a/x", "b/y", "c/z", "local/tiny"]
    assert decision.evidence == CODING.evidence
    assert decision.alternatives == CODING.alternatives


async def test_deciding_locally_is_the_same_without_a_judge(parts: Parts):
    made = router(parts)
    question = RoutingInput(prompt="fix this")
    assert made.decide_locally(question) == await made.decide(question)


async def test_a_pinned_model_is_the_only_one_and_nothing_is_classified(parts: Parts):
    classifier = FixedClassifier(CODING)
    made = Router(STACK, classifier=classifier, resources=parts.resources)
    decision = await made.decide(RoutingInput(prompt="fix this", pin=Pin("c/z", slot=slot("c/z"))))
    assert (decision.role, decision.classifier, decision.pinned) == (None, "pin", True)
    assert refs(decision.fallback_order) == ["c/z"]
    assert classifier.asked == 0


async def test_a_pinned_role_is_its_fallback_order_and_nothing_is_classified(parts: Parts):
    classifier = FixedClassifier(CODING)
    made = Router(STACK, classifier=classifier, resources=parts.resources)
    decision = await made.decide(
        RoutingInput(prompt="fix this", pin=Pin("daily-driver", role="daily-driver"))
    )
    assert (decision.role, decision.classifier, decision.pinned) == ("daily-driver", "pin", False)
    assert refs(decision.fallback_order) == ["b/y", "c/z", "local/tiny"]
    assert classifier.asked == 0


async def test_a_role_that_the_stack_leaves_out_goes_to_daily_driver_and_says_so(parts: Parts):
    decision = await router(parts, classification=Classification("creative", 0.7, "local")).decide(
        RoutingInput(prompt="a poem")
    )
    assert refs(decision.fallback_order) == ["b/y", "c/z", "local/tiny"]
    assert decision.why.endswith("the stack test has no models for it")


async def test_slots_without_a_key_are_passed_over_with_the_reason(parts: Parts):
    own = stack(coding=["zeta/big", "a/x"], fallback=["local/tiny"])
    decision = await router(parts, own).decide(RoutingInput(prompt="fix this"))
    assert refs(decision.fallback_order) == ["a/x", "local/tiny"]
    assert decision.skipped == (("zeta/big", "no key or address for zeta"),)


async def test_a_pinned_model_without_a_key_has_no_fallback_order_and_the_run_says_what_to_do(parts: Parts):
    made = router(parts)
    decision = await made.decide(RoutingInput(prompt="Hi", pin=Pin("zeta/big", slot=slot("zeta/big"))))
    assert decision.fallback_order == ()
    run = made.run(asking("Hi"), decision)
    await played(run)
    assert run.failure is not None
    assert (run.failure.code, run.failure.message) == ("auth", "Set ZETA_API_KEY.")


async def test_a_resting_model_comes_last_and_the_countdown_is_told(parts: Parts):
    parts.health.failed(ref("a/x"), Failure("overloaded", "Busy."))
    decision = await router(parts).decide(RoutingInput(prompt="fix this"))
    assert refs(decision.fallback_order) == ["b/y", "c/z", "local/tiny", "a/x"]
    assert decision.skipped == (("a/x", "unavailable, retry in 12 s: Busy."),)


async def test_images_go_to_models_that_see(parts: Parts):
    parts.cards[ref("a/x")] = ModelCard(ref=ref("a/x"), images=False)
    image = FileRef("cat.png", "image/png", 10)
    decision = await router(parts).decide(RoutingInput(prompt="What is this?", files=(image,)))
    assert "a/x" not in refs(decision.fallback_order)
    assert ("a/x", "cannot see images") in decision.skipped


async def test_a_model_of_which_nobody_knows_whether_it_sees_comes_after_those_that_do(parts: Parts):
    parts.cards[ref("b/y")] = ModelCard(ref=ref("b/y"), images=True)
    own = stack(coding=["a/x", "b/y"], fallback=["c/z"])
    image = FileRef("cat.png", "image/png", 10)
    seen = await router(parts, own).decide(RoutingInput(prompt="fix this", files=(image,)))
    assert refs(seen.fallback_order) == ["b/y", "a/x", "c/z"]
    text = FileRef("cat.txt", "text/plain", 10)
    read = await router(parts, own).decide(RoutingInput(prompt="fix this", files=(text,)))
    assert refs(read.fallback_order) == ["a/x", "b/y", "c/z"]


async def test_a_private_role_takes_only_local_slots(parts: Parts):
    own = stack(
        coding=RoleConfig("coding", slots=(slot("a/x"), slot("local/tiny")), private=True),
        daily_driver=["b/y"],
    )
    decision = await router(parts, own).decide(RoutingInput(prompt="fix this"))
    assert decision.private
    assert refs(decision.fallback_order) == ["local/tiny"]
    assert decision.skipped == (("a/x", "is not on this machine, and this is private"),)


async def test_a_private_chat_may_take_any_local_slot_of_the_stack(parts: Parts):
    own = stack(coding=["a/x"], quick=["local/tiny"])
    decision = await router(parts, own).decide(RoutingInput(prompt="fix this", private=True))
    assert refs(decision.fallback_order) == ["local/tiny"]


async def test_a_cloud_model_behind_a_local_server_is_not_private(parts: Parts):
    own = stack(
        coding=RoleConfig("coding", slots=(slot("local/glm-cloud"), slot("local/tiny")), private=True)
    )
    decision = await router(parts, own).decide(RoutingInput(prompt="fix this"))
    assert [str(one.ref) for one in decision.fallback_order] == ["local/tiny"]


async def test_a_private_role_does_not_borrow_slots(parts: Parts):
    own = stack(coding=RoleConfig("coding", slots=(slot("a/x"),), private=True), fallback=["local/tiny"])
    with pytest.raises(NoLocalModel, match="the role coding has no model on this machine"):
        await router(parts, own).decide(RoutingInput(prompt="fix this"))


async def test_a_private_chat_without_a_local_slot_is_stopped(parts: Parts):
    own = stack(coding=["a/x"])
    question = RoutingInput(prompt="fix this", private=True)
    with pytest.raises(NoLocalModel):
        await router(parts, own).decide(question)
    assert router(parts, own).decide_locally(question).fallback_order == ()


async def test_a_private_chat_does_not_let_a_pin_out(parts: Parts):
    question = RoutingInput(prompt="fix this", private=True, pin=Pin("a/x", slot=slot("a/x")))
    with pytest.raises(NoLocalModel, match="a/x is not on this machine"):
        await router(parts).decide(question)


async def test_a_two_step_role_has_a_planner_unless_it_goes_on(parts: Parts):
    post = RoleConfig("coding", plan=slot("a/thinker"), execute=slot("b/doer"), system="Be terse.")
    own = stack(coding=post, fallback=["c/z"])
    decision = await router(parts, own).decide(RoutingInput(prompt="fix this"))
    assert decision.plan == slot("a/thinker")
    assert refs(decision.fallback_order) == ["b/doer", "c/z"]
    assert decision.system == "Be terse."
    assert (await router(parts, own).decide(RoutingInput(prompt="fix this", continues=True))).plan is None


async def test_a_planner_out_of_reach_is_left_out_and_told(parts: Parts):
    own = stack(coding=RoleConfig("coding", plan=slot("zeta/thinker"), execute=slot("b/doer")))
    decision = await router(parts, own).decide(RoutingInput(prompt="fix this"))
    assert decision.plan is None
    assert decision.skipped == (("zeta/thinker", "no key or address for zeta, so nothing is planned"),)


async def test_a_stack_can_be_exchanged_at_any_time(parts: Parts):
    made = router(parts)
    made.stack = stack(coding=["c/z"])
    assert refs((await made.decide(RoutingInput(prompt="fix this"))).fallback_order) == ["c/z"]


PRICES = {"a/x": Decimal(15), "b/y": Decimal(3), "c/z": Decimal("0.5")}


def economy(**fields: object) -> CostOrder:
    return CostOrder(price=lambda model: PRICES.get(str(model)), **fields)  # type: ignore[arg-type]


async def test_near_a_budget_the_cheaper_slot_goes_first_and_it_is_said(parts: Parts):
    decision = await router(parts, economy=economy(budget_used=lambda chat: 0.9)).decide(
        RoutingInput(prompt="fix this")
    )
    assert refs(decision.fallback_order) == ["c/z", "b/y", "a/x", "local/tiny"]
    assert decision.why.endswith("; 90% of the budget is used, so the cheaper model goes first")
    assert decision.skipped == (("a/x", "90% of the budget is used: the cheaper c/z goes first"),)


async def test_far_from_a_budget_the_stacks_order_stays(parts: Parts):
    decision = await router(parts, economy=economy(budget_used=lambda chat: 0.5)).decide(
        RoutingInput(prompt="fix this")
    )
    assert refs(decision.fallback_order)[0] == "a/x"


async def test_an_unknown_price_is_not_a_cheap_one(parts: Parts):
    own = stack(coding=["a/x", "a/unknown", "b/y"])
    decision = await router(parts, own, economy=economy(budget_used=lambda chat: 1.0)).decide(
        RoutingInput(prompt="fix this")
    )
    assert refs(decision.fallback_order) == ["b/y", "a/unknown", "a/x"]


async def test_a_pin_is_not_moved_by_money(parts: Parts):
    by = economy(budget_used=lambda chat: 1.0)
    decision = await router(parts, economy=by).decide(
        RoutingInput(prompt="Hi", pin=Pin("coding", role="coding"))
    )
    assert refs(decision.fallback_order)[0] == "a/x"


async def test_a_private_prompt_never_goes_to_the_judge(parts: Parts):
    judge = Judge(JudgeSettings(ref=ref("c/judge"), margin=1.0), parts.resources)
    unsure = Classification("coding", 0.4, "local", margin=0.01)
    made = Router(STACK, classifier=FixedClassifier(unsure), resources=parts.resources, advisers=[judge])
    await made.decide(RoutingInput(prompt="fix this", private=True))
    own = stack(coding=RoleConfig("coding", slots=(slot("local/tiny"),), private=True))
    made.stack = own
    await made.decide(RoutingInput(prompt="fix this"))
    assert parts.providers.calls("c") == 0


async def test_a_private_picture_that_the_model_here_cannot_see_is_not_called_elsewhere(parts: Parts):
    parts.cards[ref("local/tiny")] = ModelCard(ref=ref("local/tiny"), images=False)
    image = FileRef("cat.png", "image/png", 10)
    question = RoutingInput(
        prompt="fix this", private=True, files=(image,), pin=Pin("local/tiny", slot=slot("local/tiny"))
    )
    with pytest.raises(NoLocalModel, match=r"local/tiny: cannot see images\)") as caught:
        await router(parts).decide(question)
    assert "not on this machine" not in caught.value.message
