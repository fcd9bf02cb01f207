"""`mixchat doctor`: what works, and what to do about the rest."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec import structs

from mixchat.cli.doctor_checks import Check
from mixchat.cli.exit import DONE, USAGE
from mixchat.cli.parser import Subparsers
from mixchat.domain.errors import ConfigError
from mixchat.domain.plain_text import without_passwords

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime

_EXAMPLES = """examples:
  mixchat doctor
  mixchat doctor --json
"""
_MARKS = {"works": "ok     ", "note": "note   ", "trouble": "TROUBLE"}


def add(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "doctor",
        help="what works, and what to do about the rest",
        description="Looks at config, keys (never shown), endpoints, prices, terminal and local models.",
        epilog=_EXAMPLES,
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Look at everything and print what was found."""
    checks, usable = asyncio.run(examine(args.stack))
    if args.json:
        print(msgspec.json.encode({"version": _version(), "checks": checks}).decode())
    else:
        print("\n".join(_lines(checks)))
        print(_summary(checks), file=sys.stderr)
    return DONE if usable else USAGE


async def examine(stack: str | None) -> tuple[list[Check], bool]:
    """Return everything that was found, and whether the config can be used."""
    from mixchat.cli.doctor_checks import (
        check_config,
        check_directories,
        check_extras,
        check_history,
        check_network_settings,
        check_terminal,
    )
    from mixchat.config.load import working_directory
    from mixchat.runtime.runtime import build_runtime

    runtime = build_runtime(stack=stack)
    checks = [
        *check_config(runtime.settings, working_directory()),
        *check_directories(runtime.settings),
        *check_history(runtime.settings),
    ]
    usable = True
    try:
        checks += await _examine_config(runtime)
    except ConfigError as error:
        usable = False
        if str(error) not in {check.found for check in checks}:
            checks.append(Check("files", "config", "trouble", str(error), "Correct that line."))
    finally:
        await runtime.aclose()
    found = [
        *checks,
        *check_terminal(runtime.settings.environ),
        *check_network_settings(runtime.settings.environ),
        *check_extras(),
    ]
    return [structs.replace(check, found=without_passwords(check.found)) for check in found], usable


async def _examine_config(runtime: "Runtime") -> list[Check]:
    """Return what needs a config that can be read."""
    from mixchat.cli.doctor_checks import check_engine, check_keys
    from mixchat.cli.doctor_providers import check_endpoints, check_prices, check_stack

    endpoints = await check_endpoints(runtime)
    checks = [*check_keys(runtime.settings), *check_stack(runtime, endpoints)]
    checks += [endpoint.check for endpoint in endpoints]
    return [*checks, *check_prices(runtime), *check_engine(runtime.settings)]


def _lines(checks: Sequence[Check]) -> list[str]:
    width = max(len(check.name) for check in checks)
    lines: list[str] = []
    area = ""
    for check in checks:
        if check.area != area:
            lines.append(f"{chr(10) if area else ''}{check.area}")
            area = check.area
        lines.append(f"  {_MARKS[check.state]}  {check.name:<{width}}  {check.found}")
        if check.advice:
            lines.append(f"  {' ' * 7}  {'':<{width}}  -> {check.advice}")
    return lines


def _summary(checks: Sequence[Check]) -> str:
    troubles = sum(check.state == "trouble" for check in checks)
    return (
        f"{troubles} of {len(checks)} checks {'needs' if troubles == 1 else 'need'} attention."
        if troubles
        else "No problems found."
    )


def _version() -> str:
    from mixchat import __version__

    return __version__
