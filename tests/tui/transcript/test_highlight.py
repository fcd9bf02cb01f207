import pytest
from pygments.lexer import LexerContext
from textual.color import Color

from mixchat.tui.transcript import growing_code
from mixchat.tui.transcript.highlight import Highlighter
from mixchat.tui.transcript.lexing import find_lexer, shade_lines
from mixchat.tui.transcript.markdown.code import token_style
from mixchat.tui.transcript.palette import make_palette

CODE = "class A:\n    '''one\n\n    two'''\n\n    def f(self):\n        return 1\n\n\nprint(A())\n" * 12


def test_the_coloured_lines_are_the_code():
    lexer = find_lexer("python")
    assert lexer is not None
    assert "\n".join("".join(text for text, _ in line) for line in shade_lines(lexer, CODE)) == CODE


def test_a_block_is_coloured_in_slices_and_kept():
    highlighter = Highlighter()
    assert highlighter.shades(CODE, "python") is None
    assert highlighter.missing == "python"
    highlighter.learn("python", find_lexer("python"))
    finished: list[str] = []
    for _ in range(1_000):
        finished += highlighter.run(0.0001)
    assert finished == [CODE]
    assert highlighter.shades(CODE, "python") is not None
    assert not highlighter.busy


def test_a_growing_block_keeps_its_lines_and_loses_no_text():
    highlighter = Highlighter()
    highlighter.learn("python", find_lexer("python"))
    for end in range(0, len(CODE), 37):
        lines = highlighter.sketch(CODE[:end], "python", growing=True)
        assert lines is not None
        assert "\n".join("".join(text for text, _ in line) for line in lines) == CODE[:end].removesuffix("\n")


DOCSTRINGS = 'def f() -> None:\n    """One.\n\nTwo, not indented.\n    """\n    return \'x\'\n\n\n' * 20
COMMENTS = (
    "/**\n * What it does, at length,\n * over lines.\n */\nfunction f(a) {\n  return `${a}\nb`;\n}\n" * 20
)
METHODS = "class A:\n" + "    def f(self, a: int) -> str:\n        return f'{a}' + \"b\"\n" * 200
PAGE = "<style>\n  p { color: red; }\n</style>\n<!-- one\ntwo -->\n<script>\n  const a = 1;\n</script>\n" * 10


@pytest.mark.parametrize(
    ("code", "language"),
    [
        (DOCSTRINGS, "python"),
        (COMMENTS, "javascript"),
        (METHODS, "python"),
        (PAGE, "html"),
        (COMMENTS, "cpp"),
    ],
    ids=["docstrings", "comments", "methods", "page", "no state"],
)
def test_code_that_grew_has_the_colours_of_the_whole(code: str, language: str):
    lexer = find_lexer(language)
    assert lexer is not None
    highlighter = Highlighter()
    highlighter.learn(language, lexer)
    for end in range(0, len(code), 16):
        highlighter.sketch(code[:end], language, growing=True)
    assert highlighter.sketch(code, language, growing=True) == list(
        shade_lines(lexer, code.removesuffix("\n"))
    )


def test_of_code_that_grows_two_lines_are_read_again(monkeypatch: pytest.MonkeyPatch):
    read: list[int] = []

    class Counted(LexerContext):
        def __init__(self, text: str, pos: int, stack: list[str]) -> None:
            read.append(text.count("\n"))
            super().__init__(text, pos, stack)

    monkeypatch.setattr(growing_code, "LexerContext", Counted)
    highlighter = Highlighter()
    highlighter.learn("python", find_lexer("python"))
    for end in range(0, len(METHODS), 16):
        highlighter.sketch(METHODS[:end], "python", growing=True)
    assert max(read) <= 4
    assert sum(read) <= 3 * len(read)


def test_a_flood_of_code_stays_plain_until_it_is_finished():
    highlighter = Highlighter()
    highlighter.learn("python", find_lexer("python"))
    lines = highlighter.sketch("x = 1\n" * 5_000, "python", growing=True)
    assert lines is not None
    assert len(lines) == 5_000


def test_a_language_that_nobody_knows_is_asked_for_once():
    highlighter = Highlighter()
    highlighter.shades("code", "klingon")
    highlighter.learn("klingon", find_lexer("klingon"))
    highlighter.run(0.01)
    assert highlighter.shades("code", "klingon") is None
    assert not highlighter.busy


def test_what_a_diff_adds_and_takes_away_has_colours_of_its_own():
    palette = make_palette({"success": "#00ff00", "error": "#ff0000"}, Color.parse("black"))
    lexer = find_lexer("diff")
    assert lexer is not None
    lines = list(shade_lines(lexer, "@@ -1 +1 @@\n-old line\n+new line\n same"))
    colours = [token_style(palette, line[0][1]).color for line in lines]
    assert [colour.name if colour else None for colour in colours[1:3]] == ["#ff0000", "#00ff00"]
    assert colours[3] not in colours[1:3]
