"""`mixchat stack export` and `import`: stacks that are passed on, and what one brings before it is kept."""

import argparse
import os
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mixchat.cli.exit import DONE
from mixchat.cli.printable import printable
from mixchat.config.catalog import all_slots, retiring
from mixchat.config.load import working_directory
from mixchat.domain.errors import ConfigError
from mixchat.domain.stack import RoleConfig, Stack

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime


def run_export(args: argparse.Namespace) -> int:
    """Print a stack as TOML that can be passed on: no credential is in it."""
    from mixchat.runtime.runtime import build_runtime
    from mixchat.secrets.scan import masked

    runtime = build_runtime(stack=args.stack)
    name = args.name or runtime.routing.stack.name
    text = masked(runtime.settings.stacks.text(name))
    head = list(_head(runtime, runtime.settings.stacks.get(name), with_cost=not args.no_cost))
    print("".join(f"# {line}\n" for line in head) + text, end="" if text.endswith("\n") else "\n")
    return DONE


def run_import(args: argparse.Namespace) -> int:
    """Show what a stack brings, ask, and keep it among the user's own."""
    from mixchat.runtime.runtime import build_runtime

    if args.file == "-":
        text, source = sys.stdin.buffer.read().decode(errors="replace"), "standard input"
    else:
        text, source = _text_of(Path(args.file)), args.file
    if args.name:
        text = _named(text, source, args.name)
    runtime = build_runtime(environ=os.environ, cwd=working_directory())
    stacks = runtime.settings.stacks
    new = stacks.read(text, source)
    old = stacks.get(new.name) if new.name in stacks.names() else None
    print(printable("\n".join(_told(runtime, old, new))), file=sys.stderr)
    if not _agreed(args):
        print("Nothing was kept.", file=sys.stderr)
        return DONE
    stacks.add(text, source, replace=True)
    print(f"{new.name} is kept; `mixchat stack use {new.name}` puts it to use.", file=sys.stderr)
    return DONE


def _agreed(args: argparse.Namespace) -> bool:
    if args.yes:
        return True
    if args.file == "-" or not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise ConfigError("Nothing was kept: look at what it brings, then say --yes.")
    print("Keep it? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _head(runtime: "Runtime", stack: Stack, *, with_cost: bool) -> Iterator[str]:
    """Yield the lines of a stack's card: its roles with their models, and what a month on it costs."""
    yield f"{stack.name}: {stack.description}" if stack.description else stack.name
    for role, role_config in stack.roles.items():
        models = " > ".join(str(slot.ref) for slot in all_slots(role_config))
        yield f"  {role:<14} {models or 'as daily-driver'}"
    if with_cost and (line := _month(runtime, stack)):
        yield line
    yield "Keep it with: mixchat stack import FILE"


def _month(runtime: "Runtime", stack: Stack) -> str:
    from mixchat.ledger.money import dollars
    from mixchat.ledger.month import DAYS, month_on

    storage = runtime.storage
    month = month_on(stack, storage.database, storage.prices, storage.clock.now())
    if not month.calls or month.unpriced == month.calls:
        return ""
    but = f", but for {month.unpriced:,} without a price" if month.unpriced else ""
    return f"{month.calls:,} answers of {DAYS} days would cost about {dollars(month.usd)} on it{but}."


def _told(runtime: "Runtime", old: Stack | None, new: Stack) -> Iterator[str]:
    """Yield what keeping the stack changes, and what is missing for it here."""
    yield f"{new.name}: {new.description}" if new.description else new.name
    if old is None:
        yield "A new stack:"
    elif runtime.settings.stacks.is_preset(new.name):
        yield "It goes before the preset of that name:"
    else:
        yield "It replaces the stack of that name:"
    changes = list(differences(old, new))
    yield from (f"  {line}" for line in changes or ["nothing is different"])
    catalog, providers = runtime.settings.catalog, runtime.settings.providers
    refs = new.models()
    missing = {
        ref.provider
        for ref in refs
        if ref.provider in runtime.settings.provider_specs and not providers.reachable(ref.provider)
    }
    strange = {ref.provider for ref in refs if ref.provider not in runtime.settings.provider_specs}
    yield from (
        f"Missing here: a key or an address for {name}; see `mixchat doctor`." for name in sorted(missing)
    )
    yield from (
        f"No provider is called {name}; add [providers.{name}] to the config." for name in sorted(strange)
    )
    for ref in refs:
        known = catalog.named(ref.model, [ref.provider])
        lists = catalog.built_in(ref.provider) or catalog.listed(ref.provider)
        if not known and lists and ref.provider not in strange:
            yield f"{ref} is not a model that mixchat knows of {ref.provider}; `mixchat models --refresh` asks."
    yield from retiring(new, catalog.card, datetime.now(UTC).date())


def differences(old: Stack | None, new: Stack) -> Iterator[str]:
    """Yield what is different, a role a line: `+` is new, `-` is gone, `~` is changed."""
    before: Mapping[str, RoleConfig] = {} if old is None else old.roles
    for role, role_config in new.roles.items():
        if role not in before:
            yield f"+ {role}: {_line(role_config)}"
        elif _line(before[role]) != _line(role_config):
            yield f"~ {role}: {_line(before[role])} -> {_line(role_config)}"
        elif before[role] != role_config:
            yield f"~ {role}: the same models, other settings or rules"
    for role in before:
        if role not in new.roles:
            yield f"- {role}"


def _line(role_config: RoleConfig) -> str:
    marks = " (private)" if role_config.private else ""
    return (" > ".join(str(slot.ref) for slot in all_slots(role_config)) or "as daily-driver") + marks


def _named(text: str, source: str, name: str) -> str:
    """Return the stack's text under another name, comments and all."""
    import tomlkit

    from mixchat.config.toml_document import parse

    parse(text, source)
    document = tomlkit.parse(text)
    if "name" in document:
        document["name"] = name
        return tomlkit.dumps(document)
    return f'name = "{name}"\n{text}' if name.replace("-", "").replace("_", "").isalnum() else text


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from None
