"""Money in a conversation: who has read it, what a switch costs, and what the three settings make of it."""

from pathlib import Path

import pytest

from mixchat.domain.chat_request import GenerationSettings, RoutingInput
from mixchat.domain.decision import Classification, Economy, RoutingDecision
from mixchat.domain.meter import MeteredCall
from mixchat.domain.model import Effort
from mixchat.domain.request import Message, ModelRequest
from mixchat.domain.stack import RoleConfig, Slot, Stack
from mixchat.domain.usage import Usage
from mixchat.ledger.ledger import Ledger
from mixchat.ledger.prices import Prices
from mixchat.routing.cost_facts import CostFacts
from mixchat.routing.cost_order import CostOrder
from mixchat.routing.router import Router
from mixchat.storage.database import Database
from tests.ledger.stage import reserve
from tests.routing.scripted import FixedClassifier, Parts, ScriptedProvider, ref, stack
from tests.routing.steered import SteeredClock

OPUS, SONNET, HAIKU = (f"anthropic/claude-{name}-5-5" for name in ("opus", "sonnet", "haiku"))
STACK = stack(
    daily_driver=[SONNET],
    quick=[HAIKU],
    coding=[SONNET],
    heavy_lifting=[OPUS],
    fallback=["google/gemini-3.8-flash"],
)
CHAT = "c1"


class House:
    """A router with a real ledger, whose clock stands still."""

    def __init__(self, folder: Path, economy: Economy = "balanced") -> None:
        self.clock = SteeredClock()
        self.clock.time = 95_000_000.0  # November 2026
        self.parts = Parts(self.clock)
        for name in ("anthropic", "openai", "google"):
            self.parts.providers.made[name] = ScriptedProvider(name, self.clock)
        prices = Prices(clock=self.clock)
        prices.load()
        self.ledger = Ledger(Database(folder / "history.db"), prices, clock=self.clock)
        self.economy: Economy = economy
        self.order = CostOrder(
            economy=lambda: self.economy,
            facts=CostFacts(lambda: self.ledger, prices, self.clock.now),
            name=lambda model: model.model.split("-")[1],
        )

    def read(
        self,
        model: str,
        tokens: int,
        *,
        effort: Effort | None = None,
        cached: int = 0,
        written: int | None = None,
    ) -> None:
        """Let a model answer in the chat with so many tokens before it."""
        request = ModelRequest(
            ref=ref(model), messages=(Message("user", "word " * round(tokens / 1.3)),), effort=effort
        )
        call = MeteredCall(ref=ref(model), purpose="answer", role="daily-driver", chat=CHAT)
        usage = Usage(
            input=tokens,
            output=300,
            cache_read=cached,
            cache_write=tokens - cached if written is None else written,
        )
        self.ledger.close(
            reserve(self.ledger, call, request), text="", usage=usage, complete=True, failure=None
        )

    def decide(
        self, role: str, prompt: str = "and now?", own: Stack = STACK, **fields: object
    ) -> RoutingDecision:
        said = FixedClassifier(Classification(role, 0.9, "local"))
        router = Router(own, classifier=said, resources=self.parts.resources, economy=self.order)
        asked = {"prompt": prompt, "history": ("hello",), "chat": CHAT, **fields}
        return router.decide_locally(RoutingInput(**asked))  # type: ignore[arg-type]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def first(decision: RoutingDecision) -> str:
    return str(decision.fallback_order[0].ref)


def test_in_a_new_chat_every_role_has_its_own_model(house: House):
    for role, model in (("quick", HAIKU), ("daily-driver", SONNET), ("heavy-lifting", OPUS)):
        decision = house.decide(role, history=(), chat=None)
        assert first(decision) == model
        assert "stayed" not in decision.why


def test_a_quick_question_stays_with_the_model_that_has_read_a_long_chat(house: House):
    house.read(SONNET, 90_000)
    house.clock.time += 30
    decision = house.decide("quick")
    assert first(decision) == SONNET
    assert decision.why == "quick 0.90; stayed with sonnet: it has read this chat, haiku would cost ~$0.0114"
    assert [str(slot.ref) for slot in decision.fallback_order[1:]] == [HAIKU, "google/gemini-3.8-flash"]
    assert decision.skipped == (
        (HAIKU, "stayed with sonnet: it has read this chat, haiku would cost ~$0.0114"),
    )


def test_in_a_short_chat_the_small_model_answers_easy_questions(house: House):
    house.read(SONNET, 3_000)
    house.clock.time += 30
    assert first(house.decide("quick")) == HAIKU


