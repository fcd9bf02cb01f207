"""Every built-in provider has its price list, runs here for nothing, or is known to have no list."""

from mixchat.config.config import Config
from mixchat.config.provider_specs import provider_specs
from mixchat.domain.model import ModelRef
from mixchat.domain.usage import Usage
from mixchat.ledger.pricelist import LISTED
from mixchat.ledger.prices import Prices

WITHOUT = {"litellm"}
"""A proxy: it says itself what it charged, or nobody knows."""


def test_no_built_in_provider_was_forgotten():
    prices = Prices(at_home=lambda name: True)
    for name in provider_specs(Config(), {}):
        free = prices.price(ModelRef(name, "anything"), Usage(input=1, output=1)) == 0
        assert free or name in LISTED or name in WITHOUT, name
