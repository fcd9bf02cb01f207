"""What routing saved: the same answers at another model's price."""

from decimal import Decimal
from pathlib import Path

from mixchat.domain.meter import Purpose
from mixchat.domain.model import ModelRef
from mixchat.domain.stack import RoleConfig, Slot, Stack
from mixchat.domain.usage import Usage
from mixchat.ledger.savings import daily_driver, saving, strongest
from tests.ledger.stage import BIG, LOCAL, UNPRICED, SteeredClock, call, ledger, request, reserve

OPUS = ModelRef.parse("anthropic/claude-opus-5-5")
HAIKU = ModelRef.parse("anthropic/claude-haiku-5-5")


def test_the_answers_are_priced_on_the_other_model_and_set_against_all_that_routing_cost(tmp_path: Path):
    book = ledger(tmp_path)
    usage = Usage(input=1_000, output=1_000)
    made_calls: tuple[tuple[ModelRef, Purpose, str | None], ...] = (
        (BIG, "answer", "coding"), (LOCAL, "answer", "quick"), (BIG, "judge", None), (BIG, "title", None),
        (BIG, "answer", None), (UNPRICED, "answer", "coding"),
    )  # fmt: skip
    for ref, purpose, role in made_calls:
        made = call(ref, purpose=purpose, role=role)
        book.close(reserve(book, made, request(ref=ref)), text="", usage=usage, complete=True, failure=None)
    result = saving(book.database, book.prices, OPUS, "2026-11-01")
    assert result.answers == 2, "neither what was pinned, nor a title, nor what has no price"
    assert result.instead == Decimal("0.048"), "two answers of 1,000 in at $4 and 1,000 out at $20"
    assert result.spent == Decimal("0.010"), "one answer and the judge at $0.005 each"
    assert result.saved == Decimal("0.038")
    assert str(OPUS) in result.rule
    assert result.rule.startswith("An estimate")


def test_a_long_prompt_is_priced_at_the_other_models_tier(tmp_path: Path):
    book = ledger(tmp_path)
    for tokens in (50_000, 150_000):
        usage = Usage(input=tokens, output=0)
        book.close(reserve(book, call(), request()), text="", usage=usage, complete=True, failure=None)
    result = saving(book.database, book.prices, HAIKU, "2026-11-01")
    assert result.instead == Decimal("0.005") + Decimal("0.075")


def test_an_answer_is_priced_as_on_its_own_day(tmp_path: Path):
    clock = SteeredClock()
    book = ledger(tmp_path, clock=clock)
    for _ in range(3):
        usage = Usage(input=1_000_000, output=0)
        book.close(reserve(book, call(), request()), text="", usage=usage, complete=True, failure=None)
        clock.time += 5 * 86_400
    argon = ModelRef.parse("google/gemini-4-argon")
    assert book.prices.changes(argon) == ("2026-12-01",)
    result = saving(book.database, book.prices, argon, "2026-11-01")
    assert result.instead == 2 + 2 + 4, "on 23 and 28 November $2, on 3 December $4"


def test_a_model_of_unknown_price_saves_nobody_knows_what(tmp_path: Path):
    book = ledger(tmp_path)
    book.close(
        reserve(book, call(), request()),
        text="",
        usage=Usage(input=1, output=1),
        complete=True,
        failure=None,
    )
    assert saving(book.database, book.prices, UNPRICED, "2026-11-01").saved is None


def test_the_strongest_slot_is_the_dearest_of_known_price(tmp_path: Path):
    prices = ledger(tmp_path).prices
    posts = {
        "coding": RoleConfig("coding", slots=(Slot(BIG), Slot(UNPRICED))),
        "heavy": RoleConfig("heavy", plan=Slot(OPUS), execute=Slot(LOCAL)),
    }
    assert strongest(Stack("mine", "", posts), prices) == OPUS
    assert strongest(Stack("mine", "", {"quick": RoleConfig("quick", slots=(Slot(LOCAL),))}), prices) is None


def test_only_first_slots_in_reach_are_compared_with(tmp_path: Path):
    prices = ledger(tmp_path).prices
    posts = {
        "daily-driver": RoleConfig("daily-driver", slots=(Slot(HAIKU), Slot(BIG))),
        "coding": RoleConfig("coding", slots=(Slot(BIG), Slot(OPUS))),
        "heavy-lifting": RoleConfig("heavy-lifting", slots=(Slot(OPUS), Slot(BIG))),
    }
    stack = Stack("mine", "", posts)
    assert strongest(stack, prices) == OPUS
    assert daily_driver(stack) == HAIKU
    without = BIG.provider.__eq__
    assert strongest(stack, prices, without) == BIG
    assert daily_driver(stack, without) == BIG
