from mixchat.tui.transcript.markdown.document import MarkdownDocument
from mixchat.tui.transcript.markdown.layout import lay_out
from mixchat.tui.transcript.palette import RenderStyle
from mixchat.tui.transcript.render_block import RenderedLine
from tests.tui.transcript.scene import PALETTE


def rows(source: str, width: int = 40) -> list[RenderedLine]:
    return [
        line
        for block in MarkdownDocument(source).blocks
        for line in lay_out(block.tokens, block.env, width, RenderStyle(PALETTE))
    ]


def painted(source: str, width: int = 40) -> list[str]:
    return [line.painted.rstrip() for line in rows(source, width)]


def test_lists_are_numbered_nested_and_as_loose_as_they_were_written():
    assert painted("1. one\n2. two\n   - a\n\n   - b\n") == ["1. one", "2. two", "   ◦ a", "", "   ◦ b"]


def test_tasks_have_boxes():
    assert painted("- [ ] open\n- [x] done\n- plain") == ["☐ open", "☑ done", "• plain"]


def test_a_table_wraps_its_cells_before_it_turns():
    table = "| name | what |\n|---|--:|\n| a | one two three four five |\n"
    assert painted(table) == [
        "name                     what",
        "────  ───────────────────────",
        "a     one two three four five",
    ]
    assert painted(table, 20) == [
        "name            what", "────  ──────────────", "a      one two three", "           four five",
    ]  # fmt: skip
    assert painted(table, 12) == ["name: a", "what: one", "  two three", "  four five"]


def test_a_row_with_too_few_cells_is_still_a_row():
    assert painted("| a | b |\n|---|---|\n| 1 |\n")[-1] == "1"


def test_code_that_is_wider_than_the_screen_is_wrapped_and_copied_as_one_line():
    lines = rows("```\nabcdef ghijkl mnopqr\n```\n", 12)
    assert [line.painted for line in lines] == [" abcdef", " ghijkl", " mnopqr"]
    assert "".join(line.text + line.end for line in lines) == "abcdef ghijkl mnopqr\n"


def test_formulas_are_left_letter_for_letter():
    assert painted("so $a_1 * b_2 * c$ and \\(x_{i}\\) but $5 and $6") == [
        "so $a_1 * b_2 * c$ and \\(x_{i}\\) but $5",
        "and $6",
    ]
    assert painted("$$\nE = mc^2\n$$") == ["$$", "E = mc^2", "$$"]


def test_a_formula_right_below_its_sentence_is_left_letter_for_letter_too():
    assert painted("as in:\n$$\na_1 * b_2 * c \\\\\n$$\n") == ["as in:", "$$", "a_1 * b_2 * c \\\\", "$$"]


def test_a_stray_opening_of_a_formula_swallows_nothing():
    assert painted("$$\nnot maths\n\n- item") == ["$$", "not maths", "• item"]


def test_images_are_named_and_html_is_text():
    assert painted("![a cat](cat.png) <b>x</b>") == ["[image: a cat] <b>x</b>"]


def test_links_carry_their_address_for_the_terminal_and_for_the_mouse():
    (line,) = rows("[text](https://a.example/b) and https://c.example/d.")
    links = [(text, style.link, style.meta.get("url")) for text, style in line.pieces if style.link]
    assert links == [
        ("text", "https://a.example/b", "https://a.example/b"),
        ("https://c.example/d", "https://c.example/d", "https://c.example/d"),
    ]


def test_a_link_that_would_run_something_is_text():
    assert not any(style.link for _, style in rows("[x](javascript:alert(1))")[0].pieces)
