"""Sixty and more calls whose cost is worked out by hand from the prices written here, not by any price list.

`cents(...)` takes the lines of a bill: how many tokens at how many dollars a million. The buckets are split by
hand: what came from the cache and what went to it is taken off the input before the rest is charged.
"""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from mixchat.config.config import PriceConfig
from mixchat.domain.model import ModelRef
from mixchat.domain.usage import Usage
from mixchat.ledger.prices import Prices
from tests.ledger.stage import SteeredClock

TODAY = "2026-11-23"
NANO = Decimal("1e-9")


def bill(*lines: tuple[int, str], searches: tuple[int, str] = (0, "0"), requests: str = "0") -> Decimal:
    """Return dollars for (tokens, dollars per million) lines, (searches, dollars per thousand) and a request's fee."""
    tokens = sum((count * Decimal(price) for count, price in lines), Decimal(0)) / 1_000_000
    return tokens + searches[0] * Decimal(searches[1]) / 1_000 + Decimal(requests) / 1_000


# name, model, usage, the bill by hand, day
CASES: list[tuple[str, str, Usage, Decimal, str]] = [
    # Anthropic: cache counts are part of the input; a write for five minutes costs 1.25, one for an hour 2 times the input
    ("haiku 4.5", "anthropic/claude-haiku-4-5", Usage(input=1000, output=500), bill((1000, "1"), (500, "5")), TODAY),
    ("haiku 4.5, all buckets", "anthropic/claude-haiku-4-5", Usage(input=10_000, output=700, cache_read=6_000, cache_write=3_000), bill((1_000, "1"), (6_000, ".1"), (3_000, "1.25"), (700, "5")), TODAY),
    ("haiku 5.5, small prompt", "anthropic/claude-haiku-5-5", Usage(input=50_000, output=1_000), bill((50_000, ".1"), (1_000, ".5")), TODAY),
    ("haiku 5.5 at exactly 100k", "anthropic/claude-haiku-5-5", Usage(input=100_000, output=1_000), bill((100_000, ".1"), (1_000, ".5")), TODAY),
    ("haiku 5.5 one above 100k costs five times as much", "anthropic/claude-haiku-5-5", Usage(input=100_001, output=1_000), bill((100_001, ".5"), (1_000, "2.5")), TODAY),
    ("haiku 5.5 above 100k by what it read from the cache", "anthropic/claude-haiku-5-5", Usage(input=150_000, output=10, cache_read=140_000), bill((10_000, ".5"), (140_000, ".05"), (10, "2.5")), TODAY),
    ("sonnet 4.6", "anthropic/claude-sonnet-4-6", Usage(input=1_234, output=567), bill((1_234, "3"), (567, "15")), TODAY),
    ("sonnet 4.6 above 200k, since its tier ended", "anthropic/claude-sonnet-4-6", Usage(input=300_000, output=1_000), bill((300_000, "3"), (1_000, "15")), TODAY),
    ("sonnet 4.6 above 200k, the day before its tier ended", "anthropic/claude-sonnet-4-6", Usage(input=300_000, output=1_000), bill((300_000, "6"), (1_000, "22.5")), "2026-03-12"),
    ("sonnet 4.6 written for an hour", "anthropic/claude-sonnet-4-6", Usage(input=5_000, output=10, cache_write=4_000, cache_write_long=4_000), bill((1_000, "3"), (4_000, "6"), (10, "15")), TODAY),
    ("sonnet 5.5", "anthropic/claude-sonnet-5-5", Usage(input=2_000, output=1_000), bill((2_000, "2"), (1_000, "10")), TODAY),
    ("sonnet 5.5 with reads, writes and a search", "anthropic/claude-sonnet-5-5", Usage(input=113, output=25, cache_read=100, cache_write=3, searches=1), bill((10, "2"), (100, ".1"), (3, "2.5"), (25, "10"), searches=(1, "10")), TODAY),
    ("sonnet 5.5 with both kinds of writes", "anthropic/claude-sonnet-5-5", Usage(input=9_000, output=1, cache_write=8_000, cache_write_long=5_000), bill((1_000, "2"), (3_000, "2.5"), (5_000, "4"), (1, "10")), TODAY),
    ("sonnet 5.5 thinking is part of the output", "anthropic/claude-sonnet-5-5", Usage(input=10, output=5_000, reasoning=4_900), bill((10, "2"), (5_000, "10")), TODAY),
    ("sonnet 5.5 in a batch", "anthropic/claude-sonnet-5-5", Usage(input=1_000, output=1_000, tier="batch"), bill((1_000, "1"), (1_000, "5")), TODAY),
    ("sonnet 5.5 by its dated name", "anthropic/claude-sonnet-5-5-20261001", Usage(input=1_000, output=1_000), bill((1_000, "2"), (1_000, "10")), TODAY),
    ("opus 4.6", "anthropic/claude-opus-4-6", Usage(input=1_000, output=1_000, cache_read=400), bill((600, "5"), (400, ".5"), (1_000, "25")), TODAY),
    ("opus 5.5", "anthropic/claude-opus-5-5", Usage(input=40_000, output=3_000, cache_read=30_000, cache_write=9_999), bill((1, "4"), (30_000, ".2"), (9_999, "5"), (3_000, "20")), TODAY),
    ("opus 5.5 fast costs double", "anthropic/claude-opus-5-5", Usage(input=1_000, output=1_000, tier="fast"), bill((1_000, "8"), (1_000, "40")), TODAY),
    ("opus 5.5 at the standard tier", "anthropic/claude-opus-5-5", Usage(input=1_000, output=1_000, tier="standard"), bill((1_000, "4"), (1_000, "20")), TODAY),
    ("fable 5.2", "anthropic/claude-fable-5-2", Usage(input=7_000, output=900, cache_read=6_999), bill((1, "8"), (6_999, ".2"), (900, "40")), TODAY),
    ("fable 5.2 writes its cache", "anthropic/claude-fable-5-2", Usage(input=7_000, output=900, cache_write=7_000), bill((7_000, "10"), (900, "40")), TODAY),
    # OpenAI: what was cached is part of the input; newer models charge for writing the cache
    ("gpt-4.1", "openai/gpt-4.1", Usage(input=3_000, output=400), bill((3_000, "2"), (400, "8")), TODAY),
    ("gpt-4.1 half from the cache", "openai/gpt-4.1", Usage(input=3_000, output=400, cache_read=1_500), bill((1_500, "2"), (1_500, ".5"), (400, "8")), TODAY),
    ("gpt-4.1 all from the cache", "openai/gpt-4.1", Usage(input=3_000, output=0, cache_read=3_000), bill((3_000, ".5")), TODAY),
    ("gpt-4.1-mini", "openai/gpt-4.1-mini", Usage(input=17, output=3, cache_read=16), bill((1, ".4"), (16, ".1"), (3, "1.6")), TODAY),
    ("gpt-4.1-mini with three searches", "openai/gpt-4.1-mini", Usage(input=100, output=100, searches=3), bill((100, ".4"), (100, "1.6"), searches=(3, "10")), TODAY),
    ("o3 thinking is part of the output", "openai/o3", Usage(input=100, output=2_000, reasoning=1_900), bill((100, "2"), (2_000, "8")), TODAY),
    ("o3 before its price fell", "openai/o3", Usage(input=100, output=2_000), bill((100, "10"), (2_000, "40")), "2025-06-09"),
    ("o3 the day its price fell", "openai/o3", Usage(input=100, output=2_000), bill((100, "2"), (2_000, "8")), "2025-06-10"),
    ("o3 flex costs half", "openai/o3", Usage(input=1_000, output=1_000, cache_read=500, tier="flex"), bill((500, "1"), (500, ".25"), (1_000, "4")), TODAY),
    ("gpt-5.4", "openai/gpt-5.4", Usage(input=1_000, output=1_000, cache_read=1), bill((999, "2.5"), (1, ".25"), (1_000, "15")), TODAY),
    ("gpt-5.4-mini", "openai/gpt-5.4-mini", Usage(input=1_001, output=77, cache_read=1_000), bill((1, ".75"), (1_000, ".075"), (77, "4.5")), TODAY),
    ("gpt-5.5", "openai/gpt-5.5", Usage(input=272_000, output=10), bill((272_000, "5"), (10, "30")), TODAY),
    ("gpt-5.5 above 272k", "openai/gpt-5.5", Usage(input=272_001, output=10), bill((272_001, "10"), (10, "45")), TODAY),
    ("gpt-5.5 flex", "openai/gpt-5.5", Usage(input=1_000, output=1_000, tier="flex"), bill((1_000, "2.5"), (1_000, "15")), TODAY),
    ("gpt-5.6-sol", "openai/gpt-5.6-sol", Usage(input=1_000, output=1_000), bill((1_000, "4"), (1_000, "20")), TODAY),
    ("gpt-5.6-terra", "openai/gpt-5.6-terra", Usage(input=1_000, output=1_000), bill((1_000, "2"), (1_000, "12")), TODAY),
    ("gpt-5.6-luna", "openai/gpt-5.6-luna", Usage(input=1_000, output=1_000), bill((1_000, ".2"), (1_000, "1.2")), TODAY),
    ("gpt-6-astra with all buckets", "openai/gpt-6-astra", Usage(input=10_000, output=2_000, cache_read=5_000, cache_write=4_000), bill((1_000, "10"), (5_000, "1"), (4_000, "12.5"), (2_000, "50")), TODAY),
    ("gpt-6.1-sol", "openai/gpt-6.1-sol", Usage(input=10_000, output=2_000, cache_read=5_000, cache_write=4_000), bill((1_000, "2"), (5_000, ".1"), (4_000, "2.5"), (2_000, "10")), TODAY),
    ("gpt-6.1-sol above 272k", "openai/gpt-6.1-sol", Usage(input=300_000, output=2_000), bill((300_000, "4"), (2_000, "15")), TODAY),
    ("gpt-6.1-terra", "openai/gpt-6.1-terra", Usage(input=900, output=1_100, cache_read=300), bill((600, "1"), (300, ".05"), (1_100, "5")), TODAY),
    ("gpt-6.1-terra priority costs double", "openai/gpt-6.1-terra", Usage(input=900, output=1_100, tier="priority"), bill((900, "2"), (1_100, "10")), TODAY),
    ("gpt-6-luna", "openai/gpt-6-luna", Usage(input=1, output=1), bill((1, ".1"), (1, ".5")), TODAY),
    ("gpt-6-luna flex", "openai/gpt-6-luna", Usage(input=2_000, output=200, cache_write=1_000, tier="flex"), bill((1_000, ".05"), (1_000, ".0625"), (200, ".25")), TODAY),
    ("gpt-6-luna batch", "openai/gpt-6-luna", Usage(input=2_000, output=200, tier="batch"), bill((2_000, ".05"), (200, ".25")), TODAY),
    ("gpt-6-luna at the default tier", "openai/gpt-6-luna", Usage(input=2_000, output=200, tier="default"), bill((2_000, ".1"), (200, ".5")), TODAY),
    ("an embedding has no output", "openai/text-embedding-3-small", Usage(input=8_000), bill((8_000, ".02")), TODAY),
    # Google: thoughts are part of the output
    ("gemini 2.5 flash", "google/gemini-2.5-flash", Usage(input=1_000, output=25, cache_read=118, reasoning=7), bill((882, ".3"), (118, ".03"), (25, "2.5")), TODAY),
    ("gemini 2.5 flash with a search", "google/gemini-2.5-flash", Usage(input=1_000, output=25, searches=1), bill((1_000, ".3"), (25, "2.5"), searches=(1, "35")), TODAY),
    ("gemini 2.5 pro", "google/gemini-2.5-pro", Usage(input=200_000, output=1_000), bill((200_000, "1.25"), (1_000, "10")), TODAY),
    ("gemini 2.5 pro above 200k", "google/gemini-2.5-pro", Usage(input=200_001, output=1_000), bill((200_001, "2.5"), (1_000, "15")), TODAY),
    ("gemini 3.5 flash lite", "google/gemini-3.5-flash-lite", Usage(input=64, output=2), bill((64, ".3"), (2, "2.5")), TODAY),
    ("gemini 3.8 flash", "google/gemini-3.8-flash", Usage(input=5_000, output=1_000, cache_read=4_000), bill((1_000, ".75"), (4_000, ".075"), (1_000, "3.75")), TODAY),
    ("gemini 3.8 flash on the last day of the year", "google/gemini-3.8-flash", Usage(input=5_000, output=1_000), bill((5_000, ".75"), (1_000, "3.75")), "2026-12-31"),
    ("gemini 3.8 flash from the new year", "google/gemini-3.8-flash", Usage(input=5_000, output=1_000), bill((5_000, "1.5"), (1_000, "7.5")), "2027-01-01"),
    ("gemini 3.8 flash with two searches", "google/gemini-3.8-flash", Usage(input=5_000, output=1_000, searches=2), bill((5_000, ".75"), (1_000, "3.75"), searches=(2, "14")), TODAY),
    ("gemini 3.1 pro", "google/gemini-3.1-pro-preview", Usage(input=1_000, output=1_000), bill((1_000, "2"), (1_000, "12")), TODAY),
    ("gemini 3.1 pro above 200k, cached", "google/gemini-3.1-pro-preview", Usage(input=250_000, output=1_000, cache_read=100_000), bill((150_000, "4"), (100_000, ".4"), (1_000, "18")), TODAY),
    ("gemini 4 argon in November", "google/gemini-4-argon", Usage(input=1_000, output=1_000, cache_read=10), bill((990, "2"), (10, ".1"), (1_000, "10")), "2026-11-30"),
    ("gemini 4 argon in December", "google/gemini-4-argon", Usage(input=1_000, output=1_000, cache_read=10), bill((990, "4"), (10, ".2"), (1_000, "20")), "2026-12-01"),
    ("gemini 4 argon in a batch", "google/gemini-4-argon", Usage(input=1_000, output=1_000, tier="batch"), bill((1_000, "1"), (1_000, "5")), TODAY),
    # Others
    ("cohere command-a", "cohere/command-a", Usage(input=1_000, output=1_000), bill((1_000, "2.5"), (1_000, "10")), TODAY),
    ("cohere embeddings", "cohere/embed-v4.0", Usage(input=123), bill((123, ".12")), TODAY),
    ("groq", "groq/llama-3.3-70b-versatile", Usage(input=10_000, output=10_000), bill((10_000, ".59"), (10_000, ".79")), TODAY),
    ("groq has no cache price: what came from it costs what input costs", "groq/llama-3.3-70b-versatile", Usage(input=10_000, output=10_000, cache_read=9_000), bill((10_000, ".59"), (10_000, ".79")), TODAY),
    ("openrouter by the list", "openrouter/anthropic/claude-sonnet-5.5", Usage(input=1_000, output=1_000, cache_read=500), bill((500, "2"), (500, ".1"), (1_000, "10")), TODAY),
    ("openrouter says what it charged", "openrouter/anthropic/claude-sonnet-5.5", Usage(input=1_000, output=1_000, billed=Decimal("0.0123456789")), Decimal("0.0123456789"), TODAY),
    ("a gateway says what it charged for a model nobody knows", "work/unheard-of", Usage(input=1, output=1, billed=Decimal("0.000001")), Decimal("0.000001"), TODAY),
    ("a gateway says that it charged nothing", "work/unheard-of", Usage(input=1, output=1, billed=Decimal(0)), Decimal(0), TODAY),
    ("a model on this machine", "local/smollm2-135m", Usage(input=10_000, output=10_000), Decimal(0), TODAY),
    ("ollama on this machine", "ollama/llama3.3:70b", Usage(input=10_000, output=10_000), Decimal(0), TODAY),
    ("a server of one's own", "work/big", Usage(input=2_000, output=1_000, cache_read=500), bill((1_500, "1"), (500, ".1"), (1_000, "4")), TODAY),
    ("a cache price left out is that of the input", "work/plain", Usage(input=2_000, output=1_000, cache_read=500, cache_write=500), bill((2_000, "1"), (1_000, "4")), TODAY),
    ("the config goes before the list", "openai/gpt-4.1-nano", Usage(input=1_000_000, output=1_000_000, cache_read=400_000), bill((600_000, "7"), (400_000, "7"), (1_000_000, "9")), TODAY),
    ("the config corrects one price and the list keeps the others", "openai/gpt-4o", Usage(input=1_000, output=1_000, cache_read=400), bill((600, "2.5"), (400, "1"), (1_000, "10")), TODAY),
    ("a count of the cache above the input is charged once", "openai/gpt-4.1", Usage(input=10, output=1, cache_read=12), bill((12, ".5"), (1, "8")), TODAY),
    ("nothing used costs nothing", "openai/gpt-4.1", Usage(input=0, output=0), Decimal(0), TODAY),
]  # fmt: skip

