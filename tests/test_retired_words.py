"""Words that nobody has to read any more: in no string of the program, no help, no README."""

import argparse
import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mixchat.cli.parser import whole_parser

ROOT = Path(__file__).parents[1]
RETIRED = re.compile(
    r"""(?ix)
    \bseats?\b | \bseated\b | \bline-ups? | \bwithin\ reach | \bout\ of\ reach
    | what\ shall\ be | who\ shall | shall\ sit | which\ answer\ goes\ on | \bwrite\ on\b | go\ on\ once
    | \brests\ \d | \brests\ until | to\ be\ tried\ again | next\ candidate | correct\ the\ role
    | \bunder\ way\b | asked\ at\ once\ with |  out\ a\ million | \ba\ million\b
    | set\ this\ chat\ up | longest\ reply | nobody\ can\ answer | take\ the\ successor
    | queue's\ last | the\ local\ engine | things\ move | stopped\ by\ a\ guard
    | costs?\ nothing:\ this\ machine | goes\ on\ from\ the\ turn | \bescape\b(?!d|\ sequence|\ code)
    """
)
FOLDERS = (
    "tui",
    "cli",
    "chat",
    "routing",
    "ledger",
    "runtime",
    "providers",
    "config",
    "domain",
    "storage",
    "transfer",
)


def _strings(path: Path) -> Iterator[tuple[int, str]]:
    """Yield every text of a module that has words in it, docstrings apart."""
    tree = ast.parse(path.read_text("utf-8"))
    own = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    # A text below a constant or a field says what that is, as a docstring does.
    own |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in own:
            yield node.lineno, node.value


def _said() -> Iterator[tuple[str, str]]:
    for folder in FOLDERS:
        for path in sorted((ROOT / "mixchat" / folder).rglob("*.py")):
            for line, text in _strings(path):
                if " " in text.strip():
                    yield f"{path.relative_to(ROOT)}:{line}", text
    for name in ("README.md",):
        for number, line in enumerate((ROOT / name).read_text("utf-8").splitlines(), 1):
            yield f"{name}:{number}", line


def test_no_text_that_a_person_reads_has_a_retired_word():
    found = [
        f"{place}: {match[0]!r} in {text[:90]!r}"
        for place, text in _said()
        if (match := RETIRED.search(text)) is not None
    ]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize(
    "text", ["who sits in a seat", "press Escape", "the line-up of coding", "it is under way"]
)
def test_the_words_are_found_where_they_are(text: str):
    assert RETIRED.search(text) is not None


def test_the_help_of_the_shell_has_no_retired_word():
    parsers = [whole_parser()]
    for parser in parsers:
        actions = (
            action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction)
        )
        parsers += [below for choices in actions for below in choices.values() if below not in parsers]
    assert len(parsers) > 10
    texts = [parser.format_help() for parser in parsers]
    assert not [match[0] for text in texts for match in RETIRED.finditer(text)]
