"""Formulas as text, and what must stay as it was written."""

import time

import pytest

from mixchat.tui.transcript.markdown.document import MarkdownDocument
from mixchat.tui.transcript.markdown.formula import in_line, in_rows
from mixchat.tui.transcript.markdown.layout import lay_out
from mixchat.tui.transcript.palette import RenderStyle
from mixchat.tui.transcript.render_block import RenderedLine
from tests.tui.transcript.scene import PALETTE


def rows(source: str, width: int = 60) -> list[RenderedLine]:
    return [
        line
        for block in MarkdownDocument(source).blocks
        for line in lay_out(block.tokens, block.env, width, RenderStyle(PALETTE))
    ]


def painted(source: str, width: int = 60) -> list[str]:
    return [line.painted.rstrip() for line in rows(source, width)]


def copied(source: str, width: int = 60) -> str:
    return "".join(line.text + line.end for line in rows(source, width)).rstrip("\n")


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\frac{1}{2}", "½"),
        (r"\frac{a+b}{c}", "(a+b)/c"),
        (r"x = \frac{-b \pm \sqrt{b^2-4ac}}{2a}", "x = (−b ± √(b²−4ac))/(2a)"),
        (r"\frac{dy}{dx} = \frac{\partial f}{\partial t}", "dy/dx = ∂f/∂t"),
        (r"\sqrt{x} + \sqrt[3]{8}", "√x + ∛8"),
        (r"x_{i+1}^2 + a_{n}", "xᵢ₊₁² + aₙ"),
        (r"e^{i\pi} + 1 = 0", "e^(iπ) + 1 = 0"),
        (r"\sum_{i=1}^{n} i = \frac{n(n+1)}{2}", "∑ᵢ₌₁ⁿ i = n(n+1)/2"),
        (r"\int_0^\infty e^{-x^2}\,dx = \frac{\sqrt{\pi}}{2}", "∫₀^∞ e^(−x²) dx = √π/2"),
        (r"\alpha\leq\beta \implies \Gamma\ne\emptyset", "α ≤ β ⟹ Γ ≠ ∅"),
        (r"\lim_{x\to 0} \frac{\sin x}{x}", "lim_(x → 0) (sin x)/x"),
        (r"2\sin\theta\cos^2\theta", "2 sin θ cos² θ"),
        (r"\forall x \in \mathbb{R}^n", "∀x ∈ ℝⁿ"),
        (r"\vec{v} \cdot \hat{n}", "v⃗ · n̂"),
        (r"a \equiv b \pmod{n}", "a ≡ b (mod n)"),
        (r"\left\lfloor \frac{n}{2} \right\rfloor", "⌊n/2⌋"),
        (r"A^\top A^{-1}", "Aᵀ A⁻¹"),
        (r"90^\circ, f'(x), \{1, 2\}, 5\%", "90°, f′(x), {1, 2}, 5%"),
        (r"P(A \mid B) \not= \text{some words, and } x", "P(A ∣ B) ≠ some words, and x"),
        (r"\mathbf{x}^f \to \operatorname{rank}(A)", "xᶠ → rank(A)"),
        (r"\binom{n}{k} \begin{pmatrix} a & b \\ c & d \end{pmatrix}", "C(n, k) (a b; c d)"),
    ],
)  # fmt: skip
def test_a_formula_is_one_line_of_text(latex: str, text: str):
    assert in_line(f"${latex}$") == text


def test_matrices_cases_and_aligned_equations_are_as_tall_as_they_need():
    assert in_rows(r"$$A = \begin{pmatrix} a & b \\ c & d \end{pmatrix} x$$") == (
        "A = ⎛a  b⎞ x",
        "    ⎝c  d⎠",
    )
    assert in_rows(
        r"\[|x| = \begin{cases} x & \text{if } x \ge 0 \\ -x & \text{otherwise} \end{cases}\]"
    ) == (
        "|x| = ⎧x   if x ≥ 0",
        "      ⎩−x  otherwise",
    )
    assert in_rows(r"$$\begin{aligned} x &= 1 \\ y + z &= 2 \end{aligned}$$") == ("    x = 1", "y + z = 2")


@pytest.mark.parametrize(
    "latex", [r"\frac{", r"\nosuchcommand{x}", "{" * 60, "x^", "", r"\begin{tikzpicture}a\end{tikzpicture}", "a" * 3_000]
)  # fmt: skip
def test_what_cannot_be_written_as_text_is_left_as_it_is(latex: str):
    assert in_line(f"${latex}$") is None
    assert in_rows(f"${latex}$") is None


def test_every_way_to_mark_a_formula():
    assert painted("so $a_1 * b_2 * c$ and \\(x_{i}\\) and \\[y^2\\] and $$z_0$$") == [
        "so a₁ * b₂ * c and xᵢ and y² and z₀"
    ]
    assert painted("$$\nE = mc^2\n$$") == ["  E = mc²"]
    assert painted("\\[\n\\frac{a}{b}\n\\]") == ["  a/b"]


@pytest.mark.parametrize(
    "text",
    [
        "but $5 and $6", "from $5 or 10$ more", "US$5-$10", "$HOME and $PATH", "it costs $1,200.50 or so$ they say",
        "a $ b $ c", "$5k to 10k$ a year", "$3/$4", "`$x^2$`", "\\$x^2\\$",
    ],
)  # fmt: skip
def test_money_and_variables_are_no_formulas(text: str):
    assert painted(text) == [text.replace("`", "").replace("\\", "")]


def test_what_is_copied_is_the_source():
    assert copied("so $\\frac{a}{b}$ is") == "so $\\frac{a}{b}$ is"
    assert copied("$$\nA = \\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}\n$$\nnext") == (
        "$$\nA = \\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}\n$$\nnext"
    )
    assert copied("as long as $\\alpha + \\beta + \\gamma + \\delta$ it wraps", 24).split() == (
        ["as", "long", "as", "$\\alpha", "+", "\\beta", "+", "\\gamma", "+", "\\delta$", "it", "wraps"]
    )
    (line,) = rows("so $\\frac{a}{b}$ is")
    assert line.copied(0, 4) == "so $\\frac{a}{b}$"
    assert line.copied(4, len(line.painted)) == " is"


def test_a_formula_right_below_its_sentence_keeps_its_rows():
    assert painted("as in:\n$$\n\\begin{aligned} a &= 1 \\\\ b &= 2 \\end{aligned}\n$$\n") == [
        "as in:",
        "a = 1",
        "b = 2",
    ]


def test_a_wide_matrix_in_a_narrow_terminal_is_left_as_it_is():
    source = "$$\n\\begin{bmatrix} 1000000 & 2000000 \\\\ 3 & 4 \\end{bmatrix}\n$$"
    assert painted(source, 60)[0].startswith("  ⎡")
    assert painted(source, 16)[0] == "$$"


@pytest.mark.parametrize(
    "hostile",
    ["(" * 900 + "x" + ")" * 900, r"\frac{" + "(a)" * 400 + "+}{b}", " " * 1_900 + "x", "^" * 1_000, "_{" * 30 + "}" * 30,
     r"\begin{matrix}" * 30, "&" * 1_900, r"\\" * 900, r"\sum" * 450, r"\frac12" * 280],
)  # fmt: skip
def test_no_formula_takes_long(hostile: str):
    in_line("$x$")
    began = time.process_time()
    in_line(f"${hostile}$")
    in_rows(f"${hostile}$")
    assert time.process_time() - began < 1
