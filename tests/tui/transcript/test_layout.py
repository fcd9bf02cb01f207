import pytest
from textual.color import Color

from mixchat.tui.transcript.markdown.document import MarkdownDocument
from mixchat.tui.transcript.markdown.layout import lay_out
from mixchat.tui.transcript.palette import RenderStyle, make_palette
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


def test_a_numbered_task_keeps_its_number_and_what_is_done_says_so_of_itself_alone():
    source = "1. [x] done\n   - [ ] still open\n   - [x] done too\n2. [ ] open\n3. plain"
    palette = make_palette({"text-muted": "#808080"}, Color.parse("black"))
    (block,) = MarkdownDocument(source).blocks
    lines = lay_out(block.tokens, block.env, 40, RenderStyle(palette))
    assert [line.painted for line in lines] == [
        "1. ☑ done", "     ☐ still open", "     ☑ done too", "2. ☐ open", "3. plain",
    ]  # fmt: skip
    muted = [line.pieces[-1][1].color == palette.muted.color for line in lines]
    assert muted == [True, False, True, False, False]


def test_a_fence_of_three_within_one_of_four_is_code():
    source = "````markdown\n```python\nx = 1\n```\n````\nafter"
    assert painted(source) == [" markdown", " ```python", " x = 1", " ```", "after"]


def test_columns_stand_as_the_table_says():
    assert painted("| a | b | c |\n|:--|:-:|--:|\n| left | mid | right |\n| l | m | r |", 40)[2:] == [
        "left  mid  right", "l      m       r",
    ]  # fmt: skip


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


def test_a_stray_opening_of_a_formula_swallows_nothing():
    assert painted("$$\nnot maths\n\n- item") == ["$$", "not maths", "• item"]


def test_images_are_named_and_html_is_text():
    assert painted("![a cat](cat.png) <blink>x</blink>") == ["[image: a cat] <blink>x</blink>"]


def test_keys_and_small_letters_are_what_they_look_like():
    assert painted(
        "Press <kbd>Ctrl</kbd>+<kbd>C</kbd> in H<sub>2</sub>O at 10<sup>3</sup> m<sup>q</sup>"
    ) == ["Press  Ctrl + C  in H₂O at 10³ m^q"]
    (line,) = rows("a <b>bold *and* leaning</b> word", 60)
    styled = {text: (style.bold, style.italic) for text, style in line.pieces}
    assert styled["bold "] == (True, None)
    assert styled["and"] == (True, True)
    assert painted("a < b and <b>never closed, x<sub>") == ["a < b and <b>never closed, x<sub>"]


def test_folded_parts_are_shown_below_their_summary():
    assert painted(
        "<details>\n<summary>The *whole* log</summary>\n\n```\nx\n```\n\n- item\n\n</details>\n\nafter"
    ) == ["▾ The whole log", " x", "• item", "after"]
    assert painted("<details open><summary>Short</summary>\nright below\n</details>\n- in a list\n  <details>\n") == [
        "▾ Short", "right below", "• in a list",
    ]  # fmt: skip


def test_footnotes_are_small_numbers_and_stand_where_they_were_written():
    assert painted("So it is.[^1] Or not.[^why]\n\n[^1]: A note\n    that goes on\n[^why]: Because.\n\nafter") == [
        "So it is.¹ Or not.[why]", "¹ A note", "  that goes on", "[why] Because.", "after",
    ]  # fmt: skip
    (line,) = rows("So it is.[^1] Yes.")
    assert line.text == "So it is.[^1] Yes."


def test_links_carry_their_address_for_the_terminal_and_for_the_mouse():
    (line,) = rows("[text](https://a.example/b) and https://c.example/d.")
    links = [(text, style.link, style.meta.get("url")) for text, style in line.pieces if style.link]
    assert links == [
        ("text", "https://a.example/b", "https://a.example/b"),
        ("https://c.example/d", "https://c.example/d", "https://c.example/d"),
    ]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("see https://en.wikipedia.org/wiki/Rust_(language).", "https://en.wikipedia.org/wiki/Rust_(language)"),
        ("(see https://a.example/b)", "https://a.example/b"),
        ("(https://a.example/b_(c)), and", "https://a.example/b_(c)"),
        ("[https://a.example/?q[]=1]", "https://a.example/?q[]=1"),
        ("参见https://a.example/路径。然后继续", "https://a.example/路径"),
        ("「https://a.example/b」と", "https://a.example/b"),
        ("https://a.example/b、https", "https://a.example/b"),
        ("“https://a.example/Hobson's_choice”…", "https://a.example/Hobson's_choice"),
        ("'https://a.example/b'?!", "https://a.example/b"),
        ("**https://a.example/b**", "https://a.example/b"),
        ("[label](https://a.example/b_(c)) there", "https://a.example/b_(c)"),
        ("<https://a.example/b>;", "https://a.example/b"),
    ],
)  # fmt: skip
def test_an_address_ends_where_it_ends(text: str, address: str):
    pieces = [piece for line in rows(text, 100) for piece in line.pieces]
    assert {style.meta["url"] for _, style in pieces if style.meta} == {address}
    assert "".join(part for part, _ in pieces) == painted(text, 100)[0]


def test_a_link_that_would_run_something_is_text():
    assert not any(style.link for _, style in rows("[x](javascript:alert(1))")[0].pieces)


def test_rows_of_code_that_is_written_are_the_same_while_they_say_the_same():
    look = RenderStyle(PALETTE, growing=True)
    document = MarkdownDocument()

    def rows() -> list[RenderedLine]:
        block = document.blocks[-1]
        return list(lay_out(block.tokens, block.env, 40, look))

    document.append("```\nfirst = 1\nsecond = 2\nthi")
    before = rows()
    document.append("rd = 3\n")
    after = rows()
    assert [line.text for line in after] == ["first = 1", "second = 2", "third = 3"]
    assert [old is new for old, new in zip(before, after, strict=True)] == [True, True, False]
