"""`mixchat ask`: one turn from the shell."""

import argparse
import asyncio
import sys
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mixchat.cli.asked import STANDARD_INPUT, PromptInput, read_asked
from mixchat.cli.parser import Subparsers
from mixchat.cli.printable import printable
from mixchat.cli.stdin import piped_bytes
from mixchat.domain.chat_request import GenerationSettings, TurnRequest
from mixchat.domain.errors import BadRequest, ConfigError, OwnNetwork
from mixchat.runtime.stop_signals import stop_signals

if TYPE_CHECKING:
    from mixchat.chat.chat import Chat
    from mixchat.chat.mentions import Mentions
    from mixchat.domain.chat_request import Pin
    from mixchat.domain.errors import Failure
    from mixchat.domain.events import ChatEvent
    from mixchat.domain.turn import FileRef, Turn
    from mixchat.runtime.runtime import Runtime

_EXAMPLE = """examples:
  mixchat ask "why does this segfault?" -f main.c
  git diff | mixchat ask "write a commit message" -r coding
  mixchat ask "@opus what does @notes.md leave out?"
  mixchat ask "sum up @https://example.com/role_config"
  git diff | mixchat ask -p review language=French
  mixchat ask -m opus --json "prove that there are infinitely many primes"
"""
_DESCRIPTION = """Answers one prompt. Standard input is added to the prompt. In the prompt, a first word @NAME pins a role,
an alias or a model, as in the app; @FILE and @https://... attach what is there."""
_GUARDS = ("budget", "secret", "private")