def test_a_hard_question_in_a_long_chat_goes_where_the_economy_says(house: House):
    house.read(SONNET, 31_000)
    house.clock.time += 60
    stayed = house.decide("heavy-lifting")
    assert first(stayed) == SONNET
    assert "stayed with sonnet: it has read this chat, opus would cost " in stayed.why
    assert stayed.alternative is not None
    assert str(stayed.alternative.slot.ref) == OPUS
    assert 0.1 < float(stayed.alternative.usd) < 0.25
    assert float(stayed.alternative.leaving) > 0.1
    house.economy = "quality"
    escalated = house.decide("heavy-lifting")
    assert first(escalated) == OPUS
    assert "stayed" not in escalated.why
    house.economy = "saver"
    assert first(house.decide("heavy-lifting")) == SONNET


def test_a_hard_question_in_a_short_chat_gets_the_strong_model_where_it_is_not_to_be_cheap(house: House):
    house.read(SONNET, 1_500)
    house.clock.time += 60
    assert first(house.decide("heavy-lifting")) == OPUS
    house.economy = "saver"
    decision = house.decide("heavy-lifting")
    assert first(decision) == SONNET
    house.clock.time += 400  # cold: nobody has anything to stay for
    assert first(house.decide("daily-driver")) == HAIKU
    assert house.decide("daily-driver").why.endswith("haiku answers, to save (saver)")


def test_a_hard_question_may_go_to_the_roles_second_model_where_it_is_so_much_cheaper(house: House):
    sol = Slot(ref("openai/gpt-6.1-sol"), effort="high")
    strong = RoleConfig("heavy-lifting", slots=(Slot(ref(OPUS)), sol, Slot(ref("openai/gpt-6-luna"))))
    own = Stack("two", "", {**STACK.roles, "heavy-lifting": strong})
    for house.economy in ("balanced", "quality"):
        assert house.decide("heavy-lifting", own=own, history=(), chat=None).fallback_order[0] == Slot(
            ref(OPUS)
        )
    house.read(SONNET, 31_000)
    house.clock.time += 400
    for house.economy in ("balanced", "quality"):
        decision = house.decide("heavy-lifting", own=own)
        assert decision.fallback_order[0] == sol  # never the third, however cheap
        assert "6.1 answers, for opus would cost " in decision.why


def test_a_cache_lives_from_the_start_of_the_last_request(house: House):
    house.read(SONNET, 90_000)
    house.clock.time += 299
    assert first(house.decide("quick")) == SONNET
    house.clock.time += 2
    assert first(house.decide("quick")) == HAIKU


@pytest.mark.parametrize("change", [{"effort": "high"}, {"system": "Be brief."}, {"search": True}])
def test_another_effort_system_prompt_or_search_is_another_cache(house: House, change: dict[str, object]):
    house.read(SONNET, 90_000)
    house.clock.time += 30
    decision = house.decide("quick", settings=GenerationSettings(**change))  # type: ignore[arg-type]
    assert first(decision) == HAIKU


def test_coding_never_goes_to_another_roles_model_because_it_is_warm(house: House):
    own = stack(daily_driver=["openai/gpt-6-luna"], coding=[SONNET], heavy_lifting=[OPUS])
    house.read("openai/gpt-6-luna", 60_000)
    house.clock.time += 30
    assert first(house.decide("coding", own=own)) == SONNET


def test_the_share_that_is_found_again_is_learned(house: House):
    model = "google/gemini-3.8-flash"
    assert house.ledger.caches.hit(ref(model)) == 0.75
    for _ in range(12):
        house.read(model, 20_000, cached=0, written=0)
        house.clock.time += 20
    assert house.ledger.caches.hit(ref(model)) < 0.2


def test_gaps_and_who_read_what_are_kept_on_disk(house: House, tmp_path: Path):
    house.read(SONNET, 8_000)
    house.clock.time += 200
    house.read(SONNET, 9_000, cached=8_000)
    again = Ledger(Database(tmp_path / "history.db"), Prices(), clock=house.clock)
    assert again.caches.gaps() == (0.0, 1.0, 0.0, 0.0, 0.0, 0.0)
    (kept,) = again.caches.kept(CHAT)
    assert (kept.tokens, kept.life) == (9_000, 300.0)
    assert again.caches.size(CHAT) == pytest.approx((9_000 + 300) / again.estimator.ratio(ref(SONNET)))


def test_a_long_chat_of_somebody_who_pauses_is_kept_for_an_hour(house: House):
    for _ in range(30):
        house.read(SONNET, 40_000, cached=39_000)
        house.clock.time += 1_500
    house.read(SONNET, 40_000)
    house.clock.time += 30
    assert house.decide("daily-driver").long_cache


def test_a_cold_chat_of_somebody_unknown_is_not_written_at_twice_the_price(house: House):
    house.read(SONNET, 40_000)
    house.clock.time += 4_000
    assert not house.decide("daily-driver").long_cache


def test_a_pinned_role_a_private_chat_and_a_role_of_ones_own_are_left_alone(house: House):
    house.read(SONNET, 90_000)
    own = Stack("mine", "", {**STACK.roles, "letters": RoleConfig("letters", slots=(Slot(ref(HAIKU)),))})
    assert first(house.decide("letters", own=own)) == HAIKU
