"""How money is written."""

from decimal import Decimal

import pytest

from mixchat.domain.usage import Cost, CostSum
from mixchat.ledger.money import cost, dollars, from_pico, normalised, plain, to_pico, total


@pytest.mark.parametrize(
    ("usd", "text"),
    [
        ("0", "$0"), ("0.0012", "$0.0012"), ("0.00004", "<$0.0001"), ("0.0345", "$0.034"), ("0.42", "$0.42"),
        ("1234.5", "$1,234.50"), ("-0.5", "-$0.50"),
    ],
)  # fmt: skip
def test_an_amount_is_short_and_never_zero_when_it_is_not(usd: str, text: str):
    assert dollars(Decimal(usd)) == text


def test_the_unknown_and_the_estimated_have_their_marks():
    assert dollars(None) == "?"
    assert cost(Cost(None)) == "?"
    assert cost(Cost(Decimal("0.42"), exact=False)) == "~$0.42"


@pytest.mark.parametrize(
    ("tally", "text"),
    [
        (CostSum(Decimal("0.42"), 7, 3, 0), "$0.42 + 3 turns of unknown price"),
        (CostSum(Decimal("0.42"), 7, 1, 2), "~$0.42 + 1 turn of unknown price"),
        (CostSum(Decimal(0), 3, 3, 0), "3 turns of unknown price"),
        (CostSum(), "$0"),
    ],
)
def test_a_sum_keeps_the_unknown_apart(tally: CostSum, text: str):
    assert total(tally, "turn") == text


@pytest.mark.parametrize(
    ("usd", "text"), [("1E-6", "0.000001"), ("0.10", "0.1"), ("100", "100"), ("0E-9", "0"), ("1E+3", "1000")]
)
def test_a_plain_amount_has_no_exponent_and_no_trailing_zero(usd: str, text: str):
    assert plain(Decimal(usd)) == text


def test_less_than_a_picodollar_is_rounded_to_even_once():
    assert to_pico(Decimal("0.0000000000005")) == 0
    assert to_pico(Decimal("0.0000000000015")) == 2
    assert from_pico(to_pico(normalised(Decimal("1") / 3))) == normalised(Decimal("1") / 3)
