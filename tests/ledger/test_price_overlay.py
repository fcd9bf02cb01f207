"""Our own rows over the price list: each is dated, sourced twice, and still needed."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from mixchat.domain.model import ModelRef
from mixchat.domain.usage import Usage
from mixchat.ledger.price_overlay import Row, rows
from mixchat.ledger.pricelist import PriceList
from mixchat.ledger.prices import Prices
from mixchat.ledger.rates import charge
from tests.ledger.stage import SteeredClock

NEEDED: dict[str, tuple[str, Usage, datetime]] = {
    "google": ("gemini-2.5-flash", Usage(input=1000, output=10, searches=3), datetime(2026, 11, 23, 12, tzinfo=UTC)),
    "deepseek": ("deepseek-flash", Usage(input=1000, output=10), datetime(2026, 11, 29, 2, tzinfo=UTC)),
    "anthropic": ("claude-opus-5-5", Usage(input=1000, output=10, place="us"), datetime(2026, 11, 23, 12, tzinfo=UTC)),
}  # fmt: skip


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.provider)
def test_a_row_is_dated_and_has_two_sources(row: Row) -> None:
    assert row.since <= row.looked_up
    assert len(row.sources) >= 2
    assert all("." in source for source in row.sources)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.provider)
def test_a_row_that_the_package_has_caught_up_with_is_to_be_removed(row: Row) -> None:
    model, usage, when = NEEDED[row.provider]
    ref = ModelRef(row.provider, model)
    assert row.holds(ref, when)
    alone = PriceList().rates(ref, when, context=usage.input or 0)
    assert alone is not None
    ours = Prices(clock=SteeredClock()).price(ref, usage, when.timestamp())
    assert ours != charge(alone, usage), "genai-prices says the same now: remove the row"


def test_a_row_does_not_reach_into_the_past_or_to_others() -> None:
    prices = Prices(clock=SteeredClock())
    ref = ModelRef("anthropic", "claude-haiku-4-5")
    there, here = (prices.price(ref, Usage(input=1000, output=10, place=place)) for place in ("us", None))
    assert there == here
    sunday = datetime(2026, 8, 16, 2, tzinfo=UTC)  # the day before peak hours began
    assert not any(row.holds(ModelRef("deepseek", "deepseek-v4-pro"), sunday) for row in rows())
    grounded = prices.price(ModelRef("google", "gemini-3.8-flash"), Usage(input=0, output=0, searches=3))
    assert grounded == Decimal("0.042")