UNKNOWN: list[tuple[str, str, Usage]] = [
    ("a model newer than the list", "openai/gpt-6.2-sol", Usage(input=10, output=10)),
    ("another one", "openai/gpt-6.2-astra", Usage(input=10, output=10)),
    ("a Gemini that is not listed", "google/gemini-4-carbon", Usage(input=10, output=10)),
    ("a name that begins like a listed one", "google/gemini-3.8-flash-lite", Usage(input=10, output=10)),
    ("an embedding that is not listed", "cohere/embed-english-v3.0", Usage(input=10)),
    ("a server of one's own that serves a listed name", "work/gpt-4.1", Usage(input=10, output=10)),
    ("a server of one's own named like a provider of the list", "azure/gpt-4.1", Usage(input=10, output=10)),
    ("an Ollama model that runs in the cloud", "ollama/gpt-oss:120b-cloud", Usage(input=10, output=10)),
    ("a tier that the list has no price for", "anthropic/claude-sonnet-5-5", Usage(input=10, output=10, tier="priority")),
    ("a search that has no price", "groq/llama-3.3-70b-versatile", Usage(input=10, output=10, searches=1)),
    ("an output that has no price", "work/half", Usage(input=10, output=10)),
    ("no count of the input", "openai/gpt-4.1", Usage(output=10)),
    ("no count of the output", "openai/gpt-4.1", Usage(input=10)),
]  # fmt: skip

