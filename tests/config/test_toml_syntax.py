"""The common mistakes in a TOML file, each said in plain words with the line to look at."""

import pytest

from mixchat.config.toml_document import parse
from mixchat.domain.errors import ConfigError

QUOTE = "a quote that is opened here is not closed"
LIST = "a [ that is opened here is not closed"
BACKSLASH = "begins a special sign"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('stack = "auto\ntheme = "nord"\n', 1, QUOTE),
        ('theme = "nord"\nstack = "auto', 2, QUOTE),
        ('theme = \'nord\nstack = "x"\n', 1, QUOTE),
        ("theme = 'nord", 1, QUOTE),
        ('a = 1\r\nstack = "auto\r\nb = 2\r\n', 2, QUOTE),
        ('a = 1\nsystem = """\nYou are\n\n', 2, "the three quotes that are opened here are not closed"),
        ("stack = auto\n", 1, 'text stands in quotes; write "auto"'),
        ("\n\nlearn = yes", 3, "yes is not a value; write true"),
        ("learn = False", 1, "False is not a value; write false"),
        ("stack = “auto”", 1, '“ is not a quote here; write "'),
        ("stack =\ntheme = 1", 1, "there is no value behind the ="),
        ("stack", 1, "there is no = behind the name"),
        ("stack: 1", 1, "there is no = behind the name"),
        ('a = 1\nmodels = ["a",\n"b"\n\n', 2, LIST),
        ('models = [\n"a",\nkeywords = ["b"]', 1, LIST),
        ('models = ["a"\nkeywords = ["b"]', 1, LIST),
        ('models = ["a" "b"]', 1, "a quote, a comma or a ] is missing in this list"),
        ("a = { b = 1", 1, "a comma or a } is missing"),
        ("[budget\nday = 1", 1, "a ] is missing behind the table's name"),
        ("a = 1\na = 2\nb = 3", 2, "this key has a value already"),
        ("[x]\na = 1\n[y]\n[x]\n", 4, "this table is there already"),
        ('path = "C:\\Users"', 1, BACKSLASH),
        ('path = "C:\\models"', 1, BACKSLASH),
        ("day = 1,5", 1, "something behind the value"),
        ("= 1", 1, "a line begins with a name"),
        ('a = 1\nb = "x\x01y"', 2, "illegal character"),
    ],
)
def test_a_mistake_is_said_in_plain_words_with_its_line(text: str, line: int, words: str):
    with pytest.raises(ConfigError) as caught:
        parse(text, "config.toml")
    said = str(caught.value)
    assert said.startswith(f"config.toml, line {line}: this is not TOML: ")
    assert words in said
    assert said.endswith(".")
