"""`mixchat history`: saved chats from the shell."""

import argparse
import asyncio
import sys
from datetime import datetime
from typing import TYPE_CHECKING

from mixchat.cli import history_files
from mixchat.cli.parser import Subparsers
from mixchat.cli.printable import printable
from mixchat.domain.errors import ConfigError

if TYPE_CHECKING:
    from mixchat.domain.turn import Turn
    from mixchat.runtime.runtime import Runtime
    from mixchat.storage.search import Hit

_EXAMPLE = """examples:
  mixchat history search segfault
  mixchat history show 3f2a
  mixchat history export 3f2a --format html -o chat.html
  mixchat --resume 3f2a
"""

_ENDINGS = {"stopped": "\n\n(stopped here)", "open": "\n\n(another window is answering it)"}
"""What is said below a reply that is not complete."""


def add(subparsers: Subparsers) -> None:
    """Add the family to the command line."""
    family = subparsers.add_parser(
        "history",
        help="saved chats",
        description="Lists, searches, shows, removes, brings back, exports and imports saved chats.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = family.add_subparsers(dest="history_command", metavar="COMMAND", required=True)
    listed = commands.add_parser("list", help="the newest first", epilog="example: mixchat history list -n 5")
    listed.add_argument("-n", "--number", type=int, default=20, help="how many; 20")
    listed.add_argument(
        "--deleted", action="store_true", help="those that were deleted and can be brought back"
    )
    listed.set_defaults(run=run_list)
    found = commands.add_parser(
        "search", help="find words", epilog="example: mixchat history search 'binary tree'"
    )
    found.add_argument("words", nargs="+", metavar="WORDS", help="all of them must occur")
    found.add_argument(
        "--meaning", action="store_true", help="search by meaning, with the embedding model of the config"
    )
    found.add_argument("-n", "--number", type=int, default=50, help="how many; 50")
    found.set_defaults(run=run_search)
    shown = commands.add_parser("show", help="print a chat", epilog="example: mixchat history show 3f2a")
    shown.add_argument("id", metavar="ID", help="the id or its beginning")
    shown.set_defaults(run=run_show)
    removed = commands.add_parser("rm", help="delete a chat", epilog="example: mixchat history rm 3f2a")
    removed.add_argument("id", metavar="ID", help="the id or its beginning")
    removed.add_argument(
        "--now", action="store_true", help="take it off the disk at once, with all else that was deleted"
    )
    removed.set_defaults(run=run_rm)
    restored = commands.add_parser(
        "restore", help="bring a deleted chat back", epilog="example: mixchat history restore 3f2a"
    )
    restored.add_argument("id", metavar="ID", help="the id or its beginning")
    restored.set_defaults(run=run_restore)
    history_files.add(commands)


def run_list(args: argparse.Namespace) -> int:
    """Print a line a chat: id, day, title."""
    chats = _runtime(args).storage.chats.list(args.number, deleted=args.deleted)
    for chat in chats:
        day = datetime.fromtimestamp(chat.updated).astimezone().strftime("%Y-%m-%d %H:%M")
        print(f"{chat.id}  {day}  {printable(chat.title)}")
    if not chats:
        none = "No deleted chat is left." if args.deleted else "No chat is saved yet; start one with: mixchat"
        print(none, file=sys.stderr)
    return 0


def run_search(args: argparse.Namespace) -> int:
    """Print a line a hit: chat, title, the words in their place."""
    words = " ".join(args.words)
    hits = (
        asyncio.run(_by_meaning(args, words))
        if args.meaning
        else _runtime(args).storage.search.find(words, limit=args.number)
    )
    with_words = {hit.chat for hit in hits if hit.turn}
    for hit in hits:
        if not hit.turn and hit.chat in with_words:
            continue  # its title is on the lines of what was said in it
        found = f": {printable(' '.join(hit.snippet.split()))}" if hit.turn else ""
        print(f"{hit.chat}  {printable(hit.title)}{found}")
    total = 0 if args.meaning else _runtime(args).storage.search.count(words)
    if total > len(hits):
        print(f"{len(hits)} of {total} hits; -n {total} shows all.", file=sys.stderr)
    if not hits:
        print("Nothing found; try fewer words.", file=sys.stderr)
    return 0


async def _by_meaning(args: argparse.Namespace, words: str) -> list["Hit"]:
    from mixchat.chat.semantic_search import index_prompts
    from mixchat.storage.vectors import Vectors

    runtime = _runtime(args)
    try:
        embed = runtime.routing.vectors
        if embed is None:
            raise ConfigError(
                'No embedding model is set; write embeddings = "cohere/embed-v4.0" in [router].'
            )
        private = runtime.routing.services.local(embed.ref)
        return await index_prompts(
            words, Vectors(runtime.storage.database), embed, model=str(embed.ref), private=private
        )
    finally:
        await runtime.aclose()


def run_show(args: argparse.Namespace) -> int:
    """Print a chat's turns."""
    chat = _runtime(args).saved_chat(args.id)
    for turn in chat.turns:
        print(_turn(turn))
        others = len(chat.path.beside(turn.id)) - 1
        if others:
            print(f"The turn above has {others} more beside it, on other branches.", file=sys.stderr)
    return 0


def run_rm(args: argparse.Namespace) -> int:
    """Delete a chat; its cost stays in the ledger."""
    from mixchat.storage.deletion import UNDO_TIME, purge, purge_at_once

    runtime = _runtime(args)
    record = runtime.saved_chat(args.id).record
    runtime.storage.chats.delete(record.id)
    asyncio.run(runtime.storage.database.flush())
    if args.now:
        purge_at_once(runtime.storage.database)
        gone = "gone from the disk, with all else that was deleted and the copies made before upgrades"
    else:
        purge(runtime.storage.database, runtime.storage.clock.now() - UNDO_TIME)
        back = f"`mixchat history restore {record.id}` brings it back within {UNDO_TIME / 3600:g} h"
        gone = f"{back}, then it is gone from the disk; --now does it at once"
    print(
        f"Deleted {record.id} ({printable(record.title)}): {gone}. What it cost stays counted.",
        file=sys.stderr,
    )
    return 0


def run_restore(args: argparse.Namespace) -> int:
    """Bring back a chat that was deleted and is still on the disk."""
    runtime = _runtime(args)
    try:
        record = runtime.storage.chats.find(args.id, deleted=True)
    except KeyError as error:
        raise ConfigError(str(error.args[0])) from None
    runtime.storage.chats.restore(record.id)
    asyncio.run(runtime.storage.database.flush())
    print(f"{record.id} ({printable(record.title)}) is back.", file=sys.stderr)
    return 0


def _turn(turn: "Turn") -> str:
    role = turn.decision.role if turn.decision and turn.decision.role else "pinned"
    by = f"{role} · {turn.named_ref}" if turn.named_ref else "no model answered"
    ending = f"\n\n({turn.failure.message})" if turn.failure else _ENDINGS.get(turn.outcome, "")
    return printable(f"> {turn.prompt}\n\n[{by}]\n{turn.reply}{ending}\n")


def _runtime(args: argparse.Namespace) -> "Runtime":
    from mixchat.runtime.runtime import build_runtime

    return build_runtime(stack=args.stack)