def add(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "ask",
        help="answer one prompt and print the reply as it streams",
        description=_DESCRIPTION,
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    say = parser.add_argument
    say(
        "words",
        nargs="*",
        metavar="PROMPT",
        help="what to ask; left out, standard input is the prompt; with -p also KEY=VALUE",
    )
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("-r", "--role", metavar="ROLE", help="use the model in this role")
    chosen.add_argument(
        "-m",
        "--model",
        metavar="REF",
        help="use this model: provider/model, an alias, or the model's name alone where one is meant",
    )
    say(
        "-f",
        "--file",
        metavar="FILE",
        action="append",
        default=[],
        help="attach a file, or - for what is piped in; may be repeated",
    )
    say(
        "-p",
        "--prompt",
        dest="library",
        metavar="NAME",
        help="a prompt of the library; KEY=VALUE fills it in",
    )
    say("--own-network", action="store_true", help="fetch @http://... from this machine and network, too")
    say("--unknown-price", action="store_true", help="under a budget, ask a model of unknown price, too")
    say("-c", "--continue", dest="go_on", action="store_true", help="go on with the last chat")
    say("--json", action="store_true", help="one JSON object a line instead of text")
    say("-q", "--quiet", action="store_true", help="no closing line about role, model, time and cost")
    say("--no-save", action="store_true", help="keep no chat; what it cost is counted all the same")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Answer the prompt; return the contract's exit code."""
    import gc

    from mixchat.runtime.runtime import build_runtime

    gc.disable()  # a process of a second makes no cycles that are worth looking for
    runtime = build_runtime(stack=args.stack, keep_chats=not args.no_save)
    if not args.unknown_price:
        runtime.storage.go_on_unpriced = "say --unknown-price to send anyway"
    # Who is asked about the prompt, and who is named to answer it, get ready while it is read.
    runtime.routing.preload(args.role or args.model)
    asked = read_asked(args)
    if asked.added and not args.quiet and not args.json:
        lines = asked.added.count("\n") + 1
        _talk(f"Standard input added {lines:,} {'line' if lines == 1 else 'lines'} to the prompt.")
    return asyncio.run(_ask(runtime, args, asked))


async def _ask(runtime: "Runtime", args: argparse.Namespace, asked: "PromptInput") -> int:
    from mixchat.chat.mentions import read_mentions

    try:
        chat = runtime.last_chat() if args.go_on else runtime.new_chat()
        role, model = (args.role, args.model) if args.role or args.model else (asked.role, asked.model)
        pin = _pin(runtime, role, model)
        mentions = read_mentions(asked.typed, runtime.routing.resolve_name, Path())
        if pin is None and mentions.nothing is not None:
            raise ConfigError(
                f"@{mentions.nothing} is not a role, alias, model or file here; nothing was sent. With -r or -m it is text."
            )
        show = _Json() if args.json else _Words(quiet=args.quiet)
        files = await _attached(chat, args, mentions)
        request = TurnRequest(
            text=asked.whole(asked.typed if pin else mentions.body),
            files=files,
            pin=pin or mentions.pin,
            settings=GenerationSettings(system=asked.system),
        )
        if request.pin is None:  # who is named needs nobody to be found
            await runtime.discover()
        return await _answer(chat, request, show)
    finally:
        await runtime.aclose()


async def _attached(chat: "Chat", args: argparse.Namespace, mentions: "Mentions") -> tuple["FileRef", ...]:
    """Return what goes with the prompt: the files that are named, and what stands at the addresses in it."""
    from mixchat.chat.attach_all import attach_all

    def tell(address: str) -> None:
        if address and not args.quiet and not args.json:
            _talk(f"Fetching {address} ...")

    try:
        given = _piped_file(chat) if STANDARD_INPUT in args.file else ()
        return given + await attach_all(
            chat,
            (*(Path(name) for name in args.file if name != STANDARD_INPUT), *mentions.files),
            mentions.addresses,
            own_network=args.own_network,
            fetching=tell,
        )
    except OwnNetwork as error:
        raise ConfigError(f"{error.message} Say --own-network to fetch it.") from None
    except BadRequest as error:
        raise ConfigError(error.message) from None


def _piped_file(chat: "Chat") -> tuple["FileRef", ...]:
    data = piped_bytes()
    if not data:
        raise ConfigError("Nothing is piped in for -f -; name a file, or pipe one in.")
    return (chat.attachments.add_content("standard input", data),)


async def _answer(chat: "Chat", request: "TurnRequest", show: "_Words | _Json") -> int:
    """Stream the reply; Ctrl+C or SIGTERM or a lost terminal stops it, and what it had cost is said like any other end."""
    code = 130
    reading = asyncio.create_task(_read(chat, request, show))
    with stop_signals(lambda _: reading.cancel()):
        try:
            code = await reading
        except asyncio.CancelledError:
            turn = chat.withdrawn or (chat.turns[-1] if chat.turns else None)
            if turn is not None:
                show.stopped(turn)
    return code


async def _read(chat: "Chat", request: "TurnRequest", show: "_Words | _Json") -> int:
    from mixchat.domain.events import TurnFailed

    code, unsent = 0, None
    sending = chat.send(request.text, files=request.files, pin=request.pin, settings=request.settings)
    async with aclosing(sending) as events:
        async for event in events:
            show.event(event)
            if isinstance(event, TurnFailed):
                code = 3 if event.failure.code in _GUARDS else 1
                unsent = None if event.turn.was_sent else event.turn.id
    if code == 1 and unsent is not None:  # nobody could be asked: there is nothing to come back to
        chat.withdraw(unsent)
    return code


_CUT: Final = "The reply was cut off at its length limit; set max_tokens for the role to allow more."


class _Words:
    """Prints the reply to stdout and a line of talk to stderr."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._ended_line = True
        self._clean = sys.stdout.isatty()
        self._said: list[str] = []

    def event(self, event: "ChatEvent") -> None:
        """Show one event."""
        from mixchat.domain.events import FailedOver, Notice, TextDelta, TurnFailed, TurnFinished

        match event:
            case TextDelta(text):
                self._write(text)
            case TurnFinished(turn):
                self._close(turn, _CUT if turn.stop == "length" else "")
            case TurnFailed(turn, failure):
                self._close(turn, self._new_in(failure))
            case FailedOver(source, target, failure) if not self._quiet:
                self._said.append(failure.message)
                _talk(f"{source} failed, trying {target}: {failure.message}")
            case Notice(_, text) if not self._quiet:
                _talk(text)
            case _:
                pass

    def stopped(self, turn: "Turn") -> None:
        """Show that the person stopped the reply."""
        self._close(turn, "Stopped; what came is kept." if turn.reply else "Stopped.")

    def _new_in(self, failure: "Failure") -> str:
        """Return what of a failure's sentences was not said when another model took over."""
        for said in self._said:
            if failure.message.startswith(said):
                return (
                    failure.message[len(said) :].strip() or f"{failure.ref or 'The next model'} failed, too."
                )
        return failure.message

    def _write(self, text: str) -> None:
        if not text:
            return
        self._ended_line = text.endswith("\n")
        print(printable(text) if self._clean else text, end="", flush=True)

    def _close(self, turn: "Turn", trouble: str) -> None:
        from mixchat.ledger.money import turn_cost

        if not self._ended_line:
            print(flush=True)
        if turn.citations:
            for number, source in enumerate(turn.citations, 1):
                _talk(
                    f"[{number}] {source.title or source.url} {source.url if source.title else ''}".rstrip()
                )
        if trouble:
            _talk(trouble)
        if not self._quiet and turn.named_ref is not None and turn.was_sent:
            role = turn.decision.role if turn.decision and turn.decision.role else "pinned"
            _talk(f"{role} · {turn.named_ref} · {turn.seconds:.1f} s · {turn_cost(turn)}")


class _Json:
    """Prints the contract's JSON lines."""

    def event(self, event: "ChatEvent") -> None:
        """Show one event."""
        from mixchat.cli.json_lines import encode_line, event_to_json

        if (found := event_to_json(event)) is not None:
            print(encode_line(found), flush=True)

    def stopped(self, turn: "Turn") -> None:
        """Show that the person stopped the reply."""
        from mixchat.cli.json_lines import encode_line, end_record

        print(encode_line(end_record("stopped", turn)), flush=True)


def _pin(runtime: "Runtime", role: str | None, model: str | None) -> "Pin | None":
    name = role or model
    if name is None:
        return None
    pin = runtime.routing.resolve_name(name)
    stack = runtime.routing.stack
    if role and (pin is None or pin.role is None):
        known = ", ".join(sorted(stack.roles))
        raise ConfigError(f"{name} is not a role of the stack {stack.name}; it has {known}.")
    if pin is None:
        raise ConfigError(runtime.routing.unknown_name_message(name, roles=False))
    if not role and pin.role:
        raise ConfigError(f"{name} is a role and no model; write -r {name}.")
    return pin


def _talk(text: str) -> None:
    print(printable(text), file=sys.stderr, flush=True)
