"""Texts to stream: the same on every run."""

from itertools import count

_WORDS = [
    "the",
    "model",
    "answers",
    "with",
    "a",
    "plan",
    "that",
    "weighs",
    "cost",
    "against",
    "speed",
    "and",
    "keeps",
    "every",
    "part",
    "small",
    "enough",
    "to",
    "read",
    "because",
    "a",
    "long",
    "reply",
    "should",
    "stay",
    "as",
    "easy",
    "to",
    "follow",
    "at",
    "its",
    "end",
    "as",
    "it",
    "was",
    "at",
    "its",
    "first",
    "line",
]


def _sentence(seed: int, length: int) -> str:
    words = [_WORDS[(seed * 7 + at * 5 + at * at) % len(_WORDS)] for at in range(length)]
    return " ".join(words).capitalize() + "."


def _section(number: int) -> str:
    code = "\n".join(
        f"def step_{number}_{at}(value: int) -> str:\n    # {_sentence(number + at, 5)}\n"
        f'    return f"{{value + {at}}} of {number}"\n'
        for at in range(3)
    )
    rows = "\n".join(f"| row {at} | {number * at} | {_sentence(at + number, 6)} |" for at in range(4))
    return (
        f"## Part {number}\n\n{_sentence(number, 40)} **{_sentence(number, 3)}** {_sentence(number + 1, 30)} "
        f"See `step_{number}_0` and [the notes](https://example.com/{number}).\n\n"
        f"- {_sentence(number, 9)}\n- {_sentence(number + 2, 12)}\n  - {_sentence(number + 3, 8)}\n"
        f"- *{_sentence(number + 4, 6)}*\n\n```python\n{code}```\n\n"
        f"| name | size | what |\n|---|--:|---|\n{rows}\n\n> {_sentence(number + 5, 20)}\n\n"
    )


def mixed(size: int, first: int = 1) -> str:
    """Return about `size` characters of headings, prose, lists, code, tables and quotes; `first` gives another text."""
    sections: list[str] = []
    length = 0
    for number in count(first):
        if length >= size and sections:
            break
        sections.append(_section(number))
        length += len(sections[-1])
    return "".join(sections)


def code(lines: int) -> str:
    """Return one code block."""
    return (
        "```python\n"
        + "".join(f"value_{at} = compute({at}, name='n{at}')\n" for at in range(lines))
        + "```\n"
    )


def plain(size: int) -> str:
    """Return paragraphs without any markup."""
    text = "".join(f"{_sentence(at, 60)}\n\n" for at in range(size // 250))
    return text[:size]
