"""`mixchat history export`, `import` and `schema`: saved chats as files."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from mixchat.cli.exit import DONE
from mixchat.cli.printable import printable
from mixchat.domain.errors import ConfigError

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime
    from mixchat.storage.imports import Added
    from mixchat.transfer.document import ChatDocument
    from mixchat.transfer.importer import Import

_EXPORT = """examples:
  mixchat history export 3f2a                            Markdown on stdout
  mixchat history export 3f2a --format html -o chat.html
  mixchat history export --all -o chats.json             everything, to move or to keep
"""
_IMPORT = """Takes mixchat's own JSON, the export of ChatGPT or Claude (the zip file or its conversations.json)
and the log database of llm (`llm logs path`). Doing it again takes only what is new; nothing counts as spent."""
_IMPORT_EXAMPLES = """examples:
  mixchat history import chats.json
  mixchat history import ~/Downloads/chatgpt-export.zip "$(llm logs path)"
"""


class _Commands(Protocol):
    def add_parser(
        self, name: str, *, help: str = ..., description: str = ..., epilog: str = ...
    ) -> argparse.ArgumentParser: ...


def add(commands: _Commands) -> None:
    """Add the commands to the family."""
    out = commands.add_parser("export", help="write a chat as Markdown, JSON or HTML", epilog=_EXPORT)
    which = out.add_mutually_exclusive_group(required=True)
    which.add_argument("id", nargs="?", metavar="ID", help="the id or its beginning")
    which.add_argument("--all", action="store_true", help="every chat, as JSON")
    out.add_argument("--format", choices=("md", "json", "html"), help="left out: as FILE ends, else md")
    out.add_argument("-o", "--output", metavar="FILE", help="write there instead of stdout")
    out.set_defaults(run=run_export)
    taken = commands.add_parser(
        "import", help="take chats from a file", description=_IMPORT, epilog=_IMPORT_EXAMPLES
    )
    taken.add_argument("files", nargs="+", metavar="FILE", help="an export")
    taken.set_defaults(run=run_import)
    shape = commands.add_parser(
        "schema",
        help="the JSON Schema of exports",
        epilog="example: mixchat history schema > chats.schema.json",
    )
    shape.set_defaults(run=run_schema)


def run_export(args: argparse.Namespace) -> int:
    """Write one chat, or all of them."""
    from mixchat.transfer.exporter import Exporter
    from mixchat.transfer.render import form_of, render

    runtime = _runtime(args)
    exporter = Exporter(runtime.storage.chats, runtime.storage.turns)
    if args.all:
        if args.format not in (None, "json"):
            raise ConfigError("--all writes JSON; leave out --format, or export one chat by its id.")
        _write(_packed(exporter.all()), args.output)
        return DONE
    document = exporter.chat(runtime.saved_chat(args.id).record)
    form = args.format or form_of(Path(args.output or ""))
    settings = runtime.settings
    _write(render(document, form, settings.config.theme, settings.paths.themes), args.output)
    return DONE


def run_import(args: argparse.Namespace) -> int:
    """Take the chats of each file; say on stderr what was taken and what was not, and print the new ones."""
    from mixchat.storage.imports import ImportStore
    from mixchat.transfer.importer import Importer
    from mixchat.transfer.source import open_export

    runtime = _runtime(args)
    for name in args.files:
        source = open_export(Path(name))
        foreign = source.program != "mixchat"
        importer = Importer(
            ImportStore(runtime.storage.database), private=foreign and runtime.settings.config.private
        )
        try:
            for taken in source.chats:
                _print_new(importer.take(taken), taken.document)
        finally:
            for line in _report(name, source.program, importer.result):
                print(line, file=sys.stderr)
    return DONE


def run_schema(_: argparse.Namespace) -> int:
    """Print the JSON Schema of an export."""
    import json

    from mixchat.transfer.document import schema

    print(json.dumps(schema(), indent=2))
    return DONE


def _print_new(added: "Added | None", document: "ChatDocument") -> None:
    if added is not None and added.is_new:
        print(f"{added.id}  {printable(document.title)}".rstrip())


def _report(name: str, program: str, result: "Import") -> Iterator[str]:
    """Yield what became of one file."""
    said = [f"{_count(result.chats, 'chat')} with {_count(result.turns, 'turn')} taken"]
    if result.grown:
        said[0] = f"{_count(result.chats, 'new chat')} and {_count(result.turns, 'new turn')} taken"
    said += [f"{_count(result.grown, 'chat')} grew"] if result.grown else []
    said += [f"{_count(result.known, 'chat')} here already"] if result.known else []
    said += [f"{_count(result.brought_back, 'deleted chat')} brought back"] if result.brought_back else []
    yield f"{printable(name)} ({program}): {', '.join(said)}."
    left = +result.left
    if left:
        yield f"Not taken: {', '.join(f'{count:,} {what}' for what, count in left.most_common())}."


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _packed(documents: "Iterator[ChatDocument]") -> Iterator[bytes]:
    from mixchat.transfer.document import encode

    return encode(documents)


def _write(pieces: Iterator[bytes], output: str | None) -> None:
    """Write to a file that appears whole or not at all, or to stdout."""
    if output is None or output == "-":
        sys.stdout.flush()
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        return
    from mixchat.config.atomic import write_bytes_atomically

    write_bytes_atomically(Path(output), pieces)
    print(f"Written to {printable(output)}.", file=sys.stderr)


def _runtime(args: argparse.Namespace) -> "Runtime":
    from mixchat.runtime.runtime import build_runtime

    return build_runtime(stack=args.stack)
