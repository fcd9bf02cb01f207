"""LaTeX as Unicode: read by pylatexenc, written in lines of text; what cannot be written so is left as it is."""

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any, Final, Protocol

from mixchat.tui.transcript.markdown.formula_commands import COMMANDS, TEXT, Unwritable, symbol
from mixchat.tui.transcript.markdown.notation import Box, beside, columns, enclosed, lowered, raised, spaced

_LONGEST: Final = 2_000
_DEEPEST: Final = 40
"""Characters of a formula, and brackets within each other, beyond which it is shown as it was written."""
_NO_BRACKET: Final = re.compile(r"\\(?:left|right)\s*\.")
_DELIMITERS: Final = (("$$", "$$"), ("$", "$"), ("\\(", "\\)"), ("\\[", "\\]"))

_BRACKETS: Final = {
    "pmatrix": "()", "bmatrix": "[]", "Bmatrix": "{}", "vmatrix": "||", "Vmatrix": "‖‖", "cases": "{", "matrix": "",
    "array": "", "smallmatrix": "", "dcases": "{", "rcases": " }",
}  # fmt: skip
_WITH_COLUMNS: Final = ("array", "alignat", "alignat*", "alignedat")
_ALIGNED: Final = frozenset(
    {
        "align",
        "aligned",
        "alignat",
        "alignedat",
        "split",
        "eqnarray",
        "gather",
        "gathered",
        "multline",
        "equation",
    }
)


class _Arguments(Protocol):
    argnlist: Sequence["_Node | None"]


class _Node(Protocol):
    """One node of the library's tree; which of these it has depends on its kind."""

    chars: str
    nodelist: Sequence["_Node"]
    macroname: str
    macro_post_space: str
    environmentname: str
    specials_chars: str
    nodeargd: _Arguments | None


def inner(source: str) -> str:
    """Return a formula without the signs around it."""
    source = source.strip()
    for left, right in _DELIMITERS:
        if source.startswith(left) and source.endswith(right) and len(source) >= len(left) + len(right):
            return source[len(left) : -len(right)]
    return source


@lru_cache(maxsize=1_024)
def in_line(source: str) -> str | None:
    """Return a formula as one line of text, or None if it has to be shown as it was written.

    Args:
        source: LaTeX, with the signs around it.
    """
    try:
        return spaced(_Writer().text(_read(source))) or None
    except Unwritable:
        return None


@lru_cache(maxsize=256)
def in_rows(source: str) -> tuple[str, ...] | None:
    """Return a formula as rows of text, as many as its matrices and cases need, or None."""
    try:
        rows = [row.rstrip() for row in _Writer().rows(_read(source))]
    except Unwritable:
        return None
    return tuple(rows) if any(rows) else None


def _read(source: str) -> Sequence[_Node]:
    """Return the nodes of a formula.

    Raises:
        Unwritable: it is too long, too deep, or no formula.
    """
    formula = _NO_BRACKET.sub("", inner(source))
    if len(formula) > _LONGEST or _depth(formula) > _DEEPEST:
        raise Unwritable(formula)
    from pylatexenc.latexwalker import (  # pyright: ignore[reportMissingTypeStubs]
        LatexWalker,
        LatexWalkerError,
    )

    try:
        walker: Any = LatexWalker(formula, latex_context=_grammar(), tolerant_parsing=False)
        return walker.get_latex_nodes()[0]
    except LatexWalkerError as error:
        raise Unwritable(formula) from error


def _depth(formula: str) -> int:
    deep = most = 0
    for letter in formula:
        deep += (letter in "{[(") - (letter in "}])")
        most = max(most, deep)
    return most + formula.count("\\begin")


@cache
def _grammar() -> object:
    """Return which arguments each command of a formula takes."""
    from pylatexenc import latexwalker, macrospec  # pyright: ignore[reportMissingTypeStubs]

    arguments = macrospec.MacroStandardArgsParser
    context: Any = latexwalker.get_default_latex_context_db()
    context.add_context_category(
        "formulas",
        macros=[
            macrospec.MacroSpec(name, arguments(command.arguments)) for name, command in COMMANDS.items()
        ],
        environments=[macrospec.EnvironmentSpec(name, arguments("{")) for name in _WITH_COLUMNS],
        specials=[macrospec.SpecialsSpec(mark, arguments("{")) for mark in "^_"],
        prepend=True,
    )
    return context


