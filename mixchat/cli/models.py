"""`mixchat models`: what can be asked, how much it takes in and what it costs."""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from mixchat.cli.exit import DONE
from mixchat.cli.parser import Subparsers
from mixchat.domain.errors import ProviderError, Unreachable
from mixchat.domain.model import ModelCard

if TYPE_CHECKING:
    from mixchat.domain.provider import Provider
    from mixchat.runtime.runtime import Runtime

_EXAMPLES = """examples:
  mixchat models
  mixchat models --refresh --json
"""
_HEADINGS = ("model", "window", "$ in / out, 1M tokens", "")


class ModelRow(Struct, frozen=True):
    """A model, its prices in dollars per million tokens, and whether it ends soon."""

    card: ModelCard
    input: Decimal | None
    output: Decimal | None
    retiring: bool
    missing: str = ""
    """Why it cannot be asked yet, in words."""


def add(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "models",
        help="the available models, with window and prices",
        description="Lists the available models, those that the stack names among them, with their context window "
        "in tokens and their prices in dollars per million tokens.",
        epilog=_EXAMPLES,
    )
    parser.add_argument("--json", action="store_true", help="one JSON array on stdout")
    parser.add_argument(
        "--refresh",
        action="store_true",
        help="fetch the newest price list and ask every provider now, not only those not asked today",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the models; what a provider could not say is a line on stderr and no failure."""
    rows = asyncio.run(_gather(args.stack, refresh=args.refresh))
    today = datetime.now(UTC).date()
    if args.json:
        print(json.dumps([_facts(row) for row in rows], indent=1))
        return DONE
    for line in _table(rows, today):
        print(line)
    if not rows:
        print("No model is available yet; see what is missing with: mixchat doctor", file=sys.stderr)
    return DONE


async def _gather(stack: str | None, *, refresh: bool) -> list[ModelRow]:
    from mixchat.runtime.runtime import build_runtime

    runtime = build_runtime(stack=stack)
    try:
        providers = _providers(runtime)
        if refresh:
            await _refresh_prices(runtime)
        asked = [
            found
            for found in providers
            if refresh or found.local or runtime.settings.catalog.stale(found.name)
        ]
        for name, error in (await runtime.settings.catalog.refresh(asked)).items():
            if not _never_set_up(runtime, name, error):
                print(f"{name}: {error.message}", file=sys.stderr)
        return await asyncio.to_thread(_rows, runtime, [found.name for found in providers])
    finally:
        await runtime.aclose()


async def _refresh_prices(runtime: "Runtime") -> None:
    try:
        await asyncio.to_thread(runtime.storage.prices.refresh)
    except ProviderError as error:
        print(error.message, file=sys.stderr)


def _providers(runtime: "Runtime") -> list["Provider"]:
    found: list[Provider] = []
    for name, service in runtime.settings.provider_specs.items():
        if service.api == "embed" or not runtime.settings.providers.reachable(name):
            continue
        try:
            found.append(runtime.settings.providers.get(name))
        except ProviderError as error:
            print(f"{name}: {error.message}", file=sys.stderr)
    return found


def _never_set_up(runtime: "Runtime", name: str, error: ProviderError) -> bool:
    """Return whether the provider is a server that might have run at its usual address and does not."""
    service = runtime.settings.provider_specs[name]
    return isinstance(error, Unreachable) and not service.placed and not service.needs_key


def _rows(runtime: "Runtime", names: Sequence[str]) -> list[ModelRow]:
    from mixchat.providers.local.model_store import ModelStore

    today = datetime.fromtimestamp(runtime.storage.clock.now(), UTC).date()
    cards = {card.ref: card for name in names for card in runtime.settings.catalog.listed(name)}
    cards |= {
        ref: runtime.settings.catalog.card(ref)
        for ref in runtime.routing.stack.models()
        if ref.provider in names
    }
    here = ModelStore.of(runtime.settings.paths, runtime.settings.config).names()
    rows: list[ModelRow] = []
    for card in cards.values():
        rates = runtime.storage.prices.rates(card.ref)
        prices = (None, None) if rates is None else (rates.input, rates.output)
        away = card.ref.provider == "local" and card.ref.model not in here
        missing = f"not downloaded: mixchat local pull {card.ref.model}" if away else ""
        retiring = runtime.settings.catalog.retiring(card.ref, today)
        rows.append(ModelRow(card, *prices, retiring=retiring, missing=missing))
    return sorted(rows, key=lambda row: row.card.ref)


def _table(rows: Sequence[ModelRow], today: date) -> list[str]:
    """Return the lines of the table with a heading, or none where there is no model."""
    cells = [
        (str(row.card.ref), _tokens(row.card.context_window), _dollars(row), row.missing or _end(row, today))
        for row in rows
    ]
    if not cells:
        return []
    model, window, prices, _ = (max(map(len, column)) for column in zip(_HEADINGS, *cells, strict=True))
    return [
        f"{name:<{model}}  {tokens:>{window}}  {both:<{prices}}  {end}".rstrip()
        for name, tokens, both, end in (_HEADINGS, *cells)
    ]


def _tokens(count: int | None) -> str:
    return "?" if count is None else f"{count:,}"


def _dollars(row: ModelRow) -> str:
    from mixchat.ledger.money import rate

    return f"{rate(row.input)} / {rate(row.output)}"


def _end(row: ModelRow, today: date) -> str:
    retires = row.card.retires
    if not row.retiring or retires is None:
        return ""
    verb = "retired" if retires < today else "retires"
    then = f"; use {row.card.successor}" if row.card.successor else ""
    return f"{verb} {retires:%Y-%m-%d}{then}"


def _facts(row: ModelRow) -> dict[str, object]:
    from mixchat.ledger.money import plain

    card = row.card
    return {
        "model": str(card.ref),
        "name": card.name,
        "context_window": card.context_window,
        "max_output": card.max_output,
        "images": card.images,
        "pdfs": card.pdfs,
        "thinks": card.thinks,
        "search": card.search,
        "input_usd_per_million": None if row.input is None else plain(row.input),
        "output_usd_per_million": None if row.output is None else plain(row.output),
        "retires": card.retires.isoformat() if card.retires else None,
        "successor": str(card.successor) if card.successor else None,
        "retiring": row.retiring,
        "size_bytes": card.size_bytes,
    }
