"""Every built-in provider has its price list, runs here for nothing, or is known to have no list."""

from mixchat.ledger.pricelist import LISTED
from mixchat.ledger.prices import Prices
from mixchat.papers.config import Config
from mixchat.papers.services import services
from mixchat.words.model import ModelRef
from mixchat.words.usage import Usage

WITHOUT = {"litellm"}
"""A proxy: it says itself what it charged, or nobody knows."""


def test_no_built_in_provider_was_forgotten():
    prices = Prices(at_home=lambda name: True)
    for name in services(Config(), {}):
        free = prices.price(ModelRef(name, "anything"), Usage(input=1, output=1)) == 0
        assert free or name in LISTED or name in WITHOUT, name
