"""`mixchat route`: what the router would do, touching no network."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from mixchat.cli.exit import DONE
from mixchat.cli.parser import Subparsers
from mixchat.cli.stdin import read_prompt
from mixchat.domain.chat_request import RoutingInput
from mixchat.domain.decision import RoutingDecision
from mixchat.domain.errors import ConfigError

if TYPE_CHECKING:
    from mixchat.routing.router import Router

_EXAMPLES = """examples:
  mixchat route "why does this segfault?"
  mixchat route --json --explain "summarize this" < report.txt
  mixchat route --jsonl < prompts.jsonl
"""


class RouteLine(Struct):
    """One line of `--jsonl`'s input."""

    prompt: str
    history: tuple[str, ...] = ()
    """The prompts before it, oldest first."""


def add(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "route",
        help="what the router would do with a prompt; nothing is sent",
        description="Says which role and model a prompt would get, and why. Touches no network.",
        epilog=_EXAMPLES,
    )
    say = parser.add_argument
    say("prompt", nargs="?", metavar="PROMPT", help="the prompt; standard input is added to it")
    say("--json", action="store_true", help="one JSON object on stdout")
    say("--jsonl", action="store_true", help="a JSON object a line on stdin, an answer a line on stdout")
    say(
        "--explain", action="store_true", help="also the evidence, the other roles and the models passed over"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Decide about the prompt, or about every line of standard input."""
    if args.jsonl:
        if args.prompt is not None:
            raise ConfigError("--jsonl takes its prompts from standard input; leave the PROMPT out.")
        return _run_lines(args)
    question = RoutingInput(prompt=read_prompt(args.prompt, 'mixchat route "..."'))
    decision = _router(args).decide_locally(question)
    if args.json:
        _print_json(_facts(decision, args.explain))
        return DONE
    print("\n".join(_words(decision, args.explain)))
    if not decision.fallback_order:
        print("No model of the fallback order is available; see `mixchat doctor`.", file=sys.stderr)
    return DONE


def _run_lines(args: argparse.Namespace) -> int:
    router = _router(args)
    for line in _lines():
        decision = router.decide_locally(RoutingInput(prompt=line.prompt, history=line.history))
        _print_json(_facts(decision, args.explain))
    return DONE


def _router(args: argparse.Namespace) -> "Router":
    from mixchat.runtime.runtime import build_runtime

    return build_runtime(stack=args.stack).routing.router


def _lines() -> Iterator[RouteLine]:
    """Yield the lines of standard input as they come; an empty one is passed over."""
    decoder = msgspec.json.Decoder(RouteLine)
    for number, text in enumerate(sys.stdin.buffer, start=1):
        if text.strip():
            try:
                yield decoder.decode(text)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                reason = str(error).rstrip(".")
                raise ConfigError(
                    f'Line {number} of standard input is not {{"prompt": "...", "history": [...]}}: {reason}.'
                ) from None


def _print_json(facts: Mapping[str, object]) -> None:
    print(msgspec.json.encode(facts).decode(), flush=True)


def _facts(decision: RoutingDecision, explain: bool) -> dict[str, object]:
    """Return the contract's answer; with `explain`, what it was made from."""
    refs = [str(slot.ref) for slot in decision.fallback_order]
    facts: dict[str, object] = {
        "role": decision.role,
        "model": refs[0] if refs else None,
        "lineup": refs,
        "confidence": round(decision.confidence, 4),
        "classifier": decision.classifier,
        "why": decision.why,
    }
    if explain:
        facts["evidence"] = [
            {"text": item.text, "weight": round(item.weight, 4)} for item in decision.evidence
        ]
        facts["alternatives"] = {role: round(share, 4) for role, share in decision.alternatives}
        facts["skipped"] = [{"model": model, "why": why} for model, why in decision.skipped]
        facts["plan"] = None if decision.plan is None else str(decision.plan.ref)
        facts["private"] = decision.private
    return facts


def _words(decision: RoutingDecision, explain: bool) -> Iterator[str]:
    """Yield the lines of the answer for a person."""
    model = str(decision.fallback_order[0].ref) if decision.fallback_order else "no model"
    yield f"{decision.role} -> {model}"
    yield decision.why
    if not explain:
        return
    yield f"decided by: {decision.classifier}"
    if decision.plan is not None:
        yield f"planned by: {decision.plan.ref}"
    for item in decision.evidence:
        yield f"  {item.weight:+.2f}  {item.text}"
    if decision.alternatives:
        yield "other roles: " + ", ".join(f"{role} {share:.2f}" for role, share in decision.alternatives)
    yield "fallback order: " + (", ".join(str(slot.ref) for slot in decision.fallback_order) or "empty")
    for model, why in decision.skipped:
        yield f"  without {model}: {why}"
