from pathlib import Path

import pytest

from mixchat.classifier import lexicon as concepts
from mixchat.classifier.lexicon import Lexicon, lexicon
from mixchat.classifier.patterns import closing_request
from mixchat.classifier.tokenize import passage, tokens

PASTE = (
    "The ferry to the northern islands was late again on Tuesday because the crew had to change a pump in the harbour."
    " Forty passengers spent the night in the school."
)


def request(text: str) -> str:
    return " ".join(closing_request(text, passage(text)))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("\n\nWrite a poem about it.", "write a poem about it ."),
        (" Can you translate that for my aunt?", "can you translate that for my aunt ?"),
        ("\nResume el texto en una frase", "resume el texto en una frase"),
        ("。请把上面的内容翻译成英文", "请 把 上 面 的 内 容 翻 译 成 英 文"),
        ("\n" * 50 + "what now?\n\n", "what now ?"),
    ],
)
def test_a_long_prompt_is_asked_at_its_end(asked: str, found: str):
    assert request(PASTE + asked) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Write a poem.",
        f"Summarize this, please: {PASTE} Why was it late?",
        f"{PASTE} Nobody was hurt.",
        f"{PASTE}\n\n{'and so on ' * 40}?",
        "?" * 300,
    ],
)
def test_no_request_is_made_up_at_the_end(text: str):
    assert request(text) == ""


def test_the_first_file_that_gives_a_phrase_decides_and_long_ones_are_left_out():
    read = Lexicon(
        ["# a note", "poem = ode, ode to joy, sonn*", "", "song = ode", "story = a b c d e f g", "broken"]
    )
    found = read.find(tokens("an ode to joy and an ode, sonnets; a b c d e f g"))
    assert found == [("poem", "ode to joy"), ("poem", "ode"), ("poem", "sonnets")]


def test_every_line_of_the_vocabulary_is_read_and_concepts_are_the_same_in_all_languages():
    folder = Path(concepts.__file__).with_name("vocabulary")
    named: dict[str, set[str]] = {}
    for file in folder.glob("*.txt"):
        for line in file.read_text("utf-8").splitlines():
            if line and not line.startswith("#"):
                concept, equals, words = line.partition(" = ")
                assert equals, f"{file.name}: {line[:60]}"
                assert words.strip(), f"{file.name}: {line[:60]}"
                named.setdefault(file.stem, set()).add(concept)
    assert set.union(*named.values()) == named["several"] | named["english"]
    assert lexicon().find(tokens("напиши сказку"))[-1][0] == "story"