class _Writer:
    """Writes the nodes of one formula."""

    def __init__(self) -> None:
        self._in_text = False
        self._by_kind: dict[str, Callable[[_Node], str]] = {
            "Chars": self._chars,
            "Group": lambda node: self.text(node.nodelist),
            "Math": self._math,
            "Macro": self._macro,
            "Specials": self._special,
            "Environment": self._flat,
        }

    def rows(self, nodes: Sequence[_Node]) -> Box:
        """Return the formula with its matrices and cases as tall as they are."""
        lines: list[list[_Node]] = [[]]
        for node in nodes:
            if _kind(node) == "Macro" and node.macroname in {"\\", "newline"}:
                lines.append([])
            else:
                lines[-1].append(node)
        return [row for line in lines if line or len(lines) == 1 for row in self._row(line)]

    def _row(self, nodes: Sequence[_Node]) -> Box:
        boxes: list[Box] = []
        run: Sequence[_Node] = []
        for node in nodes:
            if _kind(node) == "Environment" and "\n" not in node.environmentname:
                boxes.extend(([self._gapped(run)], self._tall(node)))
                run = []
            else:
                run.append(node)
        boxes.append([self._gapped(run)])
        joined = beside(boxes)
        left = min((len(row) - len(row.lstrip()) for row in joined if row.strip()), default=0)
        return [row[left:] for row in joined]

    def _gapped(self, nodes: Sequence[_Node]) -> str:
        """Return a part of a row; a blank at its ends stays, so that it does not touch what stands beside it."""
        written = self.text(nodes)
        text = spaced(written)
        if not text:
            return ""
        before, after = written[:1] == " " or text[0] in "=,", written[-1:] == " " or text[-1] in "=,"
        return f"{' ' * before}{text}{' ' * after}"

    def _tall(self, node: _Node) -> Box:
        name = node.environmentname.rstrip("*")
        cells = self._cells(node)
        if name in _ALIGNED:
            return (
                columns(cells, "rl", "")
                if name not in {"gather", "gathered", "multline"}
                else columns(cells, "l", " ")
            )
        if name not in _BRACKETS:
            raise Unwritable(name)
        marks = _BRACKETS[name].ljust(2)
        box = columns(cells, "l" if "cases" in name else "c", "  ")
        return enclosed(box, marks[0].strip(), marks[1].strip())

    def _cells(self, node: _Node) -> list[list[str]]:
        rows: list[list[list[_Node]]] = [[[]]]
        for part in node.nodelist:
            if _kind(part) == "Macro" and part.macroname == "\\":
                rows.append([[]])
            elif _kind(part) == "Specials" and part.specials_chars == "&":
                rows[-1].append([])
            elif not (_kind(part) == "Macro" and part.macroname == "hline"):
                rows[-1][-1].append(part)
        aligned = node.environmentname.rstrip("*") in _ALIGNED
        written = [
            [self._cell(cell, first=not at, aligned=aligned) for at, cell in enumerate(row)] for row in rows
        ]
        return [row for row in written if any(cell.strip() for cell in row)] or [[""]]

    def _cell(self, nodes: Sequence[_Node], *, first: bool, aligned: bool) -> str:
        text = spaced(self.text(nodes))
        return text if first or not aligned or not text else f" {text}"

    def text(self, nodes: "Sequence[_Node | None]") -> str:
        """Return nodes in one line."""
        return "".join([self._node(node) for node in nodes if node is not None])

    def _node(self, node: _Node) -> str:
        write = self._by_kind.get(_kind(node))
        return "" if write is None else write(node)

    def _math(self, node: _Node) -> str:
        inside, self._in_text = self._in_text, False
        text = spaced(self.text(node.nodelist))
        self._in_text = inside
        return text

    def _chars(self, node: _Node) -> str:
        text = node.chars
        if self._in_text:
            return text
        return " ".join(text.replace("\n", " ").split(" ")).replace("-", "−").replace("'", "′")

    def _special(self, node: _Node) -> str:
        mark = node.specials_chars
        if mark in "^_":
            text = "".join(self._arguments(node))
            script = raised(text.strip()) if mark == "^" else lowered(text.strip())
            return script + text[len(text.rstrip()) :]
        return {"&": " ", "~": " ", "--": "−−", "---": "−−−", "''": "″", "``": "“"}.get(mark, mark)

    def _flat(self, node: _Node) -> str:
        """Return a matrix within something else in one line."""
        name = node.environmentname.rstrip("*")
        if name not in _BRACKETS and name not in _ALIGNED:
            raise Unwritable(name)
        marks = _BRACKETS.get(name, "").ljust(2)
        return marks[0].strip() + "; ".join(" ".join(row) for row in self._cells(node)) + marks[1].strip()

    def _arguments(self, node: _Node) -> list[str]:
        given: Sequence[_Node | None] = node.nodeargd.argnlist if node.nodeargd is not None else ()
        return [self.text([one]) for one in given]

    def _macro(self, node: _Node) -> str:
        name = node.macroname
        command = COMMANDS.get(name)
        if command is None:
            return symbol(name, apart=bool(node.macro_post_space))
        inside, self._in_text = self._in_text, self._in_text or name in TEXT
        given = self._arguments(node)
        self._in_text = inside
        if len(given) != len(command.arguments):
            raise Unwritable(name)
        return command.write(*given)


def _kind(node: _Node) -> str:
    return type(node).__name__.removeprefix("Latex").removesuffix("Node")
