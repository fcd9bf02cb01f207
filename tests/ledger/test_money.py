"""How money is written."""

import ast
import re
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mixchat
from mixchat.domain.usage import Cost, CostSum
from mixchat.ledger.money import (
    aligned,
    cost,
    cost_facts,
    dollars,
    from_pico,
    normalised,
    plain,
    rate,
    tally,
    to_pico,
)

PACKAGE = Path(mixchat.__file__).parent
FIXED = re.compile(r"[~<]?\$\d[\d.]*|.*\d ?¢.*")


@pytest.mark.parametrize(
    ("usd", "text"),
    [
        ("0", "$0"), ("0.0000001", "<$0.0001"), ("0.00006", "<$0.0001"), ("0.0001", "$0.0001"), ("0.0012", "$0.0012"),
        ("0.0345", "$0.0345"), ("0.42", "$0.4200"), ("0.99994", "$0.9999"), ("0.99996", "$1.00"), ("1", "$1.00"),
        ("1234.5", "$1,234.50"), ("-0.5", "-$0.5000"), ("-0.00001", "-<$0.0001"),
    ],
)  # fmt: skip
def test_an_amount_has_four_decimals_below_a_dollar_and_two_above(usd: str, text: str):
    assert dollars(Decimal(usd)) == text


@given(st.decimals(min_value=Decimal("0.000001"), max_value=10_000, places=6))
def test_no_amount_reads_as_nothing_or_as_another_one(amount: Decimal):
    said = dollars(amount)
    read = Decimal(said.lstrip("<$").replace(",", ""))
    assert read > 0
    assert (
        amount < read
        if said.startswith("<")
        else abs(read - amount) <= (read >= 1) * Decimal("0.0049") + Decimal("0.0001")
    )


@given(st.lists(st.decimals(min_value=0, max_value=99_999, places=6), min_size=2, max_size=9))
def test_the_points_of_a_column_stand_under_each_other(amounts: list[Decimal]):
    column = [aligned(dollars(amount), 12) for amount in amounts]
    assert len({row.rindex(".") for row in column}) == 1
    assert {len(row) for row in column} == {12}


def test_the_unknown_and_the_estimated_have_their_marks():
    assert dollars(None) == cost(Cost(None)) == cost(None) == rate(None) == "?"
    assert cost(Cost(Decimal("0.42"), exact=False)) == "~$0.4200"
    assert cost(Cost(Decimal(0))) == rate(Decimal(0)) == "free"
    assert cost(Cost(Decimal(0), exact=False)) == "~$0"
    assert cost_facts(Cost(None, exact=False)) == {"cost_usd": None, "estimated": True}
    assert cost_facts(Cost(Decimal("0.10"))) == {"cost_usd": "0.1", "estimated": False}


@pytest.mark.parametrize(
    ("sum_", "text", "short"),
    [
        (CostSum(Decimal("0.42"), 7, 3, 0), "$0.4200 + 3 turns of unknown price", "$0.4200 + ?"),
        (CostSum(Decimal("1.42"), 7, 1, 2), "~$1.42 + 1 turn of unknown price", "~$1.42 + ?"),
        (CostSum(Decimal(0), 3, 3, 0), "3 turns of unknown price", "?"),
        (CostSum(Decimal(0), 3, 0, 0), "$0", "$0"),
        (CostSum(), "$0", "$0"),
    ],
)
def test_a_sum_keeps_the_unknown_apart(sum_: CostSum, text: str, short: str):
    assert tally(sum_, "turn") == text
    assert tally(sum_) == short


@pytest.mark.parametrize(
    ("usd", "text"), [("3", "$3.00"), ("0.15", "$0.15"), ("0.0375", "$0.0375"), ("1200", "$1,200.00")]
)
def test_a_rate_has_the_decimals_of_a_price_list(usd: str, text: str):
    assert rate(Decimal(usd)) == text


def test_amounts_are_written_in_one_place():
    """No other module puts a sign of dollars before a figure of its own."""
    found: list[str] = []
    for path in PACKAGE.rglob("*.py"):
        if path.name == "money.py" or path.parent.name == "secrets":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                found += [
                    f"{path.relative_to(PACKAGE)}:{node.lineno}"
                    for before, after in pairwise(node.values)
                    if isinstance(before, ast.Constant)
                    and str(before.value).endswith("$")
                    and isinstance(after, ast.FormattedValue)
                ]
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and FIXED.fullmatch(node.value):
                found.append(f"{path.relative_to(PACKAGE)}:{node.lineno} {node.value!r}")
    assert found == []


@pytest.mark.parametrize(
    ("usd", "text"), [("1E-6", "0.000001"), ("0.10", "0.1"), ("100", "100"), ("0E-9", "0"), ("1E+3", "1000")]
)
def test_a_plain_amount_has_no_exponent_and_no_trailing_zero(usd: str, text: str):
    assert plain(Decimal(usd)) == text


def test_less_than_a_picodollar_is_rounded_to_even_once():
    assert to_pico(Decimal("0.0000000000005")) == 0
    assert to_pico(Decimal("0.0000000000015")) == 2
    assert from_pico(to_pico(normalised(Decimal("1") / 3))) == normalised(Decimal("1") / 3)
