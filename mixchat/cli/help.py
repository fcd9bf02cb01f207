"""`mixchat help`: longer texts, each made from the place where its subject is documented."""

import argparse
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from mixchat.cli.exit import DONE
from mixchat.cli.parser import COMMANDS, Subparsers, build_parser
from mixchat.domain.errors import ConfigError

_EXAMPLES = """examples:
  mixchat help config
  mixchat help errors
"""


def add(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "help",
        help="longer texts: config, errors, install, prompts, python, roles, stacks, or any command",
        description="Explains a topic, or a command as its --help does.",
        epilog=_EXAMPLES,
    )
    parser.add_argument("topic", nargs="?", metavar="TOPIC", help=f"{', '.join(_TOPICS)}, or a command")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the topic."""
    topic: str | None = args.topic
    if topic is not None and topic in _TOPICS:
        print("\n".join(_TOPICS[topic]()))
        return DONE
    names = [command.name for command in COMMANDS]
    if topic is not None and topic not in names:
        from mixchat.config.toml_validation import did_you_mean

        known = [*_TOPICS, *names]
        guess = did_you_mean(topic, known) or f"; there are {', '.join(_TOPICS)}, and the commands."
        raise ConfigError(f'There is no topic "{topic}"{guess}')
    if topic is None:
        build_parser(None).print_help()
        print(f"\ntopics: {', '.join(_TOPICS)}; read one with: mixchat help TOPIC")
        return DONE
    build_parser(None, every=True).parse_args([topic, "--help"])
    return DONE


def _config() -> Iterator[str]:
    from mixchat.config.reference import described_keys

    yield "Every key of config.toml; what may be written and what counts when it is left out is in brackets."
    yield from _listed(dict(described_keys()))


def _errors() -> Iterator[str]:
    from mixchat.domain.errors import ERRORS

    yield "The names of errors in `ask --json`, and what each of them means."
    yield from _listed({code: (kind.__doc__ or "").partition("\n")[0] for code, kind in ERRORS.items()})


def _roles() -> Iterator[str]:
    from mixchat.domain.role import BUILT_IN

    yield "The roles that are built in; a stack may leave some out and define its own."
    yield from _listed({role.name: role.description for role in BUILT_IN})


def _stacks() -> Iterator[str]:
    from mixchat.config.schema import docstrings
    from mixchat.config.stack_file import RoleTable, SlotEntry

    yield "What stands in [roles.NAME] of a stack file, or of the config."
    yield from _listed(docstrings(RoleTable))
    yield "\nAn entry of models may be a table."
    yield from _listed(docstrings(SlotEntry))


def _prompts() -> Iterator[str]:
    from mixchat.config import prompts

    yield (prompts.__doc__ or "").strip()
    yield f"\nA new file begins so:\n\n{prompts.TEMPLATE.rstrip()}"


def _python() -> Iterator[str]:
    yield Path(__file__).with_name("python.md").read_text("utf-8").rstrip()


def _install() -> Iterator[str]:
    from mixchat.cli.extras import EXTRAS
    from mixchat.cli.platforms import PLATFORMS, WAYS

    yield "Ways to install it; Python 3.11 or newer is needed."
    yield from _listed(dict(WAYS))
    yield "\nWhat not everybody needs is an extra; `mixchat doctor` says which are missing."
    yield from _listed({extra.how: f"for {extra.command}" for extra in EXTRAS})
    yield "\nWhere it runs."
    yield from _listed({row.name: f"{row.state}: {row.why}" for row in PLATFORMS})


def _listed(rows: Mapping[str, str]) -> Iterator[str]:
    width = min(max(map(len, rows)), 32)
    for name, words in rows.items():
        yield f"  {name:<{width}}  {' '.join(words.split())}"


_TOPICS: Final[Mapping[str, Callable[[], Iterator[str]]]] = {
    "config": _config, "errors": _errors, "install": _install, "prompts": _prompts, "python": _python,
    "roles": _roles, "stacks": _stacks,
}  # fmt: skip
