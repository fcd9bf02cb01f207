"""Text that no person writes: shown to its end, in time that grows with its length alone."""

import time
from collections.abc import Iterable

import pytest

from mixchat.tui.transcript.markdown import blocks
from mixchat.tui.transcript.markdown.document import MarkdownDocument
from mixchat.tui.transcript.markdown.layout import lay_out
from mixchat.tui.transcript.palette import RenderStyle
from tests.tui.transcript.scene import PALETTE

WILD = {
    "a table of 10,000 columns": "|" + "a|" * 10_000 + "\n|" + "-|" * 10_000 + "\n|" + "b|" * 10_000 + "\n",
    "a table of 300 columns": ("|" + "a|" * 300 + "\n|" + "-|" * 300 + "\n" + ("|" + "b|" * 300 + "\n") * 20),
    "a table of 10,000 rows": "|a|b|\n|-|-|\n" + "|x|y|\n" * 10_000,
    "200,000 brackets": "[" * 200_000,
    "30,000 brackets": "![" * 15_000,
    "brackets that close": "[" * 100_000 + "]" * 100_000,
    "footnotes that never close": "[^" * 100_000,
    "100,000 nested marks": "*" * 100_000 + "a" + "*" * 100_000,
    "marks of two kinds": "*_" * 50_000 + "x" + "_*" * 50_000,
    "backticks": " ".join("`" * count for count in range(1, 900)),
    "1 MB in one line": "word " * 200_000,
    "1 MB in one word": "x" * 1_000_000,
    "200,000 combining marks": "a" + "\u0301" * 200_000,
    "emoji of many parts": "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 30_000,
    "a thousand quotes in each other": "> " * 1_000 + "a\n" * 3_000,
    "3,000 lines of a deep quote": ("> " * 30 + "a\n") * 3_000,
    "lists in each other": "".join("  " * depth + "- a\n" for depth in range(300)),
    "links defined and used": "".join(f"[r{at}]: http://x/{at}\n" for at in range(5_000))
    + "\n"
    + " ".join(f"[r{at}]" for at in range(5_000)),
    "blanks": " " * 500_000 + "a",
    "tabs": "a\t" * 200_000,
    "1 MB of code in one line": "```python\n" + "x = 1; " * 143_000 + "\n```\n",
    "code of 170,000 lines": "```python\n" + "x = 1\n" * 170_000 + "```\n",
    "4,000 items": "".join(f"- item {at} with **bold** words\n" for at in range(4_000)),
    "5 MB of paragraphs": "A paragraph with *some* words and `code` of a normal length.\n\n" * 80_000,
}


def streamed(text: str, size: int = 4_000) -> MarkdownDocument:
    document = MarkdownDocument()
    for start in range(0, len(text), size):
        document.append(text[start : start + size])
    document.finish()
    return document


def laid_out(document: MarkdownDocument) -> Iterable[float]:
    """Yield the seconds that each block takes to be laid out, with as many rows as a screen shows."""
    for block in document.blocks:
        start = time.process_time()
        rows = lay_out(block.tokens, block.env, 100, RenderStyle(PALETTE))
        for at in range(min(len(rows), 60)):
            assert rows[at] is not None
        yield time.process_time() - start


@pytest.mark.usefixtures("no_collection")
@pytest.mark.parametrize("text", WILD.values(), ids=WILD.keys())
def test_wild_text_takes_time_by_its_length_and_no_part_keeps_the_keys_waiting(text: str):
    start = time.process_time()
    document = streamed(text)
    longest = max(laid_out(document))
    assert document.text.rstrip() == text.rstrip()
    megabytes = max(1.0, len(text) / 1e6)
    assert time.process_time() - start < 3.0 * megabytes
    assert longest < 0.4  # a machine that does other things as well


@pytest.mark.usefixtures("no_collection")
@pytest.mark.parametrize("make", ["- item {} with **bold** words\n", "{}. item\n", "|{}|b|\n"])
def test_twice_the_list_takes_about_twice_as_long(make: str):
    def seconds(count: int) -> float:
        text = ("|a|b|\n|-|-|\n" if make[0] == "|" else "") + "".join(
            make.format(at + 1) for at in range(count)
        )
        start = time.process_time()
        sum(laid_out(streamed(text, 500)))
        return time.process_time() - start

    seconds(200)
    # The least of several: a collection of garbage, or a neighbour on the core, falls into one of them.
    short, long = (min(seconds(count) for _ in range(3)) for count in (2_000, 4_000))
    assert long < 2 * 2 * short


@pytest.mark.parametrize("size", [1, 7, 64, 1_000])
@pytest.mark.parametrize(
    "text",
    [
        "intro\n\n" + "".join(f"- item {at}\n" for at in range(23)) + "\nafter\n",
        "".join(f"{at}. item\n\n   more\n\n" for at in range(7, 25)),
        "1. one\n" * 17 + "\nend\n",
        "".join(f"{at}. item\n   - nested\n   - [x] task\n" for at in range(1, 14)),
        "|a|b|\n|:-|-:|\n" + "".join(f"|{at}|x{at}|\n" for at in range(19)) + "\nafter\n\n|c|\n|-|\n|d|\n",
        "- a\n- [ref]\n" + "- b\n" * 9 + "\n[ref]: http://example.com\n\n" + "* c\n" * 6,
    ],
)
def test_pieces_of_long_lists_and_tables_read_as_the_whole(
    monkeypatch: pytest.MonkeyPatch, text: str, size: int
):
    whole = _rows(MarkdownDocument(text))
    monkeypatch.setattr(blocks, "_PIECE", 4)
    pieces, grown = MarkdownDocument(text), streamed(text, size)
    assert [block.offset for block in grown.blocks] == [block.offset for block in pieces.blocks]
    assert len(pieces.blocks) > len({block.kind for block in pieces.blocks})
    assert _rows(grown) == _rows(pieces)
    assert [" ".join(row.split()) for row in _rows(pieces)] == [" ".join(row.split()) for row in whole]


def _rows(document: MarkdownDocument) -> list[str]:
    rows: list[str] = []
    for at, block in enumerate(document.blocks):
        rows.extend([""] if at and block.apart else [])
        rows.extend(line.text for line in lay_out(block.tokens, block.env, 60, RenderStyle(PALETTE)))
    return rows
