"""`mixchat spend --reconcile`: our sums beside a provider's own usage export."""

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mixchat.ledger.reconcile import Reconciliation, Side
    from mixchat.runtime.runtime import Runtime

_ENOUGH = Decimal("0.005")
"""Dollars of drift that rounding explains."""


def run_reconcile(runtime: "Runtime", files: Sequence[str], *, as_json: bool) -> None:
    """Print both sides by day and model, with the drift.

    Raises:
        ConfigError: a file cannot be read or is no export that is known.
    """
    from mixchat.ledger.reconcile import reconcile
    from mixchat.ledger.usage_exports import read_export

    lines = [line for name in files for line in read_export(Path(name).expanduser())]
    found = reconcile(runtime.storage.database, runtime.storage.prices, lines)
    if as_json:
        print(json.dumps({"rows": [_row(each) for each in found], **_totals(found)}))
        return
    _print(found)


def _row(each: "Reconciliation") -> dict[str, object]:
    return {
        "day": each.day.isoformat(),
        "provider": each.provider,
        "model": each.model,
        "ours": _side(each.ours),
        "theirs": None if each.theirs is None else _side(each.theirs),
        "drift_usd": None if each.drift is None else _signed(each.drift),
    }


def _side(side: "Side") -> dict[str, object]:
    from mixchat.ledger.money import plain

    return {
        "cost_usd": plain(side.usd),
        "calls": side.calls,
        "input": side.input,
        "output": side.output,
        "unknown_calls": side.unknown,
        "at_list_price": side.listed,
    }


def _totals(found: "Sequence[Reconciliation]") -> dict[str, object]:
    ours, theirs = _sums(found)
    return {"ours_usd": _signed(ours), "theirs_usd": _signed(theirs), "drift_usd": _signed(theirs - ours)}


def _sums(found: "Sequence[Reconciliation]") -> tuple[Decimal, Decimal]:
    ours = sum((each.ours.usd for each in found), Decimal(0))
    return ours, sum((each.theirs.usd for each in found if each.theirs), Decimal(0))


def _signed(usd: Decimal) -> str:
    from mixchat.ledger.money import plain

    return f"-{plain(-usd)}" if usd < 0 else plain(usd)


def _print(found: "Sequence[Reconciliation]") -> None:
    from mixchat.cli.printable import printable

    names = [printable(f"{each.provider}/{each.model}") for each in found]
    width = max(map(len, names), default=5)
    print(
        f"{'day (UTC)':<10}  {'model':<{width}}  {'ours':>12}  {'theirs':>12}  {'drift':>12}  tokens in/out, ours | theirs"
    )
    for each, name in zip(found, names, strict=True):
        print(f"{each.day.isoformat()}  {name:<{width}}  {_figures(each)}")
    ours, theirs = _sums(found)
    print(
        f"{'total':<10}  {'':<{width}}  {_money(ours):>12}  {_money(theirs):>12}  {_money(theirs - ours, drift=True):>12}"
    )
    print(_sentence(found, theirs - ours))


def _figures(each: "Reconciliation") -> str:
    theirs = each.theirs
    paid = "-" if theirs is None else f"{_money(theirs.usd)}{'*' if theirs.listed else ''}"
    drift = "-" if each.drift is None else _money(each.drift, drift=True)
    unknown = f" ({each.ours.unknown} of ours without a price)" if each.ours.unknown else ""
    tokens = f"{_tokens(each.ours)} | {'-' if theirs is None else _tokens(theirs)}"
    return f"{_money(each.ours.usd):>12}  {paid:>12}  {drift:>12}  {tokens}{unknown}"


def _tokens(side: "Side") -> str:
    return "/".join("?" if count is None else f"{count:,}" for count in (side.input, side.output))


def _money(usd: Decimal, *, drift: bool = False) -> str:
    from mixchat.ledger.money import dollars

    return f"{'+' if drift and usd > 0 else ''}{dollars(usd)}"


def _sentence(found: "Sequence[Reconciliation]", drift: Decimal) -> str:
    """Return what the drift may be, in a sentence or two."""
    starred = " * their tokens at the price list: the export has no dollars." if any(
        each.theirs and each.theirs.listed for each in found
    ) else ""  # fmt: skip
    if abs(drift) < _ENOUGH:
        return f"Both agree.{starred}"
    if drift > 0:
        return (
            f"They count more: the export has everything that used the account, other programs too.{starred}"
        )
    return f"We count more: estimates of stopped calls, free quotas, or calls with another key.{starred}"
