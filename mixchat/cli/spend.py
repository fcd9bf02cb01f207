"""`mixchat spend`: what was spent, and what routing saved."""

import argparse
import csv
import json
import shutil
import sys
from collections.abc import Sequence
from contextlib import closing, suppress
from decimal import Decimal
from typing import TYPE_CHECKING

from mixchat.cli.exit import DONE
from mixchat.cli.parser import Subparsers
from mixchat.domain.errors import ConfigError, StorageError
from mixchat.domain.model import ModelRef

if TYPE_CHECKING:
    from mixchat.ledger.reports import By, ReportLine
    from mixchat.ledger.spend_report import Report
    from mixchat.runtime.runtime import Runtime

_EXAMPLE = """examples:
  mixchat spend                              today and the six days before, by model
  mixchat spend --since month --by role
  mixchat spend --since 2026-11-01 --by day --plot
  mixchat spend --since all --against anthropic/claude-opus-5-5
  mixchat spend --csv > spend.csv
  mixchat spend --reconcile anthropic-usage.csv openai-costs.json
"""
_ESTIMATE = """What routing saved is an estimate: the tokens of the answers that were routed, read and written by the model
compared with instead, at its list price on each day and with the same share of cached tokens, less what those
answers cost together with failed attempts, plans and the judge. Pinned models and calls of unknown price are
left out."""
_BAR = 24
_MOST = 1_000
"""Chats in the table; a script gets every one."""


