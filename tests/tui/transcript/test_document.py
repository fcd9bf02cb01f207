import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mixchat.tui.transcript.markdown.document import Block, MarkdownDocument
from mixchat.tui.transcript.markdown.layout import lay_out
from mixchat.tui.transcript.markdown.wrap import width_of
from mixchat.tui.transcript.palette import RenderStyle
from mixchat.tui.transcript.render_block import RenderedLine
from tests.tui.transcript.scene import PALETTE

FRAGMENTS = st.sampled_from(
    [
        "# Heading\n", "## #tag\n", "plain words ", "**bold** and *slanted* ", "`code` ", "\n", "\n\n", "- item\n",
        "- [x] done\n", "  - nested\n", "1. one\n", "3) three\n", "> quoted\n", "> > deeper\n", "```python\n",
        "def f():\n    return 1\n", "```\n", "~~~\n", "````\n", "| a | b |\n", "|---|--:|\n", "| 1 | two words |\n",
        "---\n", "===\n", "***", "[link][ref] ", "[ref]: https://example.com/a\n", "[ref]: https://example.com/b 'x'\n",
        "[^1]", "$x_1 * y_2$ ", "$$\n", "\\[\n", "E = mc^2\n", "\\]\n", "    indented\n", "\t", "日本語のテキスト", "🎉👩‍👩‍👧",
        "مرحبا", "\x1b[31m", "\r\n", "\r", "\x00", "<br>", "<div>\n", "![image](a.png) ", "https://example.com/x?y=z. ",
        "<details>\n", "<summary>What *else*</summary>\n", "</details>\n", "[^1]: a note\n", "[^a]: b\n", "1. [ ] task\n",
        "<kbd>x</kbd>", "<b>", "</b>", "<sub>2</sub>", "$\\frac{a}{b}$ ", "\\begin{cases} a & b \\\\ c \\end{cases}\n", "**", "~~",
        "#", "-", "*", ">", "`", "|", "$", "\\", "  ", "a\n", "\ud800",
    ]
)  # fmt: skip


def painted(document: MarkdownDocument) -> list[list[str]]:
    return [
        [f"{line.painted}|{[str(style) for _, style in line.pieces]}" for line in rows(block)]
        for block in document.blocks
    ]


def rows(block: Block) -> list[RenderedLine]:
    return list(lay_out(block.tokens, block.env, 40, RenderStyle(PALETTE)))


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(FRAGMENTS, max_size=40), st.lists(st.integers(1, 60), min_size=1, max_size=20))
def test_text_that_came_in_any_pieces_ends_up_as_the_whole_text_does(fragments: list[str], sizes: list[int]):
    source = "".join(fragments)
    streamed, position, turn = MarkdownDocument(), 0, 0
    while position < len(source):
        size = sizes[turn % len(sizes)]
        streamed.append(source[position : position + size])
        position, turn = position + size, turn + 1
    streamed.finish()
    whole = MarkdownDocument(source)
    assert streamed.text == whole.text
    assert painted(streamed) == painted(whole)
    assert [block.apart for block in streamed.blocks] == [block.apart for block in whole.blocks]
    assert [block.offset for block in streamed.blocks] == [block.offset for block in whole.blocks]


@settings(max_examples=200, deadline=None)
@given(st.lists(FRAGMENTS, max_size=40))
def test_no_row_is_too_wide_or_holds_what_a_terminal_would_obey(fragments: list[str]):
    for block in MarkdownDocument("".join(fragments)).blocks:
        for line in rows(block):
            assert width_of(line.pieces) <= 40
            assert not any(ord(character) < 32 or 0x7F <= ord(character) < 0xA0 for character in line.painted)


def test_text_nested_deeper_than_the_parser_follows_is_shown_as_it_is():
    assert "the core" in "".join(
        line.painted for line in rows(MarkdownDocument(">" * 300 + " the core").blocks[0])
    )


def test_the_whole_text_is_parsed_as_markdown_parses_it_in_one_go():
    from mixchat.domain.plain_text import sanitize
    from mixchat.tui.transcript.markdown.parse import parse_blocks

    source = "para\n#\n- a\n-b\n\n```x\ncode\n```\n> q\nlazy\n\n[a]: /b\n[a]\n"
    streamed = MarkdownDocument()
    for character in source:
        streamed.append(character)
    streamed.finish()
    env: dict[str, object] = {}
    tokens = parse_blocks(sanitize(source), env)
    assert [t.type for block in streamed.blocks for t in block.tokens] == [t.type for t in tokens]


def test_an_open_code_block_grows_without_being_parsed_again():
    document = MarkdownDocument()
    document.append("```python\n")
    first = document.blocks[-1]
    for number in range(3_000):
        document.append(f"line_{number} = {number}\n")
    assert document.blocks[-1] is first
    document.append("```\nafter\n")
    assert [block.kind for block in document.blocks] == ["fence", "paragraph_open"]


def list_of(items: int) -> float:
    """Return the seconds of processor time that a list takes from its first chunk to its last row."""
    source = "".join(f"- item {number} with **bold** text\n" for number in range(items))
    began = time.process_time()
    document = MarkdownDocument()
    for start in range(0, len(source), 800):
        document.append(source[start : start + 800])
    document.finish()
    assert sum(len(rows(block)) for block in document.blocks) == items
    return time.process_time() - began


@pytest.mark.usefixtures("no_collection")
def test_a_list_twice_as_long_takes_twice_as_long():
    short, long = (min(list_of(items) for _ in range(3)) for items in (1_000, 4_000))
    assert long < 4 * 1.35 * short
