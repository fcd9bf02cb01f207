"""`mixchat local`: the models on this machine."""

import argparse
import asyncio
import json
import os
import sys
from contextlib import aclosing

from mixchat.cli.exit import DONE
from mixchat.cli.parser import Subparsers
from mixchat.cli.plain_stream import PlainStream
from mixchat.config.load import load_config, working_directory
from mixchat.config.paths import Paths
from mixchat.domain.errors import ConfigError, ProviderError, UnknownModel
from mixchat.providers.local.model_store import DEFAULT_MODEL, LocalModel, ModelStore
from mixchat.providers.local.progress import Progress

_WIDTH = 30
_EXAMPLE = f"""examples:
  mixchat local pull {DEFAULT_MODEL}
  mixchat local pull owner/repo:Q4_K_M
  mixchat local list --json
  mixchat local rm {DEFAULT_MODEL}
"""


def add(subparsers: Subparsers) -> None:
    """Add the family to the command line."""
    family = subparsers.add_parser(
        "local",
        help="models on this machine",
        description="Lists, fetches and removes the models that run on this machine.",
        epilog=_EXAMPLE,
    )
    commands = family.add_subparsers(metavar="COMMAND", required=True)
    shown = commands.add_parser("list", help="what is here", epilog="example: mixchat local list --json")
    shown.add_argument("--json", action="store_true", help="one JSON array on stdout")
    shown.set_defaults(run=run_list)
    pulled = commands.add_parser(
        "pull", help="fetch a model", epilog=f"example: mixchat local pull {DEFAULT_MODEL}"
    )
    pulled.add_argument("name", help=f"{DEFAULT_MODEL}, owner/repo/file.gguf or owner/repo:QUANT")
    pulled.set_defaults(run=run_pull)
    removed = commands.add_parser(
        "rm", help="delete a model", epilog=f"example: mixchat local rm {DEFAULT_MODEL}"
    )
    removed.add_argument("name", help="as `mixchat local list` shows it")
    removed.set_defaults(run=run_rm)


def run_list(args: argparse.Namespace) -> int:
    """Print the models that can be used; on stderr, those that cannot."""
    store = _store()
    entries = store.entries()
    if args.json:
        print(json.dumps([_facts(entry) for entry in entries], indent=1))
    for entry in () if args.json else entries:
        context = entry.header.context
        window = "?" if context is None else f"{context:,}"
        print(f"{entry.ref}  {_megabytes(entry.size)}  {window} tokens  {entry.path}")
    for name in set(store.names()) - {entry.name for entry in entries}:
        try:
            store.entry(name)
        except ProviderError as error:
            print(error.message, file=sys.stderr)
    if not entries:
        print(f"No local models yet; fetch one with: mixchat local pull {DEFAULT_MODEL}", file=sys.stderr)
    return DONE


def run_pull(args: argparse.Namespace) -> int:
    """Fetch a model, with a progress bar on stderr."""
    asyncio.run(_pull(args.name, _store()))
    return DONE


def run_rm(args: argparse.Namespace) -> int:
    """Delete a model."""
    name = args.name.removeprefix("local/")
    try:
        freed = _store().remove(name)
    except UnknownModel as error:
        raise ConfigError(error.message) from None
    print(f"{name} is gone; {_megabytes(freed)} are free again.", file=sys.stderr)
    return DONE


async def _pull(name: str, store: ModelStore) -> None:
    from mixchat.providers.local.pull import pull

    lively = sys.stderr.isatty()
    if not lively:
        print(f"fetching {name}", file=sys.stderr)
    before = set(store.names())
    try:
        async with aclosing(pull(name, store.folder, os.environ)) as steps:
            async for step in steps:
                if lively:
                    _redraw(bar(step))
    finally:
        if lively:
            print(file=sys.stderr)
    new = ", ".join(f"local/{found}" for found in store.names() if found not in before)
    print(f"{new or name} is here.", file=sys.stderr)


def _redraw(line: str) -> None:
    """Put a line over the one before."""
    if isinstance(sys.stderr, PlainStream):
        sys.stderr.control("\r")
    print(line, end="", file=sys.stderr, flush=True)


def bar(step: Progress) -> str:
    """Return a report as one line of constant width."""
    share = min(step.done / step.total, 1.0) if step.total else 0.0
    full = round(share * _WIDTH)
    return f"{step.step:<8} {'█' * full}{'░' * (_WIDTH - full)} {share:4.0%} {_megabytes(step.done):>10}"


def _store() -> ModelStore:
    paths = Paths.from_environment(os.environ)
    return ModelStore.of(paths, load_config(paths, working_directory(), os.environ))


def _facts(entry: LocalModel) -> dict[str, str | int | bool | None]:
    return {
        "model": str(entry.ref),
        "size": entry.size,
        "context_window": entry.header.context,
        "path": str(entry.path),
        "owned": entry.owned,
    }


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"
