"""Whatever happens in whatever order, the sums agree and no money is a float."""

import random
import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mixchat.domain.errors import Failure
from mixchat.domain.model import ModelRef
from mixchat.domain.usage import Cost, CostSum, Usage
from mixchat.ledger.money import from_pico, plain, to_pico
from mixchat.ledger.prices import Prices
from mixchat.ledger.reports import BY
from mixchat.storage.owner import Owner
from tests.ledger.stage import BIG, LOCAL, UNPRICED, WORK, SteeredClock, call, ledger, request, reserve

PRICES = Prices(WORK, clock=SteeredClock())
LISTED = ModelRef.parse("anthropic/claude-sonnet-5-5")

counts = st.integers(0, 300_000)
usages = st.builds(
    Usage,
    input=st.none() | counts,
    output=st.none() | counts,
    cache_read=st.none() | counts,
    cache_write=st.none() | counts,
    searches=st.none() | st.integers(0, 3),
    billed=st.none() | st.decimals(0, 10, places=9),
)
events = st.lists(
    st.tuples(
        st.sampled_from((BIG, UNPRICED, LOCAL, LISTED)),
        st.sampled_from(("answer", "judge", "title", "plan", "embedding")),
        st.sampled_from(("coding", "quick", None)),
        st.sampled_from(("a", "b", None)),
        usages,
        st.booleans(),
        st.sampled_from((None, "timeout", "overloaded")),
        st.integers(-90_000, 90_000),
        st.sampled_from(("close", "close twice", "restart", "kill")),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(events=events, seed=st.integers(0, 5))
def test_sums_agree_at_every_grouping_whatever_the_order_restarts_and_kills(events: list, seed: int):  # type: ignore[type-arg]
    with tempfile.TemporaryDirectory() as name:
        clock = SteeredClock()
        book = ledger(Path(name), clock=clock)
        expected, opened = 0, []
        for ref, purpose, role, chat, usage, complete, code, step, ending in events:
            clock.time += step
            owner = Owner(2**22 + 7, 1.0) if ending == "kill" else None
            source = ledger(Path(name), clock=clock, owner=owner) if ending in {"kill", "restart"} else book
            made = call(ref, purpose=purpose, role=role, chat=chat, turn=chat)
            opened.append((source, reserve(source, made, request(ref=ref)), usage, complete, code, ending))
            expected += 1
        random.Random(seed).shuffle(opened)
        for source, key, usage, complete, code, ending in opened:
            failure = Failure(code, "No.") if code else None
            for _ in range({"kill": 0, "close twice": 2}.get(ending, 1)):
                source.close(key, text="some words", usage=usage, complete=complete, failure=failure)
        book.recover()
        reports = book.reports
        total = reports.total()
        assert total.calls == expected
        rows = book.database.connection.execute("SELECT cost, exact FROM calls").fetchall()
        by_hand = sum((from_pico(row[0]) for row in rows if row[0] is not None), Decimal(0))
        assert total.usd == by_hand
        assert total.unknown == sum(row[0] is None for row in rows)
        assert total.estimated == sum(not row[1] for row in rows)
        for by in BY:
            lines = reports.lines(by)
            assert sum((line.usd for line in lines), Decimal(0)) == total.usd
            for name_ in ("calls", "unknown", "estimated", "input", "output", "cache_read", "searches"):
                assert sum(getattr(line, name_) for line in lines) == getattr(total, name_)
            assert all(type(line.usd) is Decimal for line in lines)
        types = {
            row[0] for row in book.database.connection.execute("SELECT DISTINCT typeof(cost) FROM calls")
        }
        assert types <= {"integer", "null"}


@given(st.lists(st.decimals(0, 1_000_000, places=12), max_size=30))
def test_dollars_go_to_the_file_and_back_without_loss(amounts: list[Decimal]):
    assert [from_pico(to_pico(amount)) for amount in amounts] == amounts
    assert from_pico(sum(map(to_pico, amounts))) == sum(amounts, Decimal(0))
    assert [Decimal(plain(amount)) for amount in amounts] == amounts


@settings(max_examples=200, deadline=None)
@given(usage=usages, ref=st.sampled_from((BIG, LISTED, LOCAL, UNPRICED)))
def test_a_price_is_a_decimal_or_unknown_and_never_below_zero(usage: Usage, ref: ModelRef):
    cost = PRICES.price(ref, usage)
    assert cost is None or (type(cost) is Decimal and cost >= 0)


def test_a_tally_keeps_the_unknown_apart():
    tally = CostSum().add(Cost(Decimal("0.42"))).add(Cost(None)).add(Cost(Decimal(0), exact=False))
    assert tally == CostSum(Decimal("0.42"), 3, 1, 1)


WRITER = """
import sys
from pathlib import Path
from mixchat.domain.usage import Usage
from tests.ledger.stage import reserve, call, ledger, request
book = ledger(Path(sys.argv[1]))
for number in range(60):
    key = reserve(book, call(chat=sys.argv[2], turn=f"{sys.argv[2]}{number}"), request())
    book.close(key, text="", usage=Usage(input=1_000, output=number), complete=True, failure=None)
"""


def test_two_programs_at_once_lose_and_double_nothing(tmp_path: Path):
    ledger(tmp_path)
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, tmp_path, name]) for name in ("one", "two")]
    assert [writer.wait(50) for writer in writers] == [0, 0]
    book = ledger(tmp_path)
    each = 60 * Decimal("0.001") + sum(range(60)) * Decimal("0.000004")
    assert {line.key: line.usd for line in book.reports.lines("chat")} == {"one": each, "two": each}
    assert book.reports.total().usd == 2 * each
    assert book.reports.total().calls == 120
