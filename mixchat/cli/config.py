"""`mixchat config`: the config file begun, shown, checked, found, edited and described."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import cast

from mixchat.cli.exit import DONE, USAGE
from mixchat.cli.parser import Subparsers
from mixchat.cli.printable import printable
from mixchat.config.load import find_profile, read_layers, source_of, working_directory
from mixchat.config.paths import Paths
from mixchat.domain.errors import ConfigError

_EXAMPLES = """examples:
  mixchat config init          begin a file in which every key is explained
  mixchat config show          every value, and where it comes from
  mixchat config check         exit code 2 when something in it cannot be used
  mixchat config edit          open it in your editor, then check it
"""


def add(subparsers: Subparsers) -> None:
    """Add the family to the command line."""
    family = subparsers.add_parser(
        "config",
        help="the config file: init, show, check, path, edit, schema, trust",
        description="Explains the config file. Every key of it: mixchat help config",
        epilog=_EXAMPLES,
    )
    commands = family.add_subparsers(metavar="COMMAND", required=True)

    def command(
        name: str, words: str, run: Callable[[argparse.Namespace], int], example: str = ""
    ) -> argparse.ArgumentParser:
        parser = commands.add_parser(name, help=words, epilog=f"example: mixchat config {name}{example}")
        parser.set_defaults(run=run)
        return parser

    command("init", "begin a commented config file", run_init).add_argument(
        "--stdout", action="store_true", help="print it instead"
    )
    shown = command("show", "every value with its source", run_show, " budget")
    shown.add_argument("key", nargs="?", metavar="KEY", help="only this key, or the keys of this table")
    shown.add_argument("--json", action="store_true", help="one JSON array on stdout")
    command("check", "read the config, the stacks and the prompts through", run_check).add_argument(
        "file", nargs="?", metavar="FILE", help="only this config file"
    )
    command("path", "print where the config file is", run_path)
    command("edit", "open the config file in your editor, then check it", run_edit)
    command("schema", "the JSON Schema of the config file", run_schema, " > mixchat.schema.json")
    trusted = command("trust", "let this directory's .mixchat.toml count as it is now", run_trust)
    trusted.add_argument("--no", action="store_true", help="never let it count as it is now")


def run_init(args: argparse.Namespace) -> int:
    """Write a commented config file, unless there is one."""
    from mixchat.config.atomic import write_atomically
    from mixchat.config.reference import commented_file

    path = _paths().config_file
    if args.stdout:
        print(commented_file(), end="")
        return DONE
    if path.exists():
        raise ConfigError(f"There is a config at {path} already; open it with: mixchat config edit")
    write_atomically(path, commented_file())
    print(f"Written to {path}; every line in it is a comment until you remove its #.", file=sys.stderr)
    return DONE


def run_show(args: argparse.Namespace) -> int:
    """Print every value, and where it comes from."""
    from mixchat.config.reference import toml_value

    rows = [row for row in _values(args) if args.key is None or _is_within(row[0], args.key)]
    if not rows:
        raise ConfigError(_no_such_key(str(args.key)))
    if args.json:
        facts = [
            {"key": key, "value": None if value is None else toml_value(value), "source": source}
            for key, value, source in rows
        ]
        print(json.dumps(facts, indent=1, ensure_ascii=False))
        return DONE
    lines = [
        (f"{key} = {toml_value(value)}" if value is not None else f"# {key} is not set", source)
        for key, value, source in rows
    ]
    width = min(max(len(line) for line, _ in lines), 48)
    for line, source in lines:
        print(printable(f"{line:<{width}}  # {source}"))
    return DONE


def run_check(args: argparse.Namespace) -> int:
    """Read every file through and say what cannot be used."""
    from mixchat.cli.config_check import problems_in_all, problems_in_file

    problems = list(problems_in_file(Path(args.file)) if args.file else problems_in_all(_paths()))
    for problem in problems:
        print(f"mixchat: {problem}", file=sys.stderr)
    if not problems:
        print("No problems found.", file=sys.stderr)
    return USAGE if problems else DONE


def run_path(_: argparse.Namespace) -> int:
    """Print the config file's path."""
    print(_paths().config_file)
    return DONE


def run_edit(args: argparse.Namespace) -> int:
    """Open the config in the editor; a new one begins as `init` writes it."""
    from mixchat.cli.editor import edit_file
    from mixchat.config.atomic import write_atomically
    from mixchat.config.reference import commented_file

    path = _paths().config_file
    if not path.exists():
        write_atomically(path, commented_file())
    edit_file(path)
    args.file = None
    return run_check(args)


def run_schema(_: argparse.Namespace) -> int:
    """Print the JSON Schema."""
    from mixchat.config.reference import json_schema

    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
    return DONE


def run_trust(args: argparse.Namespace) -> int:
    """Remember what the person says of this directory's profile."""
    from mixchat.config.toml_document import read
    from mixchat.config.trust import Trust

    profile = find_profile(working_directory())
    document = read(profile) if profile else None
    if profile is None or document is None:
        raise ConfigError("There is no .mixchat.toml in this directory or above it.")
    Trust(_paths().data).say(profile, document.text, "no" if args.no else "yes")
    print(f"{profile} {'does not count' if args.no else 'counts'} as it is now.", file=sys.stderr)
    return DONE


def _paths() -> Paths:
    return Paths.from_environment(os.environ)


def _values(args: argparse.Namespace) -> Iterator[tuple[str, object, str]]:
    """Yield every key with its value and where that comes from; what may hold a secret is not shown."""
    from mixchat.config.load import load_config
    from mixchat.config.schema import settings, value_of
    from mixchat.config.toml_validation import dotted

    paths, cwd = _paths(), working_directory()
    layers = read_layers(paths, cwd, os.environ)
    config = load_config(paths, cwd, os.environ)
    for setting in settings():
        value = value_of(config, setting.path)
        if setting.key == "stack" and args.stack:
            yield "stack", args.stack, "command line"
        elif setting.kind == "table":
            for name, item in cast("Mapping[str, object]", value).items():
                path = (*setting.path, name)
                shown = _without_headers(item) if setting.key == "providers" else item
                yield dotted(path), shown, source_of(path, layers)
        else:
            yield setting.key, value, source_of(setting.path, layers)


def _without_headers(provider: object) -> object:
    from msgspec import structs

    from mixchat.config.config import ProviderConfig

    if isinstance(provider, ProviderConfig) and provider.headers:
        return structs.replace(provider, headers=dict.fromkeys(provider.headers, "(not shown)"))
    return provider


def _is_within(key: str, wanted: str) -> bool:
    return key == wanted or key.startswith(f"{wanted}.")


def _no_such_key(wanted: str) -> str:
    from mixchat.config.schema import settings
    from mixchat.config.toml_validation import did_you_mean

    keys = {setting.key for setting in settings()} | {setting.path[0] for setting in settings()}
    if wanted in keys:
        return f"Nothing is set in [{wanted}]."
    return f'There is no key "{wanted}"{did_you_mean(wanted, keys) or "; all of them: mixchat help config"}'