def add(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "spend",
        help="what was spent, and what was saved",
        description="Shows what was spent since a day, calls of unknown price apart, and what routing saved.\n\n"
        + _ESTIMATE,
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--since",
        default="7d",
        metavar="WHEN",
        help="a span whose last day is today (1d is today alone, then 7d, 2w, 3m, 1y), a date, today, yesterday, "
        "month (this month up to today) or all; 7d",
    )
    parser.add_argument(
        "--by", default="model", metavar="KEY", help="model, role, day, provider or chat; model"
    )
    parser.add_argument(
        "--against", metavar="REF", help="the model to compare with; by default the stack's strongest model"
    )
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="one JSON object on stdout")
    shape.add_argument("--csv", action="store_true", help="a line a row, with a header")
    shape.add_argument("--plot", action="store_true", help="dollars over the days, drawn in the terminal")
    parser.add_argument(
        "--reconcile",
        nargs="+",
        metavar="FILE",
        help="compare with usage exports of Anthropic's, OpenAI's or OpenRouter's console, by day and model",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the report."""
    from mixchat.runtime.runtime import build_runtime

    by = _by(args.by)
    runtime = build_runtime(stack=getattr(args, "stack", None))
    with closing(runtime.storage.database):
        if args.reconcile:
            from mixchat.cli.reconcile import run_reconcile

            run_reconcile(runtime, args.reconcile, as_json=args.json)
            return DONE
        with suppress(StorageError):  # a history that cannot be written can still be summed up
            runtime.storage.ledger.recover()
        report = _report(runtime, args.since, by, args.against, None if args.json or args.csv else _MOST)
        if args.json:
            print(json.dumps(_facts(report)))
        elif args.csv:
            _write_csv(report, by)
        elif not report.total.calls:
            print(f"Nothing was spent since {report.since}; every call to a model will be counted here.")
        elif args.plot:
            print(_plot(runtime, report.since))
        else:
            _print(report, by, _titles(runtime, report.lines) if by == "chat" else {})
    return DONE


def _by(text: str) -> "By":
    from mixchat.ledger.reports import BY

    for by in BY:
        if by == text.strip().lower():
            return by
    raise ConfigError(f'--by "{text}" is nothing to sort by; write {", ".join(BY[:-1])} or {BY[-1]}.')


def _report(runtime: "Runtime", since: str, by: "By", against: str | None, most: int | None) -> "Report":
    from mixchat.ledger.spend_report import report

    ref = _model(runtime, against) if against else None
    return report(
        runtime.storage.ledger,
        runtime.routing.stack,
        since,
        by,
        against=ref,
        most=most,
        reachable=runtime.settings.providers.reachable,
    )


def _model(runtime: "Runtime", text: str) -> ModelRef:
    ref = runtime.settings.stacks.aliases.resolve(text.removeprefix("@"))
    if ref is None:
        raise ConfigError(
            f'--against "{text}" is not a model; write an alias or a reference such as openai/gpt-4.1.'
        )
    return ref


def _facts(report: "Report") -> dict[str, object]:
    from mixchat.ledger.money import plain

    saving, beside = report.saving, report.beside_daily
    return {
        "since": report.since,
        "total_usd": _usd(report.total),
        "unknown_calls": report.total.unknown,
        "estimated_calls": report.total.estimated,
        "saved_usd": None if saving is None or saving.saved is None else plain(saving.saved),
        "beside_daily_usd": None if beside is None or beside.saved is None else plain(beside.saved),
        "against": None if saving is None else str(saving.ref),
        "saved_rule": None if saving is None else saving.rule,
        "rows": [_row(line) for line in report.lines],
    }


def _row(line: "ReportLine") -> dict[str, object]:
    return {
        "key": line.key,
        "calls": line.calls,
        "input": line.input,
        "output": line.output,
        "cost_usd": _usd(line),
        "unknown_calls": line.unknown,
        "estimated_calls": line.estimated,
        "cache_read": line.cache_read,
        "cache_write": line.cache_write,
        "reasoning": line.reasoning,
        "searches": line.searches,
    }


def _usd(line: "ReportLine") -> str | None:
    """Return the known dollars as a decimal string; `None` when there are calls and no price of any is known."""
    from mixchat.ledger.money import plain

    return None if line.calls and line.unknown == line.calls else plain(line.usd)


def _write_csv(report: "Report", by: str) -> None:
    rows = [_row(line) for line in report.lines]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    names = [name for name in _row(report.total) if name != "key"]
    writer.writerow([by, *names])
    writer.writerows([row["key"], *(row[name] for name in names)] for row in rows)


def _print(report: "Report", by: str, titles: dict[str, str]) -> None:
    from mixchat.ledger.money import tally
    from mixchat.ledger.spend_report import (
        bar,
        calls,
        daily_sentence,
        line_name,
        saved_in_brief,
        saved_sentence,
    )

    print(
        f"Since {report.since}: {tally(report.total.tally, 'call')} in {calls(report.total.calls)}, by {by}"
    )
    names = [titles.get(line.key, line_name(line.key, by)) for line in report.lines]
    space = max(20, shutil.get_terminal_size((100, 24)).columns - _BAR - 50)
    width = min(max(map(len, names), default=0), space)
    most = max((line.usd for line in report.lines), default=Decimal(0))
    for line, name in zip(report.lines, names, strict=True):
        short = name if len(name) <= width else f"{name[: width - 1]}…"
        print(
            f"  {short:<{width}}  {bar(line.usd, most, _BAR):<{_BAR}}  {tally(line.tally, 'call')}  "
            f"{calls(line.calls)}, {line.input:,} in, {line.output:,} out"
        )
    print(saved_in_brief(report.saving) or saved_sentence(report.saving))
    if beside := daily_sentence(report):
        print(beside)


def _titles(runtime: "Runtime", lines: Sequence["ReportLine"]) -> dict[str, str]:
    from mixchat.cli.printable import printable
    from mixchat.ledger.spend_report import chat_titles

    known = chat_titles(runtime.storage.ledger)
    return {line.key: f"{line.key[:8]} {printable(known[line.key])}" for line in lines if line.key in known}


def _plot(runtime: "Runtime", since: str) -> str:
    from mixchat.ledger.spend_report import plot_days

    size = shutil.get_terminal_size((100, 24))
    height = min(max(size.lines - 4, 10), 24)
    return plot_days(runtime.storage.ledger, since, width=min(size.columns, 160), height=height)
