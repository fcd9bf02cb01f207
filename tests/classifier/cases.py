"""The project's own cases for the router: follow-ups, attachments, easy and hard questions, false code, languages.

Each kind has a half that it was developed on (`dev`) and one written apart from it that is only measured (`heldout`).
"""

from pathlib import Path
from typing import Literal, NamedTuple

DATA = Path(__file__).parent / "data"
Half = Literal["dev", "heldout"]
FOLLOWS = {"b": "points back", "r": "revision", "q": "question about it", "m": "more of the same"}
CHANGE = "change of subject"


class FollowUp(NamedTuple):
    """A conversation of which the last turn is judged."""

    kind: str
    language: str
    role: str
    """The role of the last turn, as the data sets call it."""
    first_role: str
    turns: tuple[str, ...]


class Attached(NamedTuple):
    role: str
    name: str
    prompt: str
    start: str
    """The file's first lines."""


class Case(NamedTuple):
    kind: str
    language: str
    prompt: str


def _lines(name: str) -> list[str]:
    lines = (DATA / f"{name}.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def follow_ups(half: Half) -> list[FollowUp]:
    """Return the conversations of one half."""
    found: list[FollowUp] = []
    language = role = opening = ""
    for line in _lines(f"follow_ups_{half}"):
        mark, _, rest = line.partition(" ")
        if mark == "@":
            head, _, opening = rest.partition(" | ")
            language, role = head.split()
            continue
        said, wanted, kind = rest, role, FOLLOWS.get(mark, CHANGE)
        if mark == "x":
            wanted, _, said = rest.partition(" | ")
        found.append(FollowUp(kind, language, wanted, role, (opening, *said.split(" >> "))))
    return found


def attachments(half: Half) -> list[Attached]:
    """Return prompts with a file."""
    rows = [line.split(" | ", 3) for line in _lines(f"attachments_{half}")]
    return [Attached(role, name, prompt, start.replace("\\n", "\n")) for role, name, prompt, start in rows]


def cases(name: str, half: Half | None = None) -> list[Case]:
    """Return the prompts of a set: `quick`, `false_code`, `five_languages`, `eleven_languages`."""
    rows = [line.split(" | ", 2) for line in _lines(f"{name}_{half}" if half else name)]
    return [Case(kind, language, text) for kind, language, text in rows]