OVERRIDES = {
    "work/big": PriceConfig(input=Decimal("1.0"), output=Decimal("4.0"), cache_read=Decimal("0.1")),
    "work/plain": PriceConfig(input=Decimal(1), output=Decimal(4)),
    "work/half": PriceConfig(input=Decimal(1)),
    "openai/gpt-4.1-nano": PriceConfig(input=Decimal(7), output=Decimal(9)),
    "openai/gpt-4o": PriceConfig(cache_read=Decimal(1)),
}


@pytest.fixture(scope="module")
def prices() -> Prices:
    return Prices(OVERRIDES, clock=SteeredClock())


def moment(day: str) -> float:
    return datetime.fromisoformat(f"{day}T12:00:00+00:00").astimezone(UTC).timestamp()


def test_the_table_has_sixty_cases_and_more():
    assert len(CASES) >= 60
    assert len({name for name, *_ in CASES}) == len(CASES)


@pytest.mark.parametrize(
    ("ref", "usage", "expected", "day"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_call_costs_what_the_bill_by_hand_says(
    prices: Prices, ref: str, usage: Usage, expected: Decimal, day: str
):
    cost = prices.price(ModelRef.parse(ref), usage, moment(day))
    assert isinstance(cost, Decimal)
    assert abs(cost - expected) <= NANO


@pytest.mark.parametrize(("ref", "usage"), [case[1:] for case in UNKNOWN], ids=[case[0] for case in UNKNOWN])
def test_an_unknown_price_is_none_and_never_zero(prices: Prices, ref: str, usage: Usage):
    assert prices.price(ModelRef.parse(ref), usage, moment(TODAY)) is None


def test_rates_say_since_when_and_by_whom(prices: Prices):
    dated = prices.rates(ModelRef.parse("google/gemini-4-argon"), moment("2026-12-24"))
    assert dated is not None
    assert dated.date.isoformat() == "2026-12-01"
    assert dated.source.startswith("genai-prices")
    own = prices.rates(ModelRef.parse("work/big"), moment(TODAY))
    assert own is not None
    assert (own.input, own.output, own.cache_read, own.source) == (1, 4, Decimal("0.1"), "config")
    here = prices.rates(ModelRef.parse("local/tiny"))
    assert here is not None
    assert here.source == "this machine"


def test_ollama_elsewhere_has_no_price():
    away = Prices(at_home=lambda provider: provider == "local")
    assert away.rates(ModelRef.parse("ollama/llama3.3")) is None
    assert away.price(ModelRef.parse("local/tiny"), Usage(input=1, output=1)) == 0


@pytest.mark.parametrize("provider", ["lmstudio", "llamacpp", "vllm"])
def test_a_server_on_this_machine_costs_nothing_and_one_elsewhere_nobody_knows_what(provider: str):
    used = Usage(input=1, output=1)
    assert Prices(at_home=lambda name: True).price(ModelRef(provider, "qwen3"), used) == 0
    assert Prices(at_home=lambda name: False).price(ModelRef(provider, "qwen3"), used) is None


def test_a_server_of_ones_own_on_this_machine_has_no_price_but_the_configs():
    assert Prices(at_home=lambda name: True).price(ModelRef("work", "big"), Usage(input=1, output=1)) is None


def test_no_list_is_opened_for_what_has_none():
    prices = Prices(OVERRIDES)
    prices.rates(ModelRef.parse("work/big"))
    prices.rates(ModelRef.parse("work/other"))
    prices.rates(ModelRef.parse("local/tiny"))
    assert not prices.ready


def test_what_needs_no_list_is_told_without_waiting_for_it():
    said = {"work/wire": PriceConfig(input=Decimal(1), output=Decimal(2))}
    prices = Prices(said)
    told = ("ollama/wire", "local/tiny", "work/wire")
    assert all(prices.tells(ModelRef.parse(ref)) for ref in told)
    assert not prices.tells(ModelRef.parse("openai/gpt-5"))
    assert not prices.ready, "the list was opened for it"
    prices.load()
    assert prices.tells(ModelRef.parse("openai/gpt-5"))
