"""The commands of LaTeX's formulas, as text."""

import unicodedata
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any, Final, NamedTuple, Protocol, cast

from mixchat.tui.transcript.markdown.notation import fraction, lowered, named, raised, root, spaced


class Unwritable(Exception):
    """Something of a formula has no form in text."""


Write = Callable[..., str]
"""Given the arguments of a command as text, returns the whole as text."""


class FormulaCommand(NamedTuple):
    """A command with arguments."""

    arguments: str
    """`{` for each that must be there, `[` for each that may."""
    write: Write


_ACCENTS: Final = {
    "hat": "̂", "widehat": "̂", "bar": "̄", "overline": "̅", "vec": "⃗", "overrightarrow": "⃗", "dot": "̇", "ddot": "̈",
    "tilde": "̃", "widetilde": "̃", "underline": "̲", "check": "̌", "breve": "̆", "acute": "́", "grave": "̀", "mathring": "̊",
}  # fmt: skip
_DOUBLE: Final = {"C": "ℂ", "H": "ℍ", "N": "ℕ", "P": "ℙ", "Q": "ℚ", "R": "ℝ", "Z": "ℤ"}
TEXT: Final = frozenset({"text", "textbf", "textit", "textrm", "texttt", "textsf", "mbox", "hbox"})
"""Commands whose argument is words."""
_AS_IT_IS: Final = frozenset(
    {"mathrm", "mathbf", "mathit", "mathsf", "mathtt", "mathcal", "mathscr", "mathfrak", "mathnormal", "boldsymbol",
     "bm", "pmb", "boxed", "mathbin", "mathrel", "mathord", "underbrace", "overbrace", "cancel"}
)  # fmt: skip


def _accented(mark: str, text: str) -> str:
    return "".join([letter + mark for letter in text.strip()])


def _double(text: str) -> str:
    return "".join([_DOUBLE.get(letter, letter) for letter in text])


def _not(text: str) -> str:
    return unicodedata.normalize("NFC", f"{text.strip()}̸")


def _fraction(above: str, below: str) -> str:
    return fraction(spaced(above), spaced(below))


def _choice(above: str, below: str) -> str:
    return f"C({spaced(above)}, {spaced(below)})"


def _overset(above: str, of: str) -> str:
    return of + raised(above)


def _underset(under: str, of: str) -> str:
    return of + lowered(under)


def _coloured(_: str, of: str) -> str:
    return of


def _root(degree: str, of: str) -> str:
    return root(spaced(of), degree)


def _modulo(text: str) -> str:
    return f" (mod {spaced(text)})"


def _tag(text: str) -> str:
    return f"    ({text})"


def _phantom(text: str) -> str:
    return " " * len(text)


def _nothing(_: str) -> str:
    return ""


_OF_ONE: Final[Mapping[str, Write]] = {
    **dict.fromkeys((*TEXT, *_AS_IT_IS), str),
    **{name: partial(_accented, mark) for name, mark in _ACCENTS.items()},
    **dict.fromkeys(("operatorname", "operatorname*", "mathop"), named),
    **dict.fromkeys(("label", "color", "hspace", "vspace"), _nothing),
    "mathbb": _double,
    "pmod": _modulo,
    "tag": _tag,
    "phantom": _phantom,
    "not": _not,
}
_OF_TWO: Final[Mapping[str, Write]] = {
    **dict.fromkeys(("frac", "dfrac", "tfrac", "cfrac", "nicefrac"), _fraction),
    **dict.fromkeys(("binom", "dbinom", "tbinom"), _choice),
    **dict.fromkeys(("overset", "stackrel"), _overset),
    "underset": _underset,
    "textcolor": _coloured,
}
_WITH_OPTION: Final[Mapping[str, Write]] = {
    "sqrt": _root,
}
COMMANDS: Final[Mapping[str, FormulaCommand]] = {
    **{name: FormulaCommand("{", write) for name, write in _OF_ONE.items()},
    **{name: FormulaCommand("{{", write) for name, write in _OF_TWO.items()},
    **{name: FormulaCommand("[{", write) for name, write in _WITH_OPTION.items()},
}

_SYMBOLS: Final = {
    "ne": "≠", "iff": "⟺", "implies": "⟹", "impliedby": "⟸", "land": "∧", "lor": "∨", "lnot": "¬", "gets": "←",
    "Re": "ℜ", "Im": "ℑ", "triangle": "△", "|": "‖", "degree": "°", "checkmark": "✓", "circledast": "⊛", "dots": "…",
    "colon": ":", "lbrace": "{", "rbrace": "}", "lbrack": "[", "rbrack": "]", "vert": "|", "Vert": "‖", "mid": "∣",
    "rceil": "⌉", "qed": "∎", "blacksquare": "■", "prime": "′", "quad": "    ", "qquad": "    ", "cdot": "·",
    "lt": "<", "gt": ">", "owns": "∋", "colonequals": "≔", "coloneqq": "≔", "complement": "∁", "{": "{", "}": "}",
    "%": "%", "#": "#", "$": "$", "&": "&", "_": "_", "bmod": " mod ", "varnothing": "∅", "nexists": "∄",
}  # fmt: skip
"""What the library's table has not, or has otherwise."""
_BLANKS: Final = dict.fromkeys(
    [",", ";", ":", ">", " ", "~", "enspace", "thinspace", "medspace", "thickspace"], " "
)
_NOTHING: Final = dict.fromkeys(
    ["left", "right", "middle", "displaystyle", "textstyle", "scriptstyle", "limits", "nolimits", "nonumber", "notag",
     "hfill", "!", "allowbreak", "mathstrut", "strut", "boldmath", "centering",
     *(f"{size}{side}" for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m"))],
    "",
)  # fmt: skip
_FUNCTIONS: Final = frozenset(
    {"arccos", "arcsin", "arctan", "arg", "argmax", "argmin", "cos", "cosh", "cot", "coth", "csc", "deg", "det", "dim",
     "exp", "gcd", "hom", "inf", "injlim", "ker", "lg", "lim", "liminf", "limsup", "ln", "log", "max", "min", "mod",
     "Pr", "projlim", "sec", "sin", "sinh", "sup", "tan", "tanh", "tr", "rank", "span", "sign", "sgn"}
)  # fmt: skip
_TIGHT: Final = frozenset({"partial", "nabla", "forall", "exists", "neg", "lnot", "Delta"})
"""Signs that belong to the letter after them."""
_ALONE: Final[Mapping[str, str]] = {**_NOTHING, **_BLANKS, **{name: named(name) for name in _FUNCTIONS}}


def symbol(name: str, *, apart: bool) -> str:
    """Return a command without arguments.

    Args:
        name: without its backslash.
        apart: whether a blank stood after it.

    Raises:
        Unwritable: it is unknown.
    """
    if name in _ALONE:
        return _ALONE[name]
    found = _SYMBOLS.get(name)
    if found is None:
        found = _from_library(name)
    return found + (" " if apart and name not in _TIGHT else "")


def _from_library(name: str) -> str:
    spec: Any = _library().get_macro_spec(name)
    found: object = spec.simplify_repl if spec is not None else None
    if not isinstance(found, str) or "%" in found:
        raise Unwritable(name)
    return found


class _Library(Protocol):
    def get_macro_spec(self, macroname: str) -> object: ...


@cache
def _library() -> _Library:
    from pylatexenc.latex2text import (  # pyright: ignore[reportMissingTypeStubs]
        get_default_latex_context_db,
    )

    return cast("_Library", get_default_latex_context_db())
