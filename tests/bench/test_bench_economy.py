"""What a week costs under each policy: `pytest -m bench -s tests/bench/test_bench_economy.py`.

`MIXCHAT_WEEKS` says how many seeded weeks of each kind; 10 by default.
"""

import os

import pytest

from mixchat.routing.cache_cost import DAILY, need_of
from tests.bench.economy_world import KINDS, Outcome, Provider, oracle, run, week

pytestmark = [pytest.mark.bench, pytest.mark.timeout(500)]

WEEKS = int(os.environ.get("MIXCHAT_WEEKS", "10"))
PROVIDERS: tuple[Provider, ...] = ("anthropic", "openai", "google", "all")
FIXED = ("always daily", "always strongest", "always cheapest", "0.1.0")
OURS = ("quality", "balanced", "saver")
ORACLES = 3
"""Weeks that are compared with somebody who knows the future: that takes long."""


def test_what_a_week_costs():
    print(
        f"\n{WEEKS} weeks of 200 turns each: ratio to always daily, (hard prompts under-served, easy ones over-served)"
    )
    for kind in KINDS:
        for provider in PROVIDERS:
            base = [run(week(kind, seed), provider, "always daily").dollars for seed in range(WEEKS)]
            print(f"{kind:<14}{provider:<10}${sum(base) / WEEKS:>6.2f}", end="")
            ratios: dict[str, float] = {}
            for policy in (*FIXED, *OURS):
                found = [run(week(kind, seed), provider, policy) for seed in range(WEEKS)]
                ratios[policy] = sum(one.dollars for one in found) / sum(base)
                under, over = (
                    sum(each) / WEEKS for each in zip(*((o.under, o.over) for o in found), strict=True)
                )
                print(f"  {policy} {ratios[policy]:.2f}x ({under:.0f}, {over:.0f})", end="")
                if policy in OURS and kind == "mixed":
                    print(f" = {beside_oracle(kind, provider, policy, found):.2f} of the oracle", end="")
            print()
            assert max(ratios[policy] for policy in OURS) <= ratios["0.1.0"], "never dearer than 0.1.0"


def beside_oracle(kind: str, provider: Provider, policy: str, found: list[Outcome]) -> float:
    """Return dollars beside the least that the same service could cost for someone who knows the future."""
    spent = best = 0.0
    for seed in range(min(WEEKS, ORACLES)):
        turns = week(kind, seed)
        needs = [need_of(turn.role, policy) or DAILY for turn in turns]  # type: ignore[arg-type]
        given = [min(pair) for pair in zip(needs, found[seed].served, strict=True)]
        spent += found[seed].dollars
        best += oracle(turns, provider, given, second=policy != "quality")
    return spent / best
